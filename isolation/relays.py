"""What policies on VPN sessions do to route targets on the way from one PE to another.

A PE's outbound policy changes what it announces, its inbound policy what it takes itself, and a
route reflector's (RFC 4456) what everybody gets. Only additions are followed here: they make
paths. That a policy denies routes or strips targets is never relied on for separation.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from isolation.announcements import Announcement
from isolation.policies import apply
from isolation.scene import Router
from templates.device import AddressFamily
from templates.facts import NeighborFacts, NeighborFamily, Policy

ROUNDS = 3  # reflectors in a row that each may add something
VPN_FAMILY: dict[AddressFamily, str] = {"ipv4": "vpnv4", "ipv6": "vpnv6"}


@dataclass(frozen=True, slots=True)
class Relay:
    """A policy on a VPN session that adds targets."""

    router: Router
    policy: Policy
    #: "in" or "out".
    direction: str
    reflects: bool
    neighbor: str


def vpn_sessions(router: Router) -> Iterator[tuple[NeighborFacts, NeighborFamily]]:
    """Activated VPN families of a router's neighbours."""
    default = router.facts.bgp.get(None)
    for neighbor in default.neighbors.values() if default else ():
        if neighbor.shutdown:
            continue
        for name, family in neighbor.families.items():
            if name in VPN_FAMILY.values():
                yield neighbor, family


def relays(routers: Iterable[Router], family: AddressFamily) -> list[Relay]:
    """All policies of `family`'s VPN sessions that add targets."""
    found = []
    for router in routers:
        sessions = list(vpn_sessions(router))
        reflects = any(activated.reflector_client for _, activated in sessions)
        for neighbor, activated in sessions:
            if activated.family != VPN_FAMILY[family]:
                continue
            for direction in ("in", "out"):
                policy = activated.policy_in if direction == "in" else activated.policy_out
                if policy is not None and any(entry.adds for entry in policy.entries):
                    found.append(Relay(router, policy, direction, reflects, neighbor.address))
    return found


def relayed(announcements: list[Announcement], through: list[Relay]) -> list[Announcement]:
    """What becomes of announcements on the way, besides themselves."""
    if not through:
        return []
    found: list[Announcement] = []
    fresh = announcements
    for _ in range(ROUNDS):
        fresh = [out for one in fresh for relay in through for out in _through(one, relay)]
        found += fresh
        if not fresh:
            break
    return found


def _through(one: Announcement, relay: Relay) -> list[Announcement]:
    own = relay.router.name == one.table.device
    if own and relay.router.state != one.table.state:
        return []
    if not relay.reflects and (own if relay.direction == "in" else not own):
        return []
    if one.only_at and one.only_at != relay.router.name:
        return []
    result = []
    for out in apply(relay.policy, [one.routes]):
        added = out.targets - one.routes.targets
        if added:
            line = out.lines[-1] if out.lines else relay.policy.line
            where = "from" if relay.direction == "in" else "to"
            hop = relay.router.hop(f"adds targets to routes {where} {relay.neighbor}", line)
            only_at = relay.router.name if relay.direction == "in" and not relay.reflects else ""
            result.append(
                replace(
                    one,
                    routes=out,
                    by_way_of=(*one.by_way_of, hop),
                    added=(one.added or frozenset()) | added,
                    only_at=only_at,
                )
            )
    return result
