"""What policies on VPN sessions do to route targets on the way from one PE to another.

A PE's outbound policy changes what it announces, its inbound policy what it takes itself, and a
route reflector's (RFC 4456) what it hands on. Only additions are followed here: they make paths.
That a policy denies routes or strips targets is never relied on for separation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from egovnet.isolation.algebra.addresses import address_of
from egovnet.isolation.algebra.policies import apply
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.scene import Router, Scene, Table
from egovnet.isolation.routes.announcements import Announcement
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import NeighborFacts, NeighborFamily, Policy

VPN_FAMILY: dict[AddressFamily, str] = {"ipv4": "vpnv4", "ipv6": "vpnv6"}


@dataclass(frozen=True, slots=True)
class Relay:
    """A policy on a VPN session that adds targets.

    `of`: whose announcements pass here, `to`: who sees what comes out; empty: anybody.
    """

    router: Router
    policy: Policy
    where: str
    of: str
    to: str


def vpn_sessions(router: Router) -> Iterator[tuple[NeighborFacts, NeighborFamily]]:
    """Activated VPN families of a router's neighbours."""
    default = router.facts.bgp.get(None)
    for neighbor in default.neighbors.values() if default else ():
        if neighbor.shutdown:
            continue
        for name, family in neighbor.families.items():
            if name in VPN_FAMILY.values():
                yield neighbor, family


def relays(scene: Scene, family: AddressFamily) -> list[Relay]:
    """All policies of `family`'s VPN sessions that add targets."""
    adding = [
        (router, neighbor, policy, direction)
        for router in scene.routers
        for neighbor, activated in vpn_sessions(router)
        if activated.family == VPN_FAMILY[family]
        for policy, direction in ((activated.policy_in, "from"), (activated.policy_out, "to"))
        if policy is not None and any(entry.adds for entry in policy.each())
    ]
    if not adding:
        return []
    reflectors = {
        router.name
        for router in scene.routers
        if any(activated.reflector_client for _, activated in vpn_sessions(router))
    }
    owners = scene.expectation.routers or addresses(scene)
    found = []
    for router, neighbor, policy, direction in adding:
        # A reflector has routes from anybody and hands them to anybody; a PE is itself alone.
        here = "" if router.name in reflectors else router.name
        there = _owner(owners, neighbor.address)
        there = "" if there in reflectors else there
        of, to = (there, here) if direction == "from" else (here, there)
        found.append(Relay(router, policy, f"{direction} {neighbor.address}", of, to))
    return found


def addresses(scene: Scene) -> Mapping[IPAddress, str]:
    """Addresses of the routers among the texts, in their default tables."""
    return {
        address.ip: router.name
        for router in scene.routers
        for interface in router.tables[None].interfaces
        for address in interface.addresses
    }


def policy_cause(table: Table, line: int, where: str) -> Cause:
    """An entry of a policy; `where`: on which routes it is applied."""
    place = Place(table.device, table.name, line, table.facts.quote(line))
    says = f"a policy on routes {where}"
    return Cause(CauseKind.POLICY, (table.device, str(line) if line else where), says, place)


def _owner(owners: Mapping[IPAddress, str], text: str) -> str:
    address = address_of(text)
    return "" if address is None else owners.get(address, "")


def relayed(announcements: list[Announcement], through: list[Relay]) -> list[Announcement]:
    """What becomes of announcements on the way, besides themselves, through any number of
    policies in a row. It ends: each step must add a target that those before it did not."""
    if not through:
        return []
    found: list[Announcement] = []
    seen: set[tuple[object, ...]] = set()
    fresh = announcements
    while fresh:
        passed = [out for one in fresh for relay in through for out in _through(one, relay)]
        fresh = []
        for one in passed:
            routes = one.routes
            what = (frozenset(routes.prefixes.boxes), routes.targets, routes.free)
            key = (one.table, one.neighbor and one.neighbor.address, one.only_at, one.added, *what)
            if key not in seen:
                seen.add(key)
                fresh.append(one)
        found += fresh
    return found


def _through(one: Announcement, relay: Relay) -> Iterator[Announcement]:
    origin = one.table.device
    if relay.router.name == origin and relay.router.state != one.table.state:
        return
    if relay.of not in {"", origin} or relay.to == origin:
        return
    if one.only_at and one.only_at != relay.router.name:
        return
    for out in apply(relay.policy, [one.routes]):
        added = out.targets - one.routes.targets - (one.added or frozenset())
        if added:
            line = out.lines[-1] if out.lines else relay.policy.line
            hop = relay.router.hop(f"adds targets to routes {relay.where}", line)
            cause = one.cause or policy_cause(relay.router.tables[None], line, relay.where)
            yield replace(
                one,
                routes=out,
                by_way_of=(*one.by_way_of, hop),
                added=(one.added or frozenset()) | added,
                only_at=relay.to,
                cause=cause,
            )
