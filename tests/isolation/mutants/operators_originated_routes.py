"""Routes that bgpd itself originates: `network` and `aggregate-address` with a route-map, and
routes put into the VPN tables by hand."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import in_bgp, route_map, unicast
from tests.isolation.mutants.ground import FAMILIES, Ground, VrfPlace, words
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "routes that are originated"
NETS = {"ipv4": "203.0.113.0/24", "ipv6": "2001:db8:77::/48"}


def _by_hand(edit: Edit, g: Ground, family: str, *lines: str) -> Edit:
    """Lines in the default instance's VPN family."""
    return edit.append(edit.family(f"router bgp {g.asn}", f"{family} vpn"), *lines)


@operator(KLASS)
def vpn_route_with_anothers_target(g: Ground) -> Iterator[Mutant]:
    """A VPN route made by hand, with a VRF's target: its packets enter the backbone's table."""
    for number, place in enumerate(g.places):
        family = FAMILIES[number % 2]
        edit = g.edit(place)
        _by_hand(edit, g, family, f"network {NETS[family]} rd {g.asn}:9 label 80 route-map HAND")
        route_map(edit, "HAND", f"set extcommunity rt {place.imports[0]}")
        why = f"{place.host} has a VPN route of its own for {place.vrf}"
        yield make(g, "leak", {place.host: edit}, (place.host, ""), why, f"{place.vrf} {family}")


@operator(KLASS)
def vpn_route_to_anothers_label(g: Ground) -> Iterator[Mutant]:
    """A VPN route made by hand whose label is another VRF's."""
    for place, other, _ in g.pairs_once():
        edit = g.edit(place)
        family = "ipv4" if sum(map(ord, place.vrf)) % 2 else "ipv6"
        edit.sub(unicast(edit, place, family), r"label vpn export auto", "label vpn export 70000")
        _by_hand(edit, g, family, f"network {NETS[family]} rd {g.asn}:9 label 70000 route-map HAND")
        route_map(edit, "HAND", f"set extcommunity rt {other.imports[0]}")
        why = f"a VPN route for {other} has the label of {place}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other} {family}")


@operator(KLASS)
def vpn_route_without_targets(g: Ground) -> Iterator[Mutant]:
    """Nobody takes it today."""
    for number, host in enumerate(g.edges):
        family = FAMILIES[number % 2]
        edit = g.edit(host)
        _by_hand(edit, g, family, f"network {NETS[family]} rd {g.asn}:9 label {90000 + number}")
        yield make(g, "risk", {host: edit}, (host, ""), f"{host} has a VPN route by hand", family)


@operator(KLASS)
def vpn_route_taken_back(g: Ground) -> Iterator[Mutant]:
    """Made and taken back: nothing is left."""
    for number, host in enumerate(g.edges):
        family = FAMILIES[number % 2]
        line = f"network {NETS[family]} rd {g.asn}:9 label 90000"
        edit = _by_hand(g.edit(host), g, family, line, f"no {line}")
        yield make(g, "equivalent", {host: edit}, (host, ""), f"{host} has none in the end", family)


def _originating(g: Ground, place: VrfPlace, family: str, line: str, *sets: str) -> Edit:
    edit = in_bgp(g.edit(place), place, (family,), line)
    return route_map(edit, "NET", *sets)


@operator(KLASS)
def network_with_anothers_target(g: Ground) -> Iterator[Mutant]:
    """`network P route-map M`, and M puts another VPN's target on it."""
    for place, other, families in g.pairs_once():
        family = families[0]
        net = place.accesses[0].net(family)
        line = f"network {net} route-map NET"
        edit = _originating(g, place, family, line, f"set extcommunity rt {other.imports[0]}")
        why = f"{place} announces {net} to {other}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other} {family}")


@operator(KLASS)
def aggregate_with_anothers_target(g: Ground) -> Iterator[Mutant]:
    """The same by `aggregate-address`."""
    for place, other, families in list(g.pairs_once())[::2]:
        family = families[0]
        net = place.accesses[0].net(family)
        line = f"aggregate-address {net} route-map NET"
        edit = _originating(g, place, family, line, f"set extcommunity rt {other.imports[0]}")
        why = f"{place} announces {net} to {other}"
        yield make(g, "risk", {place.host: edit}, place, why, f"{other} {family}")


@operator(KLASS)
def network_with_a_next_hop(g: Ground) -> Iterator[Mutant]:
    """The map gives the route a next hop: its packets go elsewhere."""
    for place, other, _ in list(g.pairs_once(local=False))[::2]:
        net = place.accesses[0].net("ipv4")
        line = f"network {net} route-map NET"
        hop = g.allocation.loopback4[other.host]
        edit = _originating(g, place, "ipv4", line, f"set ip next-hop {hop}")
        yield make(g, "risk", {place.host: edit}, place, f"{net} of {place} leads to {other.host}")


@operator(KLASS)
def network_with_a_preference(g: Ground) -> Iterator[Mutant]:
    """The map only prefers."""
    for number, place in enumerate(g.places[::2]):
        family = FAMILIES[number % 2]
        access = place.accesses[0]
        if access.of(family):
            line = f"network {access.net(family)} route-map NET"
            edit = _originating(g, place, family, line, "set metric 7")
            why = f"{place} announces a prefix of its own site"
            yield make(g, "equivalent", {place.host: edit}, place, why, family)


@operator(KLASS)
def network_that_its_map_denies(g: Ground) -> Iterator[Mutant]:
    """The entry that would add a target is never reached."""
    for place, other, _ in list(g.pairs_once())[::2]:
        access = place.accesses[0]
        if not access.of("ipv4"):
            continue
        edit = in_bgp(
            g.edit(place), place, ("ipv4",), f"network {access.net('ipv4')} route-map NET"
        )
        edit.new_block("route-map NET deny 10")
        route_map(edit, "NET", f"set extcommunity rt {other.imports[0]}", seq=20)
        yield make(g, "equivalent", {place.host: edit}, place, f"{place} announces nothing more")


@operator(KLASS)
def network_with_a_map_of_two_entries(g: Ground) -> Iterator[Mutant]:
    """The first entry goes on, the second adds the target."""
    for place, other, families in list(g.pairs_once())[1::2]:
        family = families[-1]
        line = f"network {place.accesses[0].net(family)} route-map NET"
        edit = _originating(g, place, family, line, "set metric 7", "on-match next")
        route_map(edit, "NET", f"set extcommunity rt {other.imports[0]}", seq=20)
        why = f"{place} announces a route to {other}"
        yield make(g, "leak", {place.host: edit}, place, why, words(families))
