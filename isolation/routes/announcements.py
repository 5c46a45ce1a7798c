"""What a table may announce to the VPN tables of others, and what it would take from them.

RFC 4364 section 4.3.1: export targets are put on routes, import targets pick them. Customers may
announce anything that their session's inbound policy lets through, and where that policy keeps
extended communities, with any route target they like: FRR 8.4 keeps those that a CE attached and
adds the VRF's own (measured).

Assumes that routes taken from other tables are not announced again (FRR does not).
"""

from dataclasses import dataclass

from egovnet.isolation.algebra.policies import Routes, apply
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.algebra.route_targets import target_text
from egovnet.isolation.model.cause import Cause
from egovnet.isolation.model.finding import Hop
from egovnet.isolation.model.scene import Table
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import NeighborFacts, NeighborFamily, VrfFamily
from egovnet.templates.model.quickly_made import quickly_made


@dataclass(eq=False, slots=True)
class Announcement:
    """A class of routes that a table puts into the VPN tables."""

    table: Table
    routes: Routes
    #: The customer session it was learnt from, if it was.
    neighbor: NeighborFacts | None = None
    #: What others on the way did to it, in order.
    by_way_of: tuple[Hop, ...] = ()
    #: Targets that they added; None: it is as its table announced it.
    added: frozenset[bytes] | None = None
    #: Only this router sees it so.
    only_at: str = ""
    #: Its table has a route of its own for it; else its packets go wherever the table's other
    #: routes lead (`network` announces what need not be there).
    held: bool = True
    #: Who put it into the VPN tables, where that was not `table`; its line.
    put_by: tuple[Hop, ...] = ()
    line: int = 0
    #: Routers other than the table's alone take it: to a local VRF its packets need no label.
    remote_only: bool = False
    #: What is to be changed, where it is not an ordinary export of `table`.
    cause: Cause | None = None

    def exports(self, target: bytes) -> Hop:
        """The step of a path that puts it into the VPN tables with `target`, or with others that
        `by_way_of` add it to."""
        if self.added is not None and target in self.added:
            own = sorted(self.routes.targets - self.added)
            keys = [key for one in own for key in (("export", one), one)]
            return self.table.hop("exports routes", self.table.line(self.routes.family, *keys))
        if self.put_by:
            return self.table.hop("is where its packets are looked up")
        line = self.table.line(self.routes.family, ("export", target), target)
        bgp = self.table.family(self.routes.family)
        if bgp is not None and target not in bgp.export_targets and self.routes.lines:
            line = self.routes.lines[-1]
        return self.table.hop(f"exports {target_text(target)}", line or self.line)


def exports(family: VrfFamily) -> bool:
    """Whether a table takes part in VPN routing as a source: `export vpn`, an RD and a list of
    targets (FRR 8.4, bgpd/bgp_mplsvpn.h). A label is no condition: without one the routes are
    announced with implicit null."""
    return family.exports_vpn and family.rd is not None and bool(family.export_targets)


def announcements(table: Table, family: AddressFamily) -> list[Announcement]:
    """What `table` may export, under arbitrary announcements of its customers."""
    bgp = table.families.get(family)
    if bgp is None or not exports(bgp):
        return []
    result = []
    policy = bgp.export_policy
    for local in local_routes(table, family):
        for out in (local.routes,) if policy is None else apply(policy, (local.routes,)):
            targets = out.targets | bgp.export_targets
            if out.prefixes.boxes and (targets or out.free):
                merged = Routes(family, out.prefixes, targets, out.free, out.lines)
                result.append(Announcement(table, merged, local.neighbor, held=local.held))
    return result


@quickly_made
@dataclass(frozen=True, slots=True)
class LocalRoutes:
    """Routes of a table's own, the session they were learnt from, and whether the table has a
    route of its own for each, or only announces it."""

    routes: Routes
    neighbor: NeighborFacts | None = None
    held: bool = True


def local_routes(table: Table, family: AddressFamily) -> list[LocalRoutes]:
    """Routes of a table's own, by where they come from."""
    bgp = table.family(family)
    if bgp is None:
        return []
    found = _originated(table, bgp) if bgp.networks else []
    own = PrefixSet.none(family)
    for protocol, policy in bgp.redistributes.items():
        prefixes = _redistributed(table, family, protocol)
        if not prefixes.boxes:
            continue
        if policy is None:
            own = own | prefixes if own.boxes else prefixes
        else:
            found += [LocalRoutes(out) for out in apply(policy, [Routes(family, prefixes)])]
    if own.boxes:
        found.append(LocalRoutes(Routes(family, own)))
    for neighbor in table.neighbors:
        activated = neighbor.families.get(family)
        if activated is not None:
            found += [LocalRoutes(out, neighbor) for out in admitted(table, activated, family)]
    return found


def _originated(table: Table, bgp: VrfFamily) -> list[LocalRoutes]:
    """What `network` and `aggregate-address` announce, each through its policy."""
    found = []
    for prefix, policy in bgp.networks.items():
        held = any(static.prefix == prefix for static in table.statics) or any(
            address.network == prefix
            for interface in table.interfaces
            for address in interface.addresses
        )
        routes = Routes(bgp.family, PrefixSet.of(bgp.family, (prefix,)))
        found += [LocalRoutes(out, None, held) for out in apply(policy, [routes])]
    return found


def admitted(table: Table, activated: NeighborFamily, family: AddressFamily) -> list[Routes]:
    """What a session of `table` lets in of everything that a customer might announce.

    Kept in the table, because several properties ask.
    """
    # by identity: the scene keeps its facts, and comparing policies costs more than applying them
    key = (id(activated), family)
    if key not in table.admitted:
        table.admitted[key] = apply(
            activated.policy_in, [Routes(family, PrefixSet.all(family), free=True)]
        )
    return table.admitted[key]


def _redistributed(table: Table, family: AddressFamily, protocol: str) -> PrefixSet:
    if protocol in {"connected", "kernel"} and (
        not table.members_known or any(i.asks and family in i.asks for i in table.interfaces)
    ):
        return PrefixSet.all(family)  # whatever is in it
    if protocol == "connected":
        return PrefixSet.of(family, [a.network for i in table.interfaces for a in i.addresses])
    if protocol in {"static", "kernel"}:
        routes = PrefixSet.of(family, [static.prefix for static in table.statics])
        vrf = table.facts.vrfs.get(table.vrf or "")
        # The route of last resort is a route, too.
        if vrf is not None and family in (
            vrf.closed if protocol == "kernel" else vrf.closed_by_static
        ):
            return routes | PrefixSet(routes.bits, ((0, 0, 0, 0),))
        return routes
    # An IGP, a table by number: whatever they hold.
    return PrefixSet.all(family)
