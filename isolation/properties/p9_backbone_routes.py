"""P9: nobody but the IGP says where labelled packets for another router go.

A VPN packet has two labels (RFC 4364 section 5): the outer one leads to the router whose loopback
is the route's next hop, and only there does the inner one mean its VRF. A route written by hand to
a router's loopback by way of another router's takes the outer label of that other one: the packet
ends there, and its inner label is looked up in the wrong router's table.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from operator import itemgetter

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.prefix_sets import family_of
from egovnet.isolation.model.cause import Cause, CauseKind
from egovnet.isolation.model.classes import p9
from egovnet.isolation.model.finding import Hop, finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Scene, Table, port_cause, static_cause
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.facts import StaticFacts


def backbone_routes(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene."""
    owners = _Owners(scene.loopbacks())
    for router in scene.routers:
        table = router.tables[None]
        if any(port.mpls or port.ldp for port in table.interfaces):
            yield from _statics(table, owners)
            yield from _by_bgp(table, owners)
            yield from _by_summary(table, owners)
            yield from _connected(table, owners)


def _statics(table: Table, owners: "_Owners") -> Iterator[FindingDraft]:
    for static in table.statics:
        if static.discards or _as_the_igp_would(table, static):
            continue
        address = _of_another(table, static.prefix, owners)
        if address is not None:
            hop = table.hop(f"has a route of its own to {static.prefix}", static.line)
            cause = static_cause(table, static)
            yield _draft(table, static.line, hop, cause, (address, owners[address]))


def _as_the_igp_would(table: Table, static: StaticFacts) -> bool:
    """One that goes over a circuit, to exactly one router: LDP of the circuit's other end gives
    its label for that router (RFC 5036 section 2.1), whatever way it takes from there. Not one of
    the operating system's, which the routing daemon may give no label."""
    prefix = static.prefix
    if prefix.prefixlen < prefix.max_prefixlen or static.of_system:
        return False
    if static.next_hop_vrf not in {None, "default"}:
        return False
    return static.next_hop is not None and any(
        family_of(prefix) in port.ldp
        and static.interface in {None, port.name}
        and any(
            static.next_hop in address.network and static.next_hop != address.ip
            for address in port.addresses
        )
        for port in table.interfaces
        if not port.loopback
    )


def _by_bgp(table: Table, owners: "_Owners") -> Iterator[FindingDraft]:
    """A route of BGP without labels, which leads to whoever announces it."""
    for family in FAMILIES:
        bgp = table.family(family)
        if bgp is None or not any(family in neighbor.families for neighbor in table.neighbors):
            continue
        for prefix in bgp.networks:
            if prefix.prefixlen < prefix.max_prefixlen:
                continue
            address = _of_another(table, prefix, owners)
            if address is not None:
                says = f"{table.device} announces {prefix} by BGP"
                cause = table.cause(CauseKind.LINK, "network", prefix, says=says, line=bgp.line)
                hop = table.hop(f"announces a route to {prefix} by BGP", bgp.line)
                yield _draft(table, bgp.line, hop, cause, (address, owners[address]))


def _connected(table: Table, owners: "_Owners") -> Iterator[FindingDraft]:
    """A circuit's network that holds a loopback: packets go to whoever says there that it has
    the address, and the IGP announces the network to all. A loopback's own is of one address, or
    it is there for the others within it."""
    for port in table.interfaces:
        for held in port.addresses:
            if port.loopback and held.network.prefixlen == held.max_prefixlen:
                continue
            address = _of_another(table, held.network, owners)
            if address is not None:
                cause = port_cause(table, port, port.line)
                hop = table.hop(f"has {held} at {port.name}", port.line)
                yield _draft(table, port.line, hop, cause, (address, owners[address]))


def _by_summary(table: Table, owners: "_Owners") -> Iterator[FindingDraft]:
    """One route of the IGP for several routers leads to whoever makes it, and has its label."""
    for igp in table.facts.igps:
        for prefix in sorted(igp.summaries, key=str) if igp.vrf is None else ():
            address = _of_another(table, prefix, owners)
            if address is not None:
                line = igp.lines.get(f"summary {prefix}", igp.line)
                says = f"{table.device} announces {prefix} in place of what is within it"
                cause = table.cause(CauseKind.LINK, "summary", prefix, says=says, line=line)
                hop = table.hop(f"announces {prefix} in place of routes within it", line)
                yield _draft(table, line, hop, cause, (address, owners[address]))


def _of_another(table: Table, prefix: IPNetwork, owners: "_Owners") -> IPAddress | None:
    """A loopback within `prefix` that is not this router's."""
    return next((a for a in owners.within(prefix) if owners[a] != table.device), None)


class _Owners(dict[IPAddress, str]):
    """Router of each loopback; those of a prefix are looked up, not searched."""

    def __init__(self, owners: Mapping[IPAddress, str]) -> None:
        super().__init__(owners)
        self._sorted: dict[int, list[tuple[int, IPAddress]]] = {4: [], 6: []}
        for address in owners:
            self._sorted[address.version].append((int(address), address))
        for held in self._sorted.values():
            held.sort(key=itemgetter(0))

    def within(self, prefix: IPNetwork) -> Iterator[IPAddress]:
        """The loopbacks of a prefix, in order."""
        held = self._sorted[prefix.version]
        last = int(prefix.broadcast_address)
        first = bisect_left(held, int(prefix.network_address), key=itemgetter(0))
        for index in range(first, len(held)):
            number, address = held[index]
            if number > last:
                return
            yield address


def _draft(
    table: Table, line: int, hop: Hop, cause: Cause, of: tuple[IPAddress, str]
) -> FindingDraft:
    """`of`: a loopback that the route leads to, and its router."""
    address, owner = of
    return single(
        finding(
            p9.BACKBONE_ROUTE,
            table.device,
            table.name,
            path=(hop,),
            line=line,
            family=f"ipv{address.version}",
            causes=(cause,),
            words={"address": address, "owner": owner},
        )
    )


PROPERTY = SceneCheck("P9", backbone_routes)
