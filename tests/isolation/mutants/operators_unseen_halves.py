"""Texts that do not say who is in a VRF, and texts of another FRR than the reader knows."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import static
from tests.isolation.mutants.ground import FAMILIES, Ground, VrfPlace, ip
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import PORTS, Edit

KLASS = "halves that are not there"


def _frr_part(edit: Edit, g: Ground, host: str) -> Edit:
    """FRR's part alone, with the VRF of each interface as FRR is told it."""
    lines = edit.lines[edit.lines.index(PORTS) + 1 :]
    bound = [
        (access.interface, place.vrf)
        for place in g.places
        if place.host == host
        for access in place.accesses
    ]
    lines += [x for port, vrf in bound for x in (f"interface {port} vrf {vrf}", "exit", "!")]
    edit.lines = lines
    return edit


@operator(KLASS)
def routing_part_alone(g: Ground) -> Iterator[Mutant]:
    """`frr.conf` never says which interface is in which VRF: Linux decides."""
    for host in g.edges:
        yield make(
            g,
            "risk",
            {host: _frr_part(g.edit(host), g, host)},
            (host, ""),
            f"{host}: no Linux part",
        )


def _ghost(g: Ground, imports: str, exports: str, name: str = "ghost") -> list[str]:
    lines = []
    for family in FAMILIES:
        lines += [
            f"address-family {family} unicast",
            " redistribute connected",
            " label vpn export auto",
            f" rd vpn export {g.asn}:{7000 + len(name)}",
            f" rt vpn import {imports}",
            f" rt vpn export {exports}",
            " export vpn",
            " import vpn",
            "exit-address-family",
        ]
    return lines


@operator(KLASS)
def vrf_of_bgp_alone(g: Ground) -> Iterator[Mutant]:
    """No stanza makes the VRF; who is in it is not known, and it meets a customer's routes."""
    for place in g.places:
        edit = g.edit(place)
        edit.new_block(f"router bgp {g.asn} vrf ghost", *_ghost(g, place.export, place.imports[0]))
        yield make(g, "risk", {place.host: edit}, place, f"ghost takes the routes of {place}")


@operator(KLASS)
def vrf_of_bgp_alone_between_two(g: Ground) -> Iterator[Mutant]:
    """It takes one VPN's routes and gives its own to another."""
    for place, other, _ in list(g.pairs_once())[::2]:
        edit = g.edit(place)
        edit.new_block(f"router bgp {g.asn} vrf ghost", *_ghost(g, place.export, other.imports[0]))
        why = f"ghost takes the routes of {place} and gives its own to {other}"
        yield make(g, "risk", {place.host: edit}, (place, other), why)


@operator(KLASS)
def another_version(g: Ground) -> Iterator[Mutant]:
    """Nothing says what its lines do."""
    for number, host in enumerate(g.texts):
        version = ("10.4", "9.1.1", "7.5", "8.5.2", "8.40", "10.0-dev")[number % 6]
        edit = g.edit(host)
        edit.sub(edit.frr(), r"^frr version .*", f"frr version {version}")
        yield make(g, "risk", {host: edit}, (host, ""), f"{host} has FRR {version}", version)


@operator(KLASS)
def the_same_version(g: Ground) -> Iterator[Mutant]:
    """Patch levels and Debian's suffix."""
    for number, host in enumerate(g.texts):
        version = ("8.4", "8.4.1", "8.4.4-1.1~deb12u1")[number % 3]
        edit = g.edit(host)
        edit.sub(edit.frr(), r"^frr version .*", f"frr version {version}")
        yield make(g, "equivalent", {host: edit}, (host, ""), f"{host} has FRR {version}", version)


@operator(KLASS)
def static_into_a_vrf_that_no_line_makes(g: Ground) -> Iterator[Mutant]:
    """Whoever makes it by hand has something to put into it."""
    for number, place in enumerate(g.places):
        access = place.accesses[0]
        family = access.families()[0]
        way = f"{ip(family)} route {access.net(family)} {access.ce[family]} nexthop-vrf ghost"
        edit = static(g.edit(place), place.vrf, way)
        if number % 2:
            edit = g.edit(place)
            edit.new_block("pbr-map GHOST seq 1", "set vrf ghost")
            edit.new_block(f"interface {access.interface}", "pbr-policy GHOST")
        yield make(g, "risk", {place.host: edit}, place, f"packets of {place} go to VRF ghost")


def _places(g: Ground) -> list[VrfPlace]:
    return [place for place in g.places if g.has_victims(place)]


@operator(KLASS)
def vrf_of_bgp_alone_that_meets_nobody(g: Ground) -> Iterator[Mutant]:
    """Its targets are nobody else's."""
    for place in _places(g)[::2]:
        edit = g.edit(place)
        own = f"{g.asn}:59999"
        edit.new_block(f"router bgp {g.asn} vrf ghost", *_ghost(g, own, own))
        yield make(g, "open", {place.host: edit}, place, "ghost meets nobody")
