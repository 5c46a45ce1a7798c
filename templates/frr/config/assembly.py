"""Drafts to facts: peer groups, policies and tables resolved, in the one canonical order."""

from dataclasses import replace
from typing import Any

from egovnet.templates.frr.config.addresses import family_of, read_prefix
from egovnet.templates.frr.config.bgp_assembly import bgp_instance, undone_by_import_vrf
from egovnet.templates.frr.config.draft import (
    FACT,
    FrrDraft,
    PortDraft,
)
from egovnet.templates.frr.config.igp_assembly import igp_at, igp_instances, label_blocks
from egovnet.templates.frr.config.igp_costs import cost_of, igp_terms
from egovnet.templates.frr.config.igp_places import igp_place
from egovnet.templates.frr.config.known_features import ORIGINS
from egovnet.templates.frr.config.ldp_reader import label_limits, label_sessions
from egovnet.templates.frr.config.linux_draft import LinuxDraft
from egovnet.templates.frr.config.policy_meaning import Policies, call_cycles
from egovnet.templates.frr.config.vocabulary import DEFAULT_TABLES, DYNAMIC_LABELS, LOOPBACK
from egovnet.templates.model.communities import ROUTE_TARGET
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import (
    DeviceFacts,
    InterfaceFacts,
    NotModelled,
    NotUnderstood,
    PolicyRoute,
    StaticFacts,
    VrfFacts,
)
from egovnet.templates.model.sort_keys import address_key, static_key

_MAIN = 254
_DEFAULTS = frozenset((read_prefix("0.0.0.0/0"), read_prefix("::/0")))
_NOTHING: frozenset[Any] = frozenset()


def assemble(name: str, frr: FrrDraft, linux: LinuxDraft) -> DeviceFacts:
    """The facts of a text whose parts were read into `frr` and `linux` (one dict of ports)."""
    known = {problem.line for problem in (*linux.not_understood, *frr.not_understood)}
    statics, rules, closed = _routes(frr, linux)
    _note_origins(frr)
    problems = [*linux.not_understood, *frr.not_understood]
    policies = Policies(frr)
    problems += [*call_cycles(frr), *undone_by_import_vrf(frr), *_two_masters(frr)]
    interfaces = {
        port.name: _interface(port, frr, linux, problems)
        for port in frr.ports.values()
        if port.name not in linux.vrfs or _says_more(port, linux)
    }
    facts = DeviceFacts(
        name=name,
        platform="frr",
        interfaces=interfaces,
        vrfs=_vrfs(frr, linux, closed),
        default_tables=DEFAULT_TABLES,
        dynamic_labels=DYNAMIC_LABELS,
        unknown_version=frr.version if frr.version and frr.version.known else None,
        says_version=frr.version is not None,
        ports_known=any(port.stanza for port in frr.ports.values()),
        bgp={vrf: bgp_instance(draft, policies, problems) for vrf, draft in frr.bgp.items()},
        statics=_once_each(statics),
        igps=igp_instances(frr, policies),
        bfd_peers=tuple(peer for _, peer in sorted(frr.bfd_peers.items())),
        gre_blocks=tuple(
            sorted(set(linux.routes.gre_blocks), key=lambda one: (one.direction, one.address))
        ),
        label_blocks=label_blocks(frr),
        label_limits=label_limits(frr),
        label_sessions=label_sessions(frr),
        policy_routes=tuple(sorted(rules, key=lambda rule: rule.text)),
        not_understood=tuple(sorted(problems, key=lambda problem: problem.line)),
        # of a version that is not known, nobody knows either which lines it has
        not_taken=() if frr.version and frr.version.known else tuple(frr.not_taken),
        not_modelled=tuple(
            NotModelled(*what, line=line)
            for what, line in sorted({**frr.not_modelled, **linux.not_modelled}.items(), key=str)
        ),
    )
    # lines that were facts by themselves and are none in this text
    late = {problem.line for problem in problems} - known
    frr.counts[FACT] -= len(late)
    return facts


def _note_origins(frr: FrrDraft) -> None:
    """Sites of origin that sessions put on what they let in: no target of a VRF is one, but a
    policy may match them, and which routes have one is not followed."""
    values = [rule.values for rules in frr.community_lists.values() for rule in rules.values()]
    if all(value is not None and all(one[1] == ROUTE_TARGET for one in value) for value in values):
        return
    for instance in frr.bgp.values():
        for peer in instance.peers.values():
            for said in peer.families.values():
                if "soo" in said:
                    frr.not_modelled.setdefault((*ORIGINS, instance.vrf), said["soo"][1])


def _says_more(port: PortDraft, linux: LinuxDraft) -> bool:
    """Whether anything but the VRF itself is said of a VRF's device."""
    return bool(
        port.addresses
        or any(held is port for held, _, _ in linux.asking)
        or port.vrf
        or port.mpls
        or port.ldp
        or port.igp
        or port.ospf
        or port.pbr
        or port.members
        or port.parent
        or port.joins
        or port.untagged
    )


def _two_masters(frr: FrrDraft) -> list[NotUnderstood]:
    """Ports of a bridge or bond that are said to be in a VRF, too: Linux has one of both."""
    found = []
    for port in frr.ports.values():
        for name in port.members:
            member = frr.ports.get(name)
            if member is not None and member.vrf is not None:
                text, why = f"vrf {member.vrf}", f"{name} is a port of {port.name} as well"
                found.append(NotUnderstood(member.vrf_line, text, (f"iface {name}",), why))
    return found


# -- tables ------------------------------------------------------------------------------------


def _vrfs(
    frr: FrrDraft, linux: LinuxDraft, closed: dict[str, set[AddressFamily]]
) -> dict[str, VrfFacts]:
    lines = {
        **_named_vrfs(frr, linux),
        **frr.vrfs,
        **{name: line for name, (_, line) in linux.vrfs.items()},
    }
    by_static: dict[str, list[AddressFamily]] = {}
    for owner, family in frr.closing:
        by_static.setdefault(owner, []).append(family)
    return {
        name: VrfFacts(
            name,
            linux.vrfs[name][0] if name in linux.vrfs else None,
            frozenset(closed.get(name, ())),
            made=name in linux.vrfs or not _has_linux(linux),
            closed_by_static=frozenset(by_static.get(name, ())),
            line=line,
        )
        for name, line in lines.items()
    }


def _has_linux(linux: LinuxDraft) -> bool:
    """Whether the text has the part that says which VRFs there are."""
    return bool(linux.vrfs) or any(port.stanza for port in linux.ports.values())


def _named_vrfs(frr: FrrDraft, linux: LinuxDraft) -> dict[str, int]:
    """VRFs that FRR's part names, where there is no other part that would say which there are."""
    if _has_linux(linux):
        return {}
    found = {static.vrf: static.line for static in frr.statics if static.vrf}
    found.update({vrf: line for (vrf, _), line in frr.closing.items()})
    found.update({port.vrf: port.vrf_line for port in frr.ports.values() if port.vrf})
    found.update({igp.vrf: igp.line for igp in frr.igps.values() if igp.vrf})
    found.update({vrf: instance.line for vrf, instance in frr.bgp.items() if vrf})
    return found


def _routes(
    frr: FrrDraft, linux: LinuxDraft
) -> tuple[list[StaticFacts], list[PolicyRoute], dict[str, set[AddressFamily]]]:
    """(static routes, rules, VRF -> families closed by a discarding route of last resort)."""
    names = {table: name for name, (table, _) in linux.vrfs.items() if table is not None}
    closed: dict[str, set[AddressFamily]] = {}
    for owner, family in frr.closing:
        closed.setdefault(owner, set()).add(family)
    statics: list[StaticFacts] = []
    for route in (*frr.statics, *linux.routes.statics):
        vrf, table = route.vrf, route.table
        if table is not None:
            if table in names:
                vrf, table = names[table], None
            elif table == _MAIN:
                vrf, table = None, None
        # a VRF's device as the way out: the look-up goes on in that VRF
        through = route.interface if route.interface in linux.vrfs else None
        if through == vrf:
            through = None
        if through is not None or (vrf, table) != (route.vrf, route.table):
            route = _moved(route, vrf, table, through)  # noqa: PLW2901 -- the same route, named
        if route.discards and vrf is not None and table is None and route.prefix in _DEFAULTS:
            closed.setdefault(vrf, set()).add(family_of(route.prefix))
        else:
            statics.append(route)
    for port, hop, line in linux.gateways:
        prefix = read_prefix("0.0.0.0/0" if hop.version == 4 else "::/0")
        statics.append(StaticFacts(port.vrf, prefix, next_hop=hop, interface=port.name, line=line))
    for port, family, line in linux.asking:
        # a server or router there may be the way to everywhere
        prefix = read_prefix("0.0.0.0/0" if family == "ipv4" else "::/0")
        statics.append(StaticFacts(port.vrf, prefix, interface=port.name, line=line))
    rules = [_named(rule, names) for rule in linux.routes.rules if _is_known(rule, linux)]
    return statics, rules, closed


def _once_each(statics: list[StaticFacts]) -> tuple[StaticFacts, ...]:
    """In order; a route said twice is one, and the system's where one of both is."""
    found: list[StaticFacts] = []
    for route in sorted(statics, key=lambda each: (static_key(each), not each.of_system)):
        if not found or found[-1] != route:
            found.append(route)
    return tuple(found)


def _moved(
    route: StaticFacts, vrf: str | None, table: int | None, through: str | None
) -> StaticFacts:
    return StaticFacts(
        vrf,
        route.prefix,
        route.next_hop,
        route.interface,
        through or route.next_hop_vrf,
        route.discards,
        table,
        route.line,
        route.of_system,
    )


def _is_known(rule: PolicyRoute, linux: LinuxDraft) -> bool:
    """Whether a rule's table has a number. Names stand in rt_tables, which is not in the text."""
    if rule.table is not None or rule.vrf is None or rule.vrf in linux.vrfs:
        return True
    why = f"which table {rule.vrf} is stands in no text"
    linux.not_understood.append(NotUnderstood(rule.line, rule.text, (), why))
    return False


def _named(rule: PolicyRoute, names: dict[int, str]) -> PolicyRoute:
    """A rule's table by the name of the VRF that has it."""
    if rule.table is None or (rule.table not in names and rule.table != _MAIN):
        return rule
    return replace(rule, vrf=names.get(rule.table), table=None)


# -- interfaces --------------------------------------------------------------------------------


def _asks(port: PortDraft, linux: LinuxDraft) -> frozenset[AddressFamily]:
    """Families for which a port takes its addresses from whoever answers."""
    return frozenset(family for held, family, _ in linux.asking if held is port)


def _interface(
    port: PortDraft, frr: FrrDraft, linux: LinuxDraft, problems: list[NotUnderstood]
) -> InterfaceFacts:
    addresses = port.addresses
    if len(addresses) > 1:
        addresses = sorted(set(addresses), key=address_key)
    routes: tuple[PolicyRoute, ...] = ()
    if port.pbr is not None:
        name, line = port.pbr
        steps = frr.pbr_maps.get(name)
        if steps is None:
            problems.append(
                NotUnderstood(
                    line, f"pbr-policy {name}", (f"interface {port.name}",), "no such pbr-map"
                )
            )
        else:
            routes = tuple(route for step in sorted(steps) for route in steps[step])
    if port.untagged is not None:
        text, line, block = port.untagged
        why = "FRR refuses it, and what is said beside it: no `ip router isis` in this block"
        problems.append(NotUnderstood(line, text, block.labels(), why))
    vrf = port.name if port.name in linux.vrfs else port.vrf
    igp, passive, vrf_igp = igp_at(port, vrf, frr)
    return InterfaceFacts(
        name=port.name,
        vrf=vrf,
        addresses=tuple(addresses),
        parent=port.parent,
        vlan=port.vlan,
        members=tuple(sorted(port.members)),
        joins=port.joins,
        mpls=port.mpls,
        ldp=frozenset(port.ldp) if port.ldp else _NOTHING,
        asks=_asks(port, linux) if linux.asking else _NOTHING,
        igp=igp,
        igp_passive=passive,
        igp_cost=None if passive else cost_of(port, igp, frr),
        igp_terms=igp_terms(port, igp, frr),
        igp_place=igp_place(port, vrf, igp, frr),
        vrf_igp=vrf_igp,
        loopback=port.name == LOOPBACK,
        policy_routes=routes,
        tunnel=port.ends,
        shutdown=port.shutdown and not port.raised,
        brought_up=port.stanza or port.set_up or not _has_linux(linux),
        bfd=port.bfd,
        description=port.description,
        line=port.line,
        vrf_line=port.vrf_line,
        mpls_line=port.mpls_line or next(iter(port.ospf.values()), 0),
    )
