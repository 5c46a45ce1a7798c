"""Drafts to facts: peer groups, policies and tables resolved, in the one canonical order."""

from typing import Any, cast

from egovnet.templates.frr.config.addresses import family_of, read_prefix
from egovnet.templates.frr.config.draft import (
    FACT,
    BgpDraft,
    FamilyDraft,
    FrrDraft,
    PeerDraft,
    PortDraft,
)
from egovnet.templates.frr.config.interfaces_reader import LinuxDraft
from egovnet.templates.frr.config.policy_meaning import Policies
from egovnet.templates.frr.config.vocabulary import (
    DEFAULT_TABLES,
    DYNAMIC_LABELS,
    FAMILY_OPTIONS,
    LOOPBACK,
)
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import (
    BgpInstance,
    DeviceFacts,
    InterfaceFacts,
    NeighborFacts,
    NeighborFamily,
    NotUnderstood,
    Policy,
    PolicyRoute,
    StaticFacts,
    VpnNetwork,
    VrfFacts,
    VrfFamily,
)
from egovnet.templates.model.sort_keys import address_key, static_key

_MAIN = 254
_DEFAULTS = frozenset((read_prefix("0.0.0.0/0"), read_prefix("::/0")))
#: Commands of a family that are kept in their own words.
_OPTIONS = FAMILY_OPTIONS | {"no extended"}
_NOTHING: frozenset[Any] = frozenset()
_NO_VALUES: dict[str, tuple[Any, int]] = {}


def assemble(name: str, frr: FrrDraft, linux: LinuxDraft) -> DeviceFacts:
    """The facts of a text whose parts were read into `frr` and `linux` (one dict of ports)."""
    known = {problem.line for problem in (*linux.not_understood, *frr.not_understood)}
    statics, rules, closed = _routes(frr, linux)
    problems = [*linux.not_understood, *frr.not_understood]
    policies = Policies(frr)
    interfaces = {
        port.name: _interface(port, frr, linux, problems)
        for port in frr.ports.values()
        if port.name not in linux.vrfs or port.addresses or port.vrf or port.mpls or port.ldp
    }
    facts = DeviceFacts(
        name=name,
        platform="frr",
        interfaces=interfaces,
        vrfs=_vrfs(frr, linux, closed),
        default_tables=DEFAULT_TABLES,
        dynamic_labels=frr.dynamic_labels or DYNAMIC_LABELS,
        ports_known=any(port.stanza for port in frr.ports.values()),
        bgp={vrf: _instance(draft, policies, problems) for vrf, draft in frr.bgp.items()},
        statics=_once_each(statics),
        policy_routes=tuple(sorted(rules, key=lambda rule: rule.text)),
        not_understood=tuple(sorted(problems, key=lambda problem: problem.line)),
    )
    # lines that were facts by themselves and are none in this text
    late = {problem.line for problem in problems} - known
    frr.counts[FACT] -= len(late)
    return facts


# -- tables ------------------------------------------------------------------------------------


def _vrfs(
    frr: FrrDraft, linux: LinuxDraft, closed: dict[str, set[AddressFamily]]
) -> dict[str, VrfFacts]:
    lines = {**frr.vrfs, **{name: line for name, (_, line) in linux.vrfs.items()}}
    return {
        name: VrfFacts(
            name,
            linux.vrfs[name][0] if name in linux.vrfs else None,
            frozenset(closed.get(name, ())),
            line=line,
        )
        for name, line in lines.items()
    }


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
    rules = [_named(rule, names) for rule in linux.routes.rules if _is_known(rule, linux)]
    return statics, rules, closed


def _once_each(statics: list[StaticFacts]) -> tuple[StaticFacts, ...]:
    """In order; a route said twice is one."""
    found: list[StaticFacts] = []
    for route in sorted(statics, key=static_key):
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
    return PolicyRoute(
        rule.text, names.get(rule.table), None, rule.next_hop, rule.interface, rule.line
    )


# -- interfaces --------------------------------------------------------------------------------


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
    return InterfaceFacts(
        name=port.name,
        vrf=port.name if port.name in linux.vrfs else port.vrf,
        addresses=tuple(addresses),
        parent=port.parent,
        vlan=port.vlan,
        members=tuple(sorted(port.members)),
        joins=port.joins,
        mpls=port.mpls,
        ldp=frozenset(port.ldp) if port.ldp else _NOTHING,
        igp=frozenset(port.igp) if port.igp else _NOTHING,
        igp_passive=port.igp_passive,
        loopback=port.name == LOOPBACK,
        policy_routes=routes,
        shutdown=port.shutdown,
        description=port.description,
        line=port.line,
        vrf_line=port.vrf_line,
        mpls_line=port.mpls_line,
    )


# -- BGP ---------------------------------------------------------------------------------------


def _instance(draft: BgpDraft, policies: Policies, problems: list[NotUnderstood]) -> BgpInstance:
    families = {
        cast(AddressFamily, name): _family(family, policies)
        for name, family in draft.families.items()
        if not family.says_nothing
    }
    neighbors: dict[str, NeighborFacts] = {}
    for peer in draft.peers.values():
        if not peer.is_group:
            facts = _neighbor(draft, peer, policies)
            if facts is None:
                text, context = f"neighbor {peer.name}", (_label(draft),)
                problems.append(NotUnderstood(peer.line, text, context, "nothing says its AS"))
            else:
                neighbors[facts.address] = facts
    for prefix, (group, line) in draft.listens.items():
        held = draft.peers.get(group)
        member = PeerDraft(str(prefix), line, values={"peer-group": (group, line)})
        facts = None
        if held is not None and held.is_group:
            facts = _neighbor(draft, member, policies)
        if facts is None:
            context = (_label(draft),)
            text = f"bgp listen range {prefix} peer-group {group}"
            problems.append(NotUnderstood(line, text, context, "no such peer group with an AS"))
        else:
            neighbors[facts.address] = facts
    return BgpInstance(
        draft.vrf,
        draft.asn,
        draft.router_id,
        families,
        neighbors,
        tuple(
            VpnNetwork(
                family_of(prefix),
                prefix,
                rd,
                label,
                None if name is None else policies.route_map(name),
                line,
            )
            for (prefix, rd), (label, name, line) in sorted(
                draft.vpn_networks.items(), key=lambda item: (str(item[0][0]), item[0][1])
            )
        ),
        line=draft.line,
    )


def _label(draft: BgpDraft) -> str:
    return f"router bgp {draft.asn}" + (f" vrf {draft.vrf}" if draft.vrf else "")


def _family(draft: FamilyDraft, policies: Policies) -> VrfFamily:
    values = draft.values
    lines: dict[object, int] = {}
    for direction, targets in (("export", draft.exports), ("import", draft.imports)):
        for target, line in targets.items():
            lines[target] = line
            lines[direction, target] = line
    for key, (_, line) in values.items():
        lines[key] = line
    for vrf, line in draft.import_vrfs.items():
        lines[f"import vrf {vrf}"] = line
    for protocol, (_, line) in draft.redistributes.items():
        lines[f"redistribute {protocol}"] = line
    for prefix, (_, line) in draft.networks.items():
        lines[prefix] = line

    def policy(key: str) -> Policy | None:
        return policies.route_map(values[key][0]) if key in values else None

    return VrfFamily(
        family=draft.family,
        rd=draft.rd,
        import_targets=frozenset(draft.imports),
        export_targets=frozenset(draft.exports),
        imports_vpn="import vpn" in values,
        exports_vpn="export vpn" in values,
        label=values["label"][0] if "label" in values else None,
        import_policy=policy("route-map import"),
        export_policy=policy("route-map export"),
        import_vrfs=frozenset(draft.import_vrfs) if draft.import_vrfs else _NOTHING,
        import_vrf_policy=policy("route-map import") if draft.import_vrfs else None,
        redistributes={
            protocol: None if name is None else policies.route_map(name)
            for protocol, (name, _) in draft.redistributes.items()
        },
        networks={
            prefix: None if name is None else policies.route_map(name)
            for prefix, (name, _) in draft.networks.items()
        },
        export_next_hop=values["nexthop"][0] if "nexthop" in values else None,
        lines=lines,
        line=draft.line,
    )


def _neighbor(instance: BgpDraft, peer: PeerDraft, policies: Policies) -> NeighborFacts | None:
    """A neighbour with what its group says; None where no AS makes it one."""
    values = peer.values
    group = None
    if "peer-group" in values:
        group = instance.peers.get(values["peer-group"][0])
        if group is not None:
            values = {**group.values, **values}
    if "remote-as" not in values:
        return None
    remote = values["remote-as"][0]
    external = remote != instance.asn if isinstance(remote, int) else remote == "external"
    names = [*peer.families]
    if group is not None:
        names.extend(name for name in group.families if name not in peer.families)
    families: dict[str, NeighborFamily] = {}
    local_as = values["local-as"][0] if "local-as" in values else ""
    for name in names:
        said = peer.families.get(name, _NO_VALUES)
        if group is not None and name in group.families:
            inherited = group.families[name]
            said = {**inherited, **said}
            own = peer.families.get(name, _NO_VALUES).get("activate")
            # what a member is by default gives way to what its group is
            if own is not None and own[1] == 0 and "activate" in inherited:
                said["activate"] = inherited["activate"]
        if said.get("activate", (False, 0))[0]:
            families[name] = _neighbor_family(
                name, said, policies, peer, local_as, internal=not external
            )
    address = peer.name
    return NeighborFacts(
        instance.vrf,
        address,
        remote if isinstance(remote, int) else None,
        external,
        families,
        "password" in values,
        values["update-source"][0] if "update-source" in values else "",
        "shutdown" in values,
        read_prefix(address) if "/" in address else None,
        values["description"][0] if "description" in values else "",
        peer.line,
    )


def _neighbor_family(
    name: str,
    said: dict[str, tuple[Any, int]],
    policies: Policies,
    peer: PeerDraft,
    local_as: str,
    *,
    internal: bool,
) -> NeighborFamily:
    limit, warns = said["maximum-prefix"][0] if "maximum-prefix" in said else (None, False)
    options: list[str] = [local_as] if local_as else []
    for key, (value, _) in said.items():
        if key in _OPTIONS:
            options.append(value)
    if "default-originate" in said and said["default-originate"][0] != "default-originate":
        options.append(said["default-originate"][0])
    family: AddressFamily = "ipv4" if name in ("ipv4", "vpnv4") else "ipv6"
    return NeighborFamily(
        cast(Any, name),
        _applied(policies, family, said, "in"),
        _applied(policies, family, said, "out"),
        limit,
        warns,
        "route-reflector-client" in said and internal,
        "default-originate" in said,
        frozenset(options) if options else _NOTHING,
        said["activate"][1] or peer.line,
    )


def _applied(
    policies: Policies, family: AddressFamily, said: dict[str, tuple[Any, int]], direction: str
) -> Policy | None:
    def name(kind: str) -> str | None:
        value = said.get(f"{kind} {direction}")
        return None if value is None else value[0]

    return policies.applied(
        family, name("route-map"), name("prefix-list"), name("distribute-list"), name("filter-list")
    )
