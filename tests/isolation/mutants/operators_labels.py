"""Route distinguishers and VPN labels (RFC 4364 sections 4.2 and 4.3.2)."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import in_bgp, unicast
from tests.isolation.mutants.ground import FAMILIES, Ground, version, words
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "distinguishers and labels"


@operator(KLASS)
def distinguisher_of_another(g: Ground) -> Iterator[Mutant]:
    """One RD for two VRFs: their routes become one another's."""
    for place, other, families in g.pairs():
        edit = g.edit(place)
        for family in families:
            edit.sub(
                unicast(edit, place, family),
                r"^  rd vpn export .*",
                f"  rd vpn export {other.facts.rd}",
            )
        why = f"{place} has the distinguisher of {other}"
        yield make(g, "risk", {place.host: edit}, (place, other), why, f"{other} {words(families)}")


@operator(KLASS)
def distinguisher_of_its_own(g: Ground) -> Iterator[Mutant]:
    """Another RD that nobody has, or the same with a leading zero."""
    for number, place in enumerate(g.places):
        loopback, _, value = place.facts.rd.rpartition(":")
        new = f"{loopback}:{int(value) + 20000}" if number % 2 else f"{g.asn}:{number + 77}"
        edit = g.edit(place)
        for family in FAMILIES:
            edit.sub(unicast(edit, place, family), r"rd vpn export .*", f"rd vpn export {new}")
        why = f"{place} has {new}, which is nobody else's"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def no_distinguisher(g: Ground) -> Iterator[Mutant]:
    """No RD: nothing is exported."""
    for number, place in enumerate(g.places[::2]):
        families = (("ipv4", "ipv6"), ("ipv4",), ("ipv6",))[number % 3]
        edit = g.edit(place)
        for family in families:
            edit.remove(unicast(edit, place, family), r"^  rd vpn")
        yield make(
            g, "equivalent", {place.host: edit}, place, f"{place} has no RD", words(families)
        )


@operator(KLASS)
def one_label_for_two(g: Ground) -> Iterator[Mutant]:
    """The same static label for two VRFs of a router: packets end up in one of them."""
    for place, other, families in g.pairs_once(local=True):
        edit = g.edit(place)
        for family in families:
            for one in (place, other):
                edit.sub(
                    unicast(edit, one, family), r"label vpn export auto", "label vpn export 1000"
                )
        why = f"{place} and {other.vrf} have one label"
        yield make(g, "risk", {place.host: edit}, (place, other), why, words(families))


@operator(KLASS)
def one_label_across_families(g: Ground) -> Iterator[Mutant]:
    """The same static label for one VRF's IPv4 and another's IPv6."""
    for place, other, _ in list(g.pairs_once(local=True))[::2]:
        edit = g.edit(place)
        for one, family in ((place, "ipv4"), (other, "ipv6")):
            edit.sub(unicast(edit, one, family), r"label vpn export auto", "label vpn export 1000")
        why = f"{place} and {other.vrf} have one label"
        yield make(g, "risk", {place.host: edit}, (place, other), why)


@operator(KLASS)
def label_of_its_own(g: Ground) -> Iterator[Mutant]:
    """A static label that no other VRF of the router has."""
    for number, place in enumerate(g.places[::2]):
        edit = g.edit(place)
        for family in FAMILIES:
            label = 90000 + 10 * number + version(family)
            edit.sub(
                unicast(edit, place, family), r"label vpn export auto", f"label vpn export {label}"
            )
        yield make(g, "equivalent", {place.host: edit}, place, f"{place} has labels of its own")


@operator(KLASS)
def next_hop_of_another_router(g: Ground) -> Iterator[Mutant]:
    """Exported routes lead to another PE, where the label is somebody else's."""
    for place, other, families in g.pairs_once(local=False):
        edit = g.edit(place)
        for family in families:
            loopback = g.allocation.loopback4 if family == "ipv4" else g.allocation.loopback6
            in_bgp(edit, place, (family,), f"nexthop vpn export {loopback[other.host]}")
        why = f"packets for {place} go to {other.host}"
        yield make(g, "risk", {place.host: edit}, place, why, f"{other.host} {words(families)}")


@operator(KLASS)
def two_loopbacks_alike(g: Ground) -> Iterator[Mutant]:
    """A PE with another's loopback address: labels meant for one reach the other."""
    for number, host in enumerate(g.edges):
        others = [name for name in g.edges if name != host]
        if not others:
            continue
        other = others[number % len(others)]
        edit = g.edit(host)
        edit.append(edit.stanza("lo"), f"address {g.allocation.loopback4[other]}/32")
        why = f"{host} has the loopback of {other}"
        yield make(g, "risk", {host: edit}, ((host, ""), (other, "")), why)
