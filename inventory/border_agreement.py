"""Whether two inventories say the same of the borders at which they meet.

Each is one owner's, and neither is planned from the other; what both must agree on is written in
both. Here they are compared: numbers, names, zones, and who announces what to whom.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Border, BorderVpn, IPNetwork, Network, Numbering
from egovnet.inventory.model.platform_sites import border_site
from egovnet.inventory.model.site_prefixes import fewest
from egovnet.inventory.model.within import is_within

#: Router and port of the own end of a border, then of the other one.
_Ends = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class BorderSide:
    """One of the two inventories: right by itself, and numbered."""

    network: Network
    allocation: Allocation
    report: Report

    def facing(self, other: "BorderSide") -> dict[str, Border]:
        """Its borders with the other network, by its name or its AS number."""
        there = other.network.backbone
        return {
            name: border
            for name, border in self.network.borders.items()
            if border.neighbor == there.name or border.neighbor_asn == there.asn
        }

    def place(self, location: Location) -> str:
        """Where something of its borders is written, as file and line."""
        here = self.report("borders", location, "", "")
        return f"{here.file}:{here.line}"

    def label(self, border: str, vpn: str) -> str:
        """What a VPN's crossing is called in the allocation."""
        return f"{border_site(border, vpn)}/{border}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What two inventories were compared in, and every disagreement."""

    borders: int
    vpns: int
    problems: tuple[Problem, ...]


def compare_borders(ours: BorderSide, theirs: BorderSide) -> Compared:
    """Compare both sides of every border between two networks; linear in both inventories.

    A disagreement is reported once: where it is written in `ours`, or in `theirs` where only that
    says something.
    """
    own, other = ours.facing(theirs), theirs.facing(ours)
    problems: list[Problem] = []
    if not own and not other:
        found = f"no border with {theirs.network.backbone.name}, and none with "
        found += f"{ours.network.backbone.name} there"
        remedy = "name the inventory of a neighbour, or add a border to borders.yaml"
        problems.append(ours.report("network", ("asn",), found, remedy))
    by_ends = {_ends(border): name for name, border in other.items()}
    crossings = 0
    for name, border in own.items():
        met = by_ends.pop(_turned(_ends(border)), None)
        if met is None:
            problems.append(_alone(ours, theirs, name, border))
        else:
            pair = _Pair(ours, theirs, name, met)
            problems += pair.problems()
            crossings += len(border.vpns)
    problems += [_alone(theirs, ours, name, other[name]) for name in by_ends.values()]
    problems += _site_as_numbers(ours, theirs, own, other)
    return Compared(len(own), crossings, tuple(problems))


def _ends(border: Border) -> _Ends:
    return border.router, border.port, border.neighbor_router, border.neighbor_port


def _turned(ends: _Ends) -> _Ends:
    return (*ends[2:], *ends[:2])


def _alone(here: BorderSide, there: BorderSide, name: str, border: Border) -> Problem:
    found = f"no border of {there.network.backbone.name} joins {border.neighbor_router} "
    found += f"{border.neighbor_port} to {border.router} {border.port}"
    remedy = "let both name the two routers and ports alike, or remove it"
    return here.report("borders", (name, "neighbor-router"), found, remedy)


class _Pair:
    """The two sides of one border."""

    def __init__(self, ours: BorderSide, theirs: BorderSide, name: str, met: str) -> None:
        self.ours, self.theirs, self.name, self.met = ours, theirs, name, met
        self.own, self.other = ours.network.borders[name], theirs.network.borders[met]

    def problems(self) -> Iterator[Problem]:
        """Everything that the two do not agree on."""
        yield from _as_number(self.ours, self.name, self.theirs)
        yield from _as_number(self.theirs, self.met, self.ours)
        if self.own.numbering is self.other.numbering:
            what = "allocate" if self.own.numbering is Numbering.OURS else "wait for"
            found = f"{self.own.numbering} on both sides: both {what} VLANs and links"
            yield self._at(("numbering",), found, "let one side be ours and the other theirs")
        if self.own.bfd != self.other.bfd:
            found = f"{_yes(self.own.bfd)}, and {_yes(self.other.bfd)} at {self._there('bfd')}"
            yield self._at(("bfd",), found, "say the same on both sides")
        if self.own.ttl_security != self.other.ttl_security:
            found = f"{_yes(self.own.ttl_security)}, and {_yes(self.other.ttl_security)} at "
            found += self._there("ttl-security")
            yield self._at(("ttl-security",), found, "say the same on both sides")
        if self.own.authentication != self.other.authentication:
            found = f"{self.own.authentication or 'none'}, and "
            found += f"{self.other.authentication or 'none'} at {self._there('authentication')}"
            yield self._at(("authentication",), found, "say the same on both sides")
        theirs = {each.vpn: key for key, each in self.other.vpns.items()}
        for key, each in self.own.vpns.items():
            there = theirs.pop(each.neighbor_vpn, None)
            if there is None:
                found = f"VPN {each.neighbor_vpn} does not cross at {self._there()}"
                yield self._at(("vpns", key, "neighbor-vpn"), found, "name a VPN that does")
            else:
                yield from self._crossing(key, there)
        for key in theirs.values():
            vpn = self.other.vpns[key]
            found = f"VPN {vpn.vpn} does not cross at {self.ours.place((self.name,))}"
            at = (self.met, "vpns", key, "vpn")
            yield self.theirs.report("borders", at, found, "add it there, or remove it here")

    def _at(self, location: Location, found: str, remedy: str) -> Problem:
        return self.ours.report("borders", (self.name, *location), found, remedy)

    def _there(self, *location: str) -> str:
        return self.theirs.place((self.met, *location))

    def _crossing(self, key: str, there: str) -> Iterator[Problem]:
        own, other = self.own.vpns[key], self.other.vpns[there]
        where = ("vpns", key)
        if other.neighbor_vpn != own.vpn:
            found = f"{own.vpn} meets {own.neighbor_vpn}, which meets {other.neighbor_vpn} at "
            found += self._there("vpns", there, "neighbor-vpn")
            remedy = "let both name each other: a VPN meets one on the other side"
            yield self._at((*where, "neighbor-vpn"), found, remedy)
        yield from self._zone_and_owner(where, own, other)
        yield from self._numbers(where, there, own, other)
        for mine, its, told, taken in (
            ("announces", "accepts", own.announces, other.accepts),
            ("accepts", "announces", own.accepts, other.announces),
        ):
            if fewest(told) != fewest(taken):
                found = f"{_listed(told)}, and {its} is {_listed(taken)} at "
                found += self._there("vpns", there, its)
                remedy = "let both be the same: what one announces the other accepts, and no more"
                yield self._at((*where, mine), found, remedy)
        yield from _limit(self.ours, own, self.theirs, (self.met, there))
        yield from _limit(self.theirs, other, self.ours, (self.name, key))

    def _zone_and_owner(
        self, where: Location, own: BorderVpn, other: BorderVpn
    ) -> Iterator[Problem]:
        mine, its = self.ours.network.vpns[own.vpn], self.theirs.network.vpns[other.vpn]
        if mine.zone != its.zone:
            found = f"{own.vpn} is of the {mine.zone}, and {other.vpn} of the {its.zone}"
            remedy = "let VPNs of one zone meet: the two zones never do"
            yield self._at((*where, "neighbor-zone"), found, remedy)
        if mine.owner != its.owner:
            found = f"{own.vpn} is of {mine.owner}, and {other.vpn} of {its.owner}"
            remedy = "let VPNs of one agency meet: two exchange at the interconnection platform"
            yield self._at((*where, "neighbor-vpn"), found, remedy)

    def _numbers(
        self, where: Location, there: str, own: BorderVpn, other: BorderVpn
    ) -> Iterator[Problem]:
        mine, its = self.ours.label(self.name, own.vpn), self.theirs.label(self.met, other.vpn)
        vlan, its_vlan = self.ours.allocation.vlan[mine], self.theirs.allocation.vlan[its]
        at = self._there("vpns", there)
        if vlan != its_vlan:
            found = f"VLAN {vlan}, and {its_vlan} at {at}"
            yield self._at((*where, "vlan"), found, "write what the side with ours allocated")
        links = self.ours.allocation.access_links(mine)
        its_links = self.theirs.allocation.access_links(its)
        if frozenset(links) != frozenset(its_links):
            found = f"links {_listed(links)}, and {_listed(its_links)} at {at}"
            yield self._at((*where, "links"), found, "write what the side with ours allocated")


def _as_number(here: BorderSide, name: str, there: BorderSide) -> Iterator[Problem]:
    border, backbone = here.network.borders[name], there.network.backbone
    if border.neighbor_asn != backbone.asn:
        found = f"AS {border.neighbor_asn}, and {backbone.name} is AS {backbone.asn}"
        yield here.report("borders", (name, "neighbor-asn"), found, f"write {backbone.asn}")
    if border.neighbor != backbone.name:
        found = f"{border.neighbor}, and AS {backbone.asn} is {backbone.name}"
        yield here.report("borders", (name, "neighbor"), found, f"write {backbone.name}")


def _limit(
    here: BorderSide, crossing: BorderVpn, there: BorderSide, at: tuple[str, str]
) -> Iterator[Problem]:
    """Whether the other side ends the session by what is announced from here today."""
    counts = Counter(
        prefix.version
        for site in here.network.written_sites.values()
        if site.vpn == crossing.vpn
        for prefix in site.prefixes
        if any(is_within(prefix, p) for p in crossing.announces)
    )
    if crossing.aggregate:
        announced = Counter(prefix.version for prefix in crossing.announces)
        counts = Counter({version: announced[version] for version in counts})
    most = max(counts.values(), default=0)
    border, key = at
    limit = there.network.borders[border].vpns[key].maximum_prefix
    if most > limit:
        found = f"{limit}, and {crossing.vpn} of {here.network.backbone.name} has {most} prefixes "
        found += "of one family to announce: the session would end"
        where = (border, "vpns", key, "maximum-prefix")
        yield there.report("borders", where, found, f"use {most} or more")


def _site_as_numbers(
    ours: BorderSide,
    theirs: BorderSide,
    own: Mapping[str, Border],
    other: Mapping[str, Border],
) -> Iterator[Problem]:
    """Sites of VPNs that meet have AS numbers of their own: a customer's router drops routes with
    its own in the path (RFC 4271 section 9.1.2).
    """
    if not (own and other):
        return
    pool, its = ours.network.backbone.pools.site_asn, theirs.network.backbone.pools.site_asn
    if pool.first <= its.last and its.first <= pool.last:
        found = f"{pool.first} to {pool.last} overlaps {its.first} to {its.last} of "
        found += f"{theirs.network.backbone.name}: sites of one AS number drop each other's routes"
        yield ours.report("network", ("pools", "site-asn"), found, "give each network its own")
        return
    holders = {asn: site for site, asn in _numbered_sites(theirs, other)}
    for site, asn in _numbered_sites(ours, own):
        if asn in holders:
            found = f"AS {asn} is that of site {holders[asn]} of {theirs.network.backbone.name}"
            remedy = "give each its own: they drop each other's routes"
            yield ours.report("sites", (site, "asn"), found, remedy)


def _numbered_sites(side: BorderSide, borders: Mapping[str, Border]) -> Iterator[tuple[str, int]]:
    """Sites of VPNs that cross, with their AS numbers."""
    vpns = {each.vpn for border in borders.values() for each in border.vpns.values()}
    for name, site in side.network.written_sites.items():
        if site.vpn in vpns and name in side.allocation.site_asn:
            yield name, side.allocation.site_asn[name]


def _listed(prefixes: tuple[IPNetwork, ...]) -> str:
    return ", ".join(map(str, prefixes)) or "none"


def _yes(value: bool) -> str:
    return "true" if value else "false"
