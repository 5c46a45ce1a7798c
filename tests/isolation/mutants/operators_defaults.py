"""Default routes: nobody's network has one until an Internet gateway is declared (P7)."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import default_of, in_bgp, longest, static, unicast
from tests.isolation.mutants.ground import FAMILIES, Ground, ip, turn, version, words
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "default routes"


@operator(KLASS)
def static_default(g: Ground) -> Iterator[Mutant]:
    """A default route to the own CE, redistributed to the whole VPN."""
    for number, place in enumerate(g.places):
        access = place.accesses[0]
        edit = g.edit(place)
        for family in turn(number):
            static(edit, place.vrf, f"{ip(family)} route {default_of(family)} {access.ce[family]}")
        why = f"{place} has a default route to {access.label}"
        yield make(g, "risk", {place.host: edit}, place, why, words(turn(number)))


@operator(KLASS)
def static_halves_of_the_default(g: Ground) -> Iterator[Mutant]:
    """0.0.0.0/1 and 128.0.0.0/1: a default in two pieces."""
    for place in g.places[::3]:
        access = place.accesses[0]
        edit = g.edit(place)
        static(
            edit,
            place.vrf,
            f"ip route 0.0.0.0/1 {access.ce['ipv4']}",
            f"ip route 128.0.0.0/1 {access.ce['ipv4']}",
        )
        yield make(g, "open", {place.host: edit}, place, f"{place} has a default in two pieces")


@operator(KLASS)
def default_into_another_vrf(g: Ground) -> Iterator[Mutant]:
    """A default route through another VRF."""
    for place, other, families in g.pairs_once(local=True):
        theirs = other.accesses[0]
        edit = g.edit(place)
        for family in families:
            static(
                edit,
                place.vrf,
                f"{ip(family)} route {default_of(family)} {theirs.ce[family]} "
                f"nexthop-vrf {other.vrf}",
            )
        why = f"{place}'s default route leads into {other.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def default_into_the_backbone(g: Ground) -> Iterator[Mutant]:
    """A default route through the default table."""
    for number, place in enumerate(g.places):
        edit = g.edit(place)
        for family in turn(number):
            loopback = g.allocation.loopback4 if family == "ipv4" else g.allocation.loopback6
            static(
                edit,
                place.vrf,
                f"{ip(family)} route {default_of(family)} {loopback[g.reflectors[0]]} "
                "nexthop-vrf default",
            )
        why = f"{place}'s default route leads into the backbone"
        yield make(
            g, "leak", {place.host: edit}, (place, (place.host, "")), why, words(turn(number))
        )


@operator(KLASS)
def default_by_linux(g: Ground) -> Iterator[Mutant]:
    """A better default than the last resort, out of a backbone port, by `post-up`."""
    for number, place in enumerate(g.places):
        circuits = g.circuits(place.host)
        if not circuits:
            continue
        family = FAMILIES[number % 2]
        edit = g.edit(place)
        edit.append(
            edit.stanza(place.vrf),
            f"post-up ip -{version(family)} route add default dev {circuits[0]} vrf {place.vrf}",
        )
        why = f"{place}'s default route leads out of {circuits[0]}"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, "")), why, family)


@operator(KLASS)
def last_resort_turned_route(g: Ground) -> Iterator[Mutant]:
    """The unreachable default became a route to the main table's device."""
    for place in g.places[::2]:
        circuits = g.circuits(place.host)
        if not circuits:
            continue
        edit = g.edit(place)
        edit.sub(
            edit.stanza(place.vrf),
            r"replace unreachable default",
            f"replace default dev {circuits[0]}",
        )
        why = f"{place}'s last resort leads out of {circuits[0]}"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, "")), why)


@operator(KLASS)
def originated(g: Ground) -> Iterator[Mutant]:
    """A default route told to the whole VPN by `network`."""
    for number, place in enumerate(g.places):
        edit = g.edit(place)
        for family in turn(number):
            in_bgp(edit, place, (family,), f"network {default_of(family)}")
        why = f"{place} originates a default route"
        yield make(g, "risk", {place.host: edit}, place, why, words(turn(number)))


@operator(KLASS)
def default_originate(g: Ground) -> Iterator[Mutant]:
    """A default route told to a CE."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        in_bgp(edit, place, (family,), f"neighbor {access.ce[family]} default-originate")
        why = f"{place} tells {access.label} a default route"
        yield make(g, "risk", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def filter_admits_default(g: Ground) -> Iterator[Mutant]:
    """A CE's filter lets its default route in."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.new_lines(
            f"{ip(family)} prefix-list {access.policy} seq 900 permit {default_of(family)}"
        )
        why = f"{access.label} may announce a default route"
        yield make(g, "risk", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def filter_admits_everything(g: Ground) -> Iterator[Mutant]:
    """A CE's filter lets everything in."""
    for number, (place, access, family) in enumerate(g.sessions()):
        edit = g.edit(place)
        what = f"{default_of(family)} le {longest(family)}" if number % 2 else "any"
        edit.new_lines(f"{ip(family)} prefix-list {access.policy} seq 900 permit {what}")
        why = f"{access.label} may announce everything"
        yield make(g, "risk", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def filter_denies_default(g: Ground) -> Iterator[Mutant]:
    """A CE's filter denies the default route in words."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.new_lines(f"{ip(family)} prefix-list {access.policy} seq 1 deny {default_of(family)}")
        why = f"{access.label} may not announce a default route"
        yield make(g, "equivalent", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def aggregate_of_everything(g: Ground) -> Iterator[Mutant]:
    """An aggregate that covers other VPNs' addresses, told to the own VPN alone."""
    for place in g.places[::3]:
        edit = g.edit(place)
        edit.append(unicast(edit, place, "ipv4"), "aggregate-address 0.0.0.0/0 summary-only")
        yield make(g, "risk", {place.host: edit}, place, f"{place} originates a default route")
