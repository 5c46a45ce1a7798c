"""What changes hands between two networks, and what must be away while it does; pure.

A port, a number or a route target that one has before and another has afterwards cannot go from
hand to hand in one push: for a moment both may hold it. So there is a network between the two, in
which the one has let go of it and the other has not taken it yet. In that network each access,
circuit, VRF number and route target is as it was, as it will be, or away:

- who only lets go is as it will be, and who only takes is as it was;
- who does both is away.

Two transactions are then always enough, and one was not: there is no fewer. It may do with less
away, where a VRF leaves its router with its last site, so that nothing meets in it: `fewer` has
what is worth a proof.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import product

from egovnet.inventory.allocation.allocate import Allocation, VrfKey, vrf_of
from egovnet.inventory.model import UNTAGGED_VRF, AddressPlan, Network
from egovnet.inventory.model.platform_sites import BehindPeSite
from egovnet.inventory.model.reachability import Reachability
from egovnet.isolation.model.domains import BACKBONE, UNTAGGED, Domain
from egovnet.isolation.model.expectation import Expectation, from_inventory

#: Units of one group of which every way to be is tried: 3 to the power of it.
_MOST_FREE = 6
#: Two may not have one of these, and no moment is the worse for it when it changes hands.
_HELD_BY_THE_INVENTORY_ONLY = frozenset({"link", "prefix", "asn"})
#: Of these the holder is all that tells two domains apart.
_EXACT = frozenset({"number", "target"})
#: ("access", "site/access"), ("circuit", name), ("vrf", "pe vpn/spoke"), ("group", label) or
#: ("vlan", "site/access"): of an access to a firewall or gateway, which no file has, the VLAN. It
#: cannot be away: then it has a number between that nobody else has in either network.
Unit = tuple[str, str]
Resource = tuple[object, ...]


class Form(Enum):
    """How a unit is in the network between."""

    OLD = auto()
    NEW = auto()
    AWAY = auto()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A network and its numbers."""

    network: Network
    allocation: Allocation


@dataclass(frozen=True, slots=True)
class Held:
    """For whom something is held; a port, in which VRF of its router."""

    domain: Domain
    vrf: str = ""


@dataclass
class Claims:
    """Who holds what in one network, and which accesses stand on a unit."""

    holders: dict[Resource, dict[Unit, Held]] = field(default_factory=dict)
    accesses: dict[Unit, set[Unit]] = field(default_factory=dict)
    #: (PE, VRF) of all.
    vrfs: set[tuple[str, str]] = field(default_factory=set)

    def hold(self, resource: Resource, unit: Unit, domain: Domain, vrf: str = "") -> None:
        """Note that a unit holds a resource."""
        self.holders.setdefault(resource, {})[unit] = Held(domain, vrf)


def vrf_unit(key: VrfKey) -> Unit:
    """The unit of a VRF's number and name."""
    return "vrf", f"{key.pe} {key.name}"


def claims_of(numbered: Numbered, expectation: Expectation) -> Claims:
    """Everything that is held in a network. Linear in it."""
    network, allocation = numbered.network, numbered.allocation
    reachability = Reachability(network)
    found = Claims()
    for name, circuit in network.circuits.items():
        for end in (circuit.a, circuit.b):
            found.hold(("port", end.router, end.port, None), ("circuit", name), BACKBONE)
    for label, number in allocation.route_target.items():
        found.hold(("target", number), ("group", label), expectation.domains[label])
    for site, entry in network.written_sites.items():
        group = reachability.group_of(site)
        domain = expectation.domains[group.label]
        if domain.site:
            domain = Domain(domain.label, domain.vpn, domain.zone, domain.owner, site)
        own_plan = network.vpns[entry.vpn].address_plan is AddressPlan.OWN
        plan = entry.vpn if own_plan else ""
        for name, access in entry.site_network_accesses.items():
            unit = ("access", f"{site}/{name}")
            key = vrf_of(network, site, access)
            for stood_on in (vrf_unit(key), ("group", group.label)):
                found.accesses.setdefault(stood_on, set()).add(unit)
            found.hold(("number", key.pe, allocation.vrf_number[key]), vrf_unit(key), domain)
            vrf = allocation.vrf_name[key]
            found.hold(("vrf", key.pe, vrf), vrf_unit(key), domain)
            found.vrfs.add((key.pe, vrf))
            vlan = allocation.vlan[unit[1]]
            found.hold(("port", access.pe, access.port, vlan), unit, domain, vrf)
            if vlan is not None:
                found.hold(("port", access.pe, access.port, None), unit, UNTAGGED, UNTAGGED_VRF)
                found.vrfs.add((access.pe, UNTAGGED_VRF))
            for link in allocation.access_links(unit[1]):
                found.hold(("link", link), unit, domain)
            # a default route is no one zone's
            for prefix in (p for p in entry.prefixes if p.prefixlen):
                found.hold(("prefix", prefix, plan), unit, domain)
            if entry.asn is not None:
                found.hold(("asn", entry.asn), unit, domain)
    _claim_vlans_behind_pes(numbered, expectation, found)
    return found


def _claim_vlans_behind_pes(numbered: Numbered, expectation: Expectation, found: Claims) -> None:
    """VLANs of firewalls and gateways, where the lock file chose them."""
    network, allocation = numbered.network, numbered.allocation
    reachability = Reachability(network)
    for site, entry in network.sites.items():
        if not isinstance(entry, BehindPeSite):
            continue
        domain = expectation.domains[reachability.group_of(site).label]
        for name, access in entry.site_network_accesses.items():
            vlan = allocation.vlan[f"{site}/{name}"]
            if access.vlan is None and vlan is not None:
                vrf = allocation.vrf_name[vrf_of(network, site, access)]
                held = ("port", access.pe, access.port, vlan)
                found.hold(held, ("vlan", f"{site}/{name}"), domain, vrf)


@dataclass(frozen=True, slots=True)
class Handovers:
    """(who lets go, who takes): `hard` ones may not be in one push, `soft` ones may."""

    hard: frozenset[tuple[Unit, Unit]]
    soft: frozenset[tuple[Unit, Unit]]
    #: Unit -> the accesses that stand on it, in either network.
    accesses: Mapping[Unit, frozenset[Unit]]

    @property
    def units(self) -> frozenset[Unit]:
        """Everybody who takes part."""
        return frozenset(unit for pair in (*self.hard, *self.soft) for unit in pair)


def handovers(former: Numbered, now: Numbered) -> Handovers:
    """What changes hands between two networks."""
    old_expectation = from_inventory(former.network, former.allocation)
    new_expectation = from_inventory(now.network, now.allocation)
    both = new_expectation.with_former(old_expectation)
    old, new = claims_of(former, old_expectation), claims_of(now, new_expectation)
    hard: set[tuple[Unit, Unit]] = set()
    soft: set[tuple[Unit, Unit]] = set()
    for resource, holders in old.holders.items():
        kind, place = str(resource[0]), str(resource[1])
        for one, was in holders.items():
            # in a VRF that is gone by then nothing meets
            stays = kind != "port" or (place, was.vrf) in new.vrfs
            for other, will in new.holders.get(resource, {}).items():
                if stays and _apart(both, kind, was.domain, will.domain):
                    hard.add((one, other))
                elif one != other and not (was.domain == will.domain == UNTAGGED):
                    soft.add((one, other))
    accesses = {
        unit: frozenset(old.accesses.get(unit, set()) | new.accesses.get(unit, set()))
        for unit in {**old.accesses, **new.accesses}
    }
    return Handovers(frozenset(hard), frozenset(soft), accesses)


def _apart(both: Expectation, kind: str, one: Domain, other: Domain) -> bool:
    """Whether two domains may not hold a resource of a kind one right after the other, as P11
    has it. The same VPN of another zone is another domain."""
    if kind in _HELD_BY_THE_INVENTORY_ONLY:
        return False
    if one.zone != other.zone:
        return True
    if kind in _EXACT:
        return (one.label, one.site) != (other.label, other.site)
    return not (both.allowed(one, other) and both.allowed(other, one))


def forms(handed: Handovers) -> dict[Unit, Form]:
    """How each unit that takes part is in the network between; any other is as it will be."""
    gives = {one for one, _ in handed.hard}
    takes = {other for _, other in handed.hard}
    found = dict.fromkeys(takes - gives, Form.OLD)
    found |= dict.fromkeys(gives - takes, Form.NEW)
    found |= dict.fromkeys(gives & takes, Form.AWAY)
    for unit in gives & takes:
        found |= dict.fromkeys(handed.accesses.get(unit, ()), Form.AWAY)
    _settle_soft(found, handed.soft)
    return found


def _settle_soft(found: dict[Unit, Form], soft: Iterable[tuple[Unit, Unit]]) -> None:
    """Nobody has taken what another still has: who takes from one that is as it was waits too."""
    takers: dict[Unit, list[Unit]] = {}
    for one, other in soft:
        takers.setdefault(one, []).append(other)
    waiting = [unit for unit, form in found.items() if form is Form.OLD]
    while waiting:
        for other in takers.get(waiting.pop(), ()):
            form = found.get(other)
            if form is None:
                found[other] = Form.OLD
                waiting.append(other)
            elif form is Form.NEW:
                # it has to let go of one thing, and cannot have the other yet
                found[other] = Form.AWAY


def lacking(found: Mapping[Unit, Form]) -> frozenset[str]:
    """Accesses ("site/access") that the network between lacks."""
    return frozenset(
        name for (kind, name), form in found.items() if kind == "access" and form is Form.AWAY
    )


def fewer(
    handed: Handovers, found: Mapping[Unit, Form], group: Collection[Unit]
) -> Iterator[dict[Unit, Form]]:
    """Other forms with less of a group away than in `found`, the least first; whether they do is
    to be proved. All ways are tried, where there are few."""
    forced = {access for unit in group for access in handed.accesses.get(unit, ())}
    free = sorted(
        unit
        for unit in group
        if found[unit] is Form.AWAY and unit[0] in ("access", "circuit") and unit not in forced
    )
    if len(free) > _MOST_FREE:
        return
    tried = []
    for ways in product(Form, repeat=len(free)):
        other = {**found, **dict(zip(free, ways, strict=True))}
        if len(lacking(other)) < len(lacking(found)) and _holds(other, handed):
            tried.append(other)
    yield from sorted(tried, key=lambda other: len(lacking(other)))


def groups_of(pairs: Iterable[tuple[Unit, Unit]]) -> list[set[Unit]]:
    """Units that are joined by pairs, directly or by others."""
    found: list[set[Unit]] = []
    for pair in pairs:
        joined = [group for group in found if group & set(pair)]
        found = [group for group in found if group not in joined]
        found.append(set(pair).union(*joined))
    return found


def _holds(found: Mapping[Unit, Form], handed: Handovers) -> bool:
    """Whether nobody has taken what another still has."""
    return not any(
        found.get(one, Form.NEW) is Form.OLD and found.get(other, Form.NEW) is Form.NEW
        for one, other in (*handed.hard, *handed.soft)
        if one != other
    )
