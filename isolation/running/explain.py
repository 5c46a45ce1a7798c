"""What one router does that its own text does not explain: links, rules, routes, labels.

A route is explained by an address of the interface that it goes out of, by a line of the text, or
by a protocol that the text has where the route is. What is not explained becomes a fact of the
same kind as a line would have made it, so that the proof follows it.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_address, ip_interface, ip_network

from egovnet.inventory.model.within import is_within
from egovnet.isolation.algebra.policies import Routes, apply
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.running.ipsec import explain_ipsec
from egovnet.isolation.running.overlay import Overlay
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import (
    DeviceFacts,
    InterfaceFacts,
    LabelledWay,
    PolicyRoute,
    StaticFacts,
    VrfFacts,
)
from egovnet.templates.model.running_state import (
    LabelledHop,
    Origin,
    RunningHop,
    RunningInterface,
    RunningLabel,
    RunningRoute,
    RunningRule,
    RunningState,
)

FAMILIES: tuple[AddressFamily, ...] = ("ipv4", "ipv6")
_VPN = frozenset(("vpnv4", "vpnv6"))
#: What every interface has by itself (RFC 4291 sections 2.5.6 and 2.7; RFC 5771).
_OF_ANY = tuple(map(ip_network, ("fe80::/10", "ff00::/8", "224.0.0.0/4")))
#: And the router itself (RFC 1122 section 3.2.1.3; RFC 4291 section 2.5.3).
_OF_LOOPBACK = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))


def explain(overlay: Overlay, state: RunningState) -> None:
    """Put over a router's facts what its text does not explain."""
    for question, said in state.unread.items():
        overlay.note(f"{question}: {said}", followed=False, unread=True)
    if state.interfaces is not None:
        _links(overlay, state.interfaces)
    overlay.settle_links()
    _rules(overlay, state)
    _routes(overlay, state)
    _labels(overlay, state)
    explain_ipsec(overlay, state.ipsec)
    if state.vpn_routes is None and _reflects(overlay.facts):
        overlay.note("VPN routes: not asked for", followed=False, unread=True)


def _reflects(facts: DeviceFacts) -> bool:
    """Whether a router hands on VPN routes, so that what it has tells what others announce."""
    instance = facts.bgp.get(None)
    return instance is not None and any(
        activated.reflector_client and name in _VPN
        for neighbor in instance.neighbors.values()
        for name, activated in neighbor.families.items()
    )


def left_over(facts: DeviceFacts, state: RunningState) -> RunningState:
    """The state without what `facts` explain, so that thousands of routers' can be kept."""
    overlay = Overlay(facts)
    routes = []
    labelled: dict[LabelledHop, None] = {}
    for route in state.routes:
        vrf = _vrf_of(overlay, route)
        if any(hop.label is not None for hop in route.hops):
            hops = _labelled_hops(overlay, route, vrf)
            labelled.update(dict.fromkeys(hops))
            if not hops:
                routes.append(route)
        elif not (vrf is not None and _refuses_all(route)) and not _explained(overlay, route, vrf):
            routes.append(route)
    labels = (one for one in state.labels if not _on_circuits(overlay, one))
    return replace(state, routes=tuple(routes), labels=tuple(labels), labelled=tuple(labelled))


def _labelled_hops(
    overlay: Overlay, route: RunningRoute, vrf: str | None
) -> tuple[LabelledHop, ...]:
    """Its ways on, where all are of BGP's labels and out of the backbone; else none."""
    found = []
    for hop in route.hops:
        out = overlay.vrf_of(hop.interface) == (None, True)
        if vrf is None or hop.label is None or not out or route.origin is not Origin.BGP:
            return ()
        found.append(_labelled_hop(route.family, vrf, hop.label, overlay.exits(hop)))
    return tuple(found)


# The VRFs of a VPN have the same in hundreds of routers.
@lru_cache(maxsize=1 << 18)
def _labelled_hop(
    family: AddressFamily, vrf: str, label: int, exits: tuple[str, ...]
) -> LabelledHop:
    return LabelledHop(family, vrf, label, exits)


def _vrf_of(overlay: Overlay, route: RunningRoute) -> str | None:
    if route.table in overlay.facts.default_tables:
        return None
    return overlay.vrf_numbers.get(route.table)


# -- links -------------------------------------------------------------------------------------


def _links(overlay: Overlay, links: tuple[RunningInterface, ...]) -> None:
    there = {link.name for link in links}
    for name in overlay.facts.interfaces.keys() - there:
        overlay.note(f"{name} is not there")
    for name in overlay.facts.vrfs.keys() - there:
        overlay.note(f"VRF {name} is not there")
    for link in links:
        if link.table is not None:
            _vrf(overlay, link)
        else:
            _link(overlay, link)
    bridges: dict[str, list[str]] = {}
    for link in links:
        if link.master is not None:
            bridges.setdefault(link.master, []).append(link.name)
    for name, members in bridges.items():
        known = overlay.interfaces.get(name)
        fresh = sorted(set(members) - set(known.members if known else ()))
        if fresh and known is not None:
            line = overlay.note(f"{', '.join(fresh)}: in {name}, and no line says so")
            overlay.interfaces[name] = replace(
                known, members=(*known.members, *fresh), line=line, vrf_line=line
            )


def _vrf(overlay: Overlay, link: RunningInterface) -> None:
    known = overlay.vrfs.get(link.name)
    if known is None or not known.made:
        line = overlay.note(f"VRF {link.name} with table {link.table}: no line makes it")
        known = known or VrfFacts(link.name)
        overlay.vrfs[link.name] = replace(known, table=link.table, made=True, line=line)
    elif known.table is None:
        overlay.vrfs[link.name] = replace(known, table=link.table)
    elif known.table != link.table:
        line = overlay.note(f"VRF {link.name} has table {link.table}, not {known.table}")
        overlay.vrfs[link.name] = replace(known, table=link.table, line=line)


def _link(overlay: Overlay, link: RunningInterface) -> None:
    known = overlay.interfaces.get(link.name)
    if known is None:
        idle = link.vrf is None and link.master is None and not link.addresses
        if (link.is_port or link.hidden) and not link.up and idle:
            return  # a port that nobody uses; what modules make by themselves, as `sit0`
        what = "no line sets it up" if link.is_port and idle else "no line makes it"
        line = overlay.note(f"{link.text}: {what}", followed=not link.hidden)
        overlay.interfaces[link.name] = InterfaceFacts(
            link.name,
            link.vrf,
            link.addresses,
            parent=link.parent,
            vlan=link.vlan,
            joins=link.peer,
            # of a tunnel, what the note says is more
            brought_up=link.up and not link.hidden,
            line=line,
            vrf_line=line,
        )
        return
    now = known
    if link.hidden and (link.tunnel is None or link.tunnel != known.tunnel):
        overlay.note(f"{link.text}: no line says so", followed=False)
    if link.vrf != known.vrf and not _in_bridge(overlay, link.name):
        was = f"VRF {known.vrf}" if known.vrf else "no VRF"
        what = f"in VRF {link.vrf}" if link.vrf else "in no VRF"
        line = overlay.note(f"{link.name} is {what}; its text says {was}")
        now = replace(now, vrf=link.vrf, vrf_line=line)
    if link.vlan is not None and (link.parent, link.vlan) != (known.parent, known.vlan):
        wanted = f"VLAN {known.vlan} on {known.parent}"
        line = overlay.note(
            f"{link.name} is VLAN {link.vlan} on {link.parent}; its text says {wanted}"
        )
        now = replace(now, parent=link.parent, vlan=link.vlan, line=line, vrf_line=line)
    fresh = [a for a in link.addresses if a not in known.addresses]
    if fresh:
        shown = ", ".join(map(str, fresh))
        line = overlay.note(f"{link.name} has {shown}: no line says so")
        now = replace(now, addresses=(*known.addresses, *fresh), line=line)
    if link.peer is not None and link.peer != known.joins:
        line = overlay.note(f"{link.name} is joined to {link.peer}: no line says so")
        now = replace(now, joins=link.peer, line=line)
    overlay.interfaces[link.name] = now


def _in_bridge(overlay: Overlay, name: str) -> bool:
    return any(name in one.members for one in overlay.facts.interfaces.values())


# -- rules -------------------------------------------------------------------------------------


def _rules(overlay: Overlay, state: RunningState) -> None:
    facts = overlay.facts
    said = {_meaning(overlay, rule) for rule in facts.policy_routes}
    steered = {name for name, one in facts.interfaces.items() if one.policy_routes}
    for rule in state.rules:
        if rule.route is None:
            overlay.note(f"{rule.text} ({rule.family})", followed=False)
            continue
        if rule.route.discards:
            if _meaning(overlay, rule.route) not in said:
                _discarding(overlay, rule)
            continue
        # rules of policy routing have tables of its own, and the text says where they lead
        if _meaning(overlay, rule.route) in said or rule.route.interface in steered:
            continue
        shown = f"{rule.text} ({rule.family})"
        line = overlay.note(f"{shown}: no line says so", shown)
        overlay.rules.append(replace(rule.route, text=rule.text, line=line))
    for family, why in state.not_isolated.items():
        if not facts.vrfs:
            continue
        line = overlay.note(f"{family}: {why}")
        overlay.rules.append(PolicyRoute(why, line=line))


def _discarding(overlay: Overlay, rule: RunningRule) -> None:
    """Note a rule that no line makes and that leads nowhere: whose packets end there."""
    route, ends = rule.route, []
    assert route is not None, "a rule that is not understood is told before"  # noqa: S101 -- types
    only = overlay.vrf_of(route.interface) if route.interface is not None else (None, False)
    for name, vrf in sorted(overlay.vrfs.items()):
        # what is not found in a closed VRF ends there; of another it is looked up further
        is_open = rule.family not in vrf.closed
        is_asked = rule.before_vrfs or (rule.before_main and is_open)
        if is_asked and (name == only[0] or not only[1]):
            ends.append(f"VRF {name}")
    if rule.before_main and (only[0] is None or not only[1]):
        ends.append("the main table")
    shown = f"{rule.text} ({rule.family})"
    overlay.note(f"{shown}: no line says so", shown, ends=", ".join(ends))


def _meaning(overlay: Overlay, rule: PolicyRoute) -> tuple[object, ...]:
    table = rule.table
    if table is None and rule.vrf is not None:
        table = overlay.number(rule.vrf)
    return table, rule.next_hop, rule.interface, rule.discards


# -- routes ------------------------------------------------------------------------------------


def _routes(overlay: Overlay, state: RunningState) -> None:
    closed: set[tuple[str, AddressFamily]] = set()
    for route in state.routes:
        vrf = _vrf_of(overlay, route)
        if vrf is not None and _refuses_all(route):
            closed.add((vrf, route.family))
            continue
        plain = tuple(hop for hop in route.hops if hop.label is None)
        if route.hops and not plain:
            continue  # `vpn_routes` follows labels
        without = route if len(plain) == len(route.hops) else replace(route, hops=plain)
        if not _explained(overlay, without, vrf):
            _unexplained(overlay, without, vrf)
    asked = {route.family for route in state.routes if state.labelled is None}
    for name, known in overlay.vrfs.items():
        has = frozenset(f for f in FAMILIES if (name, f) in closed)
        open_now = {f for f in asked & known.closed if f not in has}
        if open_now:
            what = f"VRF {name} has no route of last resort that refuses"
            line = overlay.note(f"{what} ({', '.join(sorted(open_now))}); its text says so")
            first = line if known == overlay.facts.vrfs.get(name) else known.line
            overlay.vrfs[name] = replace(known, closed=known.closed - open_now, line=first)
        elif has - known.closed and name not in overlay.facts.vrfs:
            overlay.vrfs[name] = replace(known, closed=has)


def _refuses_all(route: RunningRoute) -> bool:
    return route.discards and route.prefix.prefixlen == 0


def _explained(overlay: Overlay, route: RunningRoute, vrf: str | None) -> bool:
    in_default = route.table in overlay.facts.default_tables
    if route.local and route.origin is not Origin.SYSTEM:
        return False
    if route.origin is Origin.SYSTEM:
        return _of_address(overlay, route, vrf)
    if route.origin is Origin.BACKBONE:
        return in_default and all(_has_igp(overlay, hop, route.family) for hop in route.hops)
    if route.origin is not Origin.BGP:
        return _by_static(overlay, route, vrf)
    return _of_bgp(overlay, route, vrf)


def _of_bgp(overlay: Overlay, route: RunningRoute, vrf: str | None) -> bool:
    in_default = route.table in overlay.facts.default_tables
    known = [overlay.vrf_of(hop.interface) for hop in route.hops]
    if route.discards:
        return (vrf is not None or in_default) and _is_aggregate(overlay, route, vrf)
    if in_default:
        return _has_unicast(overlay, route.family) and all(of == (None, True) for of in known)
    return (
        vrf is not None
        and (route.prefix.prefixlen > 0 or _let_in(overlay, route, vrf, known))
        and all(is_known and _by_bgp(overlay, route.family, vrf, of) for of, is_known in known)
    )


def _has_igp(overlay: Overlay, hop: RunningHop, family: AddressFamily) -> bool:
    interface = overlay.interfaces.get(hop.interface)
    return interface is not None and interface.vrf is None and family in interface.igp


def _of_address(overlay: Overlay, route: RunningRoute, vrf: str | None) -> bool:
    """Whether it follows from an address of the interface that it goes out of."""
    in_default = route.table in overlay.facts.default_tables
    if in_default and any(is_within(route.prefix, one) for one in _OF_LOOPBACK):
        return True
    for hop in route.hops:
        owner, known = overlay.vrf_of(hop.interface)
        if not known or owner != vrf or (owner is None) != in_default or hop.gateway:
            return False
        interface = overlay.interfaces.get(hop.interface)
        networks = [a.network for a in interface.addresses] if interface is not None else []
        if not any(is_within(route.prefix, network) for network in (*_OF_ANY, *networks)):
            return False
    return True


def _is_aggregate(overlay: Overlay, route: RunningRoute, vrf: str | None) -> bool:
    """Whether the table's text has an aggregate, which comes with a route that discards."""
    instance = overlay.facts.bgp.get(vrf)
    family = None if instance is None else instance.families.get(route.family)
    return family is not None and route.prefix in family.aggregates


def _by_bgp(overlay: Overlay, family: AddressFamily, vrf: str, of: str | None) -> bool:
    """Whether the text has BGP put routes out of `of`'s interfaces into `vrf`'s table."""
    instance = overlay.facts.bgp.get(vrf)
    if instance is None:
        return False
    if of == vrf:
        return bool(instance.neighbors)
    takes = instance.families.get(family)
    if takes is None:
        return False
    if (of or "default") in takes.import_vrfs:
        return True
    other = overlay.facts.bgp.get(of)
    gives = other.families.get(family) if other is not None else None
    return (
        gives is not None
        and takes.imports_vpn
        and gives.exports_vpn
        and bool(takes.import_targets & gives.export_targets)
    )


def _let_in(
    overlay: Overlay, route: RunningRoute, vrf: str, ways: list[tuple[str | None, bool]]
) -> bool:
    """Whether a route out of the VRF's own interfaces is one that a session's policy lets in now:
    the daemon may keep what an earlier one let in."""
    instance = overlay.facts.bgp.get(vrf)
    if instance is None or any(of != vrf for of, _ in ways):
        return True
    routes = Routes(route.family, PrefixSet.of(route.family, (route.prefix,)), free=True)
    sessions = [neighbor.families.get(route.family) for neighbor in instance.neighbors.values()]
    return any(
        one.prefixes
        for session in sessions
        if session is not None
        for one in apply(session.policy_in, [routes])
    )


def _has_unicast(overlay: Overlay, family: AddressFamily) -> bool:
    instance = overlay.facts.bgp.get(None)
    neighbors = instance.neighbors.values() if instance is not None else ()
    return any(family in neighbor.families for neighbor in neighbors)


def _by_static(overlay: Overlay, route: RunningRoute, vrf: str | None) -> bool:
    """Whether a line of the text makes it, in the routing daemon or in Linux."""
    lines = [
        static
        for static in overlay.facts.statics
        if static.prefix == route.prefix
        and static.discards == route.discards
        and _table_of(overlay, static) in ((vrf, None), (None, route.table))
        and (vrf is not None or route.table in {static.table, *overlay.facts.default_tables})
    ]
    if route.discards:
        return bool(lines)
    return bool(route.hops) and all(
        any(_same(overlay, static, vrf, hop) for static in lines) for hop in route.hops
    )


def _table_of(overlay: Overlay, static: StaticFacts) -> tuple[str | None, int | None]:
    if static.table is None or static.table in overlay.facts.default_tables:
        return static.vrf, None
    name = overlay.vrf_numbers.get(static.table)
    return (name, None) if name is not None else (None, static.table)


def _same(overlay: Overlay, static: StaticFacts, vrf: str | None, hop: RunningHop) -> bool:
    if static.next_hop is not None and str(static.next_hop) != hop.gateway:
        return False
    if static.interface is not None:
        return static.interface == hop.interface
    # the next hop is looked for in one VRF, and leaves by an interface of it
    where = vrf if static.next_hop_vrf is None else static.next_hop_vrf
    return overlay.vrf_of(hop.interface) == (None if where == "default" else where, True)


def _unexplained(overlay: Overlay, route: RunningRoute, vrf: str | None) -> None:
    if vrf is not None:
        where = f"VRF {vrf}"
    else:
        default = route.table in overlay.facts.default_tables
        where = "the main table" if default else f"table {route.table}, which no VRF has"
    prefix, text = route.prefix, f"route in {where}: {route.text}"
    if route.origin is Origin.SYSTEM and _strangers(overlay, route, vrf, where):
        return
    if route.local:
        overlay.note(text, where, followed=False)
        return
    followed = route.discards or vrf is not None or _leaves(overlay, route)
    line = overlay.note(text, where, followed=followed)
    if route.discards:
        return
    is_own = vrf is not None or route.table in overlay.facts.default_tables
    for hop in route.hops or (RunningHop(""),):
        overlay.statics.append(
            StaticFacts(
                vrf,
                prefix,
                next_hop=ip_address(hop.gateway) if hop.gateway else None,
                interface=hop.interface or None,
                table=None if is_own else route.table,
                line=line,
            )
        )


def _strangers(overlay: Overlay, route: RunningRoute, vrf: str | None, where: str) -> bool:
    """Whether it follows from interfaces that no text has; they are put into its table, as nobody
    asked for links."""
    names = [hop.interface for hop in route.hops]
    if any(name in overlay.facts.interfaces or name in overlay.vrfs for name in names):
        return False
    for name in names:
        line = overlay.note(f"{name} in {where}: no line makes it", name)
        known = overlay.interfaces.get(name) or InterfaceFacts(name, vrf, line=line, vrf_line=line)
        if route.local and route.prefix.prefixlen == route.prefix.max_prefixlen:
            own = ip_interface(route.prefix.network_address)
            if not any(is_within(route.prefix, one) for one in _OF_ANY):
                known = replace(known, addresses=(*known.addresses, own))
        overlay.interfaces[name] = known
    return True


def _leaves(overlay: Overlay, route: RunningRoute) -> bool:
    """Whether all its ways on are interfaces of VRFs, which the proof follows."""
    return bool(route.hops) and all(overlay.vrf_of(hop.interface)[0] for hop in route.hops)


# -- labels ------------------------------------------------------------------------------------


def _labels(overlay: Overlay, state: RunningState) -> None:
    given: dict[str, int] = {}
    for entry in state.labels:
        vrf = _vrf_of_label(overlay, entry)
        if entry.origin is Origin.BGP and vrf is not None:
            given[vrf] = given.get(vrf, 0) + 1
            if given[vrf] <= _exporting(overlay, vrf):
                continue
        elif entry.origin is Origin.BACKBONE and _on_circuits(overlay, entry):
            continue
        for line, target in _labelled(overlay, entry):
            for family in FAMILIES:
                way = LabelledWay(family, None, None, overlay.facts.name, target, line)
                overlay.ways.append(way)


def _labelled(overlay: Overlay, entry: RunningLabel) -> Iterator[tuple[int, str]]:
    """The VRFs that a label nobody gave out leads into."""
    targets = {overlay.vrf_of(name)[0] for name in entry.interfaces}
    vrfs = sorted(name for name in targets if name is not None)
    shown = f"label {entry.text}"
    text = f"{shown}: no line and no protocol gives it out"
    line = overlay.note(text, shown, followed=bool(vrfs))
    for vrf in vrfs:
        yield line, vrf


def _vrf_of_label(overlay: Overlay, entry: RunningLabel) -> str | None:
    (name, *more) = entry.interfaces or ("",)
    return name if not more and name in overlay.vrfs else None


def _exporting(overlay: Overlay, vrf: str) -> int:
    """How many labels a VRF has by its text: one for each family that it exports."""
    instance = overlay.facts.bgp.get(vrf)
    families = instance.families.values() if instance is not None else ()
    return sum(family.exports_vpn for family in families)


def _on_circuits(overlay: Overlay, entry: RunningLabel) -> bool:
    return bool(entry.interfaces) and all(
        known is not None and known.vrf is None and known.mpls
        for known in map(overlay.interfaces.get, entry.interfaces)
    )
