"""Ways through VRFs that hold nothing of their own: long, and by routes that do not match."""

import itertools
from collections.abc import Iterator
from ipaddress import ip_network

from tests.isolation.mutants.changes import LAST_RESORT, static
from tests.isolation.mutants.ground import FAMILIES, Ground, VrfPlace, ip
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "ways through empty VRFs"


def _empty_vrf(edit: Edit, name: str, table: int) -> Edit:
    end = f"unreachable default metric {LAST_RESORT} vrf {name}"
    return edit.new_stanza(
        name,
        f"vrf-table {table}",
        f"post-up ip -4 route replace {end}",
        f"post-up ip -6 route replace {end}",
    )


def _between(edit: Edit, g: Ground, family: str, targets: tuple[str, str], line: str) -> Edit:
    """BGP of an empty VRF that imports the first target and exports the second."""
    return edit.new_block(
        f"router bgp {g.asn} vrf between",
        f"address-family {family} unicast",
        f" {line}",
        " label vpn export auto",
        f" rd vpn export {g.asn}:4000",
        f" rt vpn import {targets[0]}",
        f" rt vpn export {targets[1]}",
        " export vpn",
        " import vpn",
        "exit-address-family",
    )


def _narrow(prefix: str) -> str:
    net = ip_network(prefix)
    return str(next(net.subnets(new_prefix=min(net.prefixlen + 4, net.max_prefixlen))))


def _exact(g: Ground) -> Iterator[tuple[VrfPlace, VrfPlace, str, str]]:
    """(victim, another VPN's VRF, family, prefix): the victim's routes are statics."""
    for place, access, family in g.statics():
        for other in g.victims(place)[:1]:
            yield place, other, family, access.net(family)


@operator(KLASS)
def narrow_route_and_a_wider_way_on(g: Ground) -> Iterator[Mutant]:
    """An empty VRF announces a part of the victim's prefix, and takes the victim's routes."""
    for place, other, family, net in _exact(g):
        edit = _empty_vrf(g.edit(place), "between", g.unused_number(place.host))
        own, theirs = place.export, other.imports[0]
        _between(edit, g, family, (own, theirs), f"network {_narrow(net)}")
        why = f"packets of {other} for a part of {net} go on to {place}"
        yield make(g, "leak", {place.host: edit}, (place, other), why, f"{net}")


@operator(KLASS)
def narrow_aggregate_and_a_default_on(g: Ground) -> Iterator[Mutant]:
    """The same, with a static by another VRF's table as the way on."""
    for place, other, families in list(g.pairs_once(local=True))[::2]:
        family = families[0]
        theirs = other.accesses[0]
        edit = _empty_vrf(g.edit(place), "between", g.unused_number(place.host))
        route = f"{ip(family)} route {theirs.net(family)} {theirs.ce[family]} "
        static(edit, "between", f"{route}nexthop-vrf {other.vrf}")
        line = f"network {_narrow(theirs.net(family))}"
        _between(edit, g, family, (f"{g.asn}:59999", place.imports[0]), line)
        why = f"packets of {place} for a part of {theirs.label} go on to {other.vrf}"
        yield make(g, "leak", {place.host: edit}, (place, other), why, family)


@operator(KLASS)
def nine_tables_in_a_row(g: Ground) -> Iterator[Mutant]:
    """Statics from one empty VRF into the next."""
    for number, (place, other, _) in enumerate(list(g.pairs_once(local=True))[::2]):
        family = FAMILIES[number % 2]
        theirs = other.accesses[0]
        edit, first = g.edit(place), g.unused_number(place.host)
        row = [place.vrf, *(f"row{step}" for step in range(9)), other.vrf]
        for step, name in enumerate(row[1:-1]):
            _empty_vrf(edit, name, first + step)
        for here, there in itertools.pairwise(row):
            way = f"{theirs.ce[family]} nexthop-vrf {there}"
            static(edit, here, f"{ip(family)} route {theirs.net(family)} {way}")
        why = f"packets of {place} for {theirs.label} pass nine tables"
        yield make(g, "leak", {place.host: edit}, place, why, family)


@operator(KLASS)
def nine_tables_that_end(g: Ground) -> Iterator[Mutant]:
    """The last of the row leads nowhere."""
    for place in g.places[::3]:
        edit, first = g.edit(place), g.unused_number(place.host)
        row = [f"row{step}" for step in range(9)]
        for step, name in enumerate(row):
            _empty_vrf(edit, name, first + step)
        for here, there in itertools.pairwise(row):
            static(edit, here, f"ip route 203.0.113.0/24 192.0.2.1 nexthop-vrf {there}")
        yield make(
            g, "equivalent", {place.host: edit}, place, "a row of empty tables that leads nowhere"
        )


@operator(KLASS)
def narrow_route_beside_what_it_meets(g: Ground) -> Iterator[Mutant]:
    """The empty VRF announces what nobody else has."""
    for place, other, family, net in _exact(g):
        edit = _empty_vrf(g.edit(place), "between", g.unused_number(place.host))
        line = "network " + ("203.0.113.0/24" if family == "ipv4" else "2001:db8:77::/48")
        _between(edit, g, family, (f"{g.asn}:59999", other.imports[0]), line)
        why = f"packets of {other} end in a VRF that has no route on"
        yield make(g, "equivalent", {place.host: edit}, (place, other), why, net)
