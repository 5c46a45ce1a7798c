"""BGP drafts to facts: peer groups and policies resolved."""

from typing import Any, cast

from egovnet.templates.frr.config.addresses import family_of, read_prefix
from egovnet.templates.frr.config.draft import BgpDraft, FamilyDraft, FrrDraft, PeerDraft
from egovnet.templates.frr.config.policy_meaning import Policies
from egovnet.templates.frr.config.vocabulary import FAMILY_OPTIONS
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import (
    BgpInstance,
    NeighborFacts,
    NeighborFamily,
    NotUnderstood,
    Policy,
    VpnNetwork,
    VrfFamily,
)

#: Commands of a family that are kept in their own words.
#: Two flags of FRR's: with both it prints one or both of them, and the second decides.
_OWN_HOP, _FORCED = "next-hop-self", "next-hop-self force"
_OPTIONS = {_FORCED} | FAMILY_OPTIONS | {"no extended"}
_LIMIT = "maximum-prefix"
_NO_LIMIT: tuple[Any, int] = ((None, False), 0)
#: What FRR takes of a neighbour with another AS only.
_EBGP_ONLY = frozenset(("as-override", "remove-private-AS"))
#: What filters a neighbour's routes, in the order of `Policies.applied`.
_FILTERS = {
    direction: tuple(
        f"{kind} {direction}"
        for kind in ("route-map", "prefix-list", "distribute-list", "filter-list")
    )
    for direction in ("in", "out")
}
_NOTHING: frozenset[Any] = frozenset()
_NO_VALUES: dict[str, tuple[Any, int]] = {}


def bgp_instance(draft: BgpDraft, policies: Policies, problems: list[NotUnderstood]) -> BgpInstance:
    """An instance; what of it is not understood is added to `problems`."""
    families = {
        cast(AddressFamily, name): _family(family, policies)
        for name, family in draft.families.items()
        if not family.says_nothing
    }
    for name, family in draft.families.items():
        shares = {"import vpn", "export vpn"} & family.values.keys() or family.import_vrfs
        for prefix, (route_map, line) in family.aggregates.items():
            text = f"aggregate-address {prefix}"
            blocks = (_label(draft), f"address-family {name} unicast")
            if family.networks.get(prefix, (route_map, 0))[0] != route_map:
                text += f" route-map {route_map}"
                why = "`network` says the prefix with another route-map"
                problems.append(NotUnderstood(line, text, blocks, why))
            elif shares and prefix in family.as_sets:
                text += " as-set"
                why = "it has the route targets of all that it is made of, imported routes too"
                problems.append(NotUnderstood(line, text, blocks, why))
    neighbors: dict[str, NeighborFacts] = {}
    for peer in draft.peers.values():
        if not peer.is_group:
            facts = _neighbor(draft, peer, policies, problems)
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
            facts = _neighbor(draft, member, policies, problems)
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
            lines[target] = lines[direction, target] = line
    for key, said in values.items():
        lines[key] = said[1]
    for vrf, line in draft.import_vrfs.items():
        lines[f"import vrf {vrf}"] = line
    for protocol, said in draft.redistributes.items():
        lines["redistribute " + protocol] = said[1]
    originated = {**draft.aggregates, **draft.networks}
    for prefix, said in originated.items():
        lines[prefix] = said[1]

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
            for prefix, (name, _) in originated.items()
        },
        aggregates=frozenset(draft.aggregates) if draft.aggregates else _NOTHING,
        export_next_hop=values["nexthop"][0] if "nexthop" in values else None,
        lines=lines,
        line=draft.line,
    )


def _neighbor(
    instance: BgpDraft, peer: PeerDraft, policies: Policies, problems: list[NotUnderstood]
) -> NeighborFacts | None:
    """A neighbour with what its group says; None where no AS makes it one."""
    values = peer.values
    group = None
    if "peer-group" in values:
        group = instance.peers.get(values["peer-group"][0])
        if group is not None:
            values = {**group.values, **values}
    if "remote-as" not in values:
        return None
    if group is not None and {"remote-as", "local-as"} & peer.values.keys() & group.values.keys():
        text, context = f"neighbor {peer.name}", (_label(instance),)
        why = "its peer group says its AS as well, and which of both holds is a matter of order"
        problems.append(NotUnderstood(peer.line, text, context, why))
    remote = values["remote-as"][0]
    if "local-as" in values:
        said_as = int(values["local-as"][0].split()[1])
        if said_as in (instance.asn, remote) or remote in ("internal", instance.asn):
            text, context = f"neighbor {peer.name} local-as {said_as}", (_label(instance),)
            why = "FRR refuses it: neither its own AS nor the neighbor's, nor with iBGP"
            problems.append(NotUnderstood(values["local-as"][1], text, context, why))
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
            said = _of_member(said, inherited)
        for what in said.keys() & _EBGP_ONLY if not external else ():
            value, line = said[what]
            text, why = f"neighbor {peer.name} {value}", "FRR refuses it with iBGP"
            problems.append(NotUnderstood(line, text, (_label(instance),), why))
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
        "bfd" in values,
        # with both, one of them at the group, bgpd goes by the order in which they came
        values["ttl-security"][0]
        if external and "ttl-security" in values and "ebgp-multihop" not in values
        else None,
        read_prefix(address) if "/" in address else None,
        values["description"][0] if "description" in values else "",
        peer.line,
    )


def _of_member(
    own: dict[str, tuple[Any, int]], inherited: dict[str, tuple[Any, int]]
) -> dict[str, tuple[Any, int]]:
    """What a member of a group has in a family."""
    said = {**inherited, **own}
    # what a member is by default gives way to what its group is
    if own.get("activate", ("", 1))[1] == 0 and "activate" in inherited:
        said["activate"] = inherited["activate"]
    if inherited.get(_LIMIT, _NO_LIMIT)[0][1]:
        (limit, _), line = said[_LIMIT]
        said[_LIMIT] = (limit, True), line  # that it only warns stays the group's
    return said


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
        if key in _OPTIONS and not (key == _OWN_HOP and _FORCED in said):
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
    names = [said[key][0] if key in said else None for key in _FILTERS[direction]]
    return policies.applied(family, *names)


def undone_by_import_vrf(frr: FrrDraft) -> list[NotUnderstood]:
    """`import vrf X` takes away RD, targets and label of X, or has them refused afterwards."""
    found = []
    for instance in frr.bgp.values():
        for name, family in instance.families.items():
            for vrf, line in family.import_vrfs.items():
                other = frr.bgp.get(vrf if vrf != "default" else None)
                if other is not None and name in other.families and other.families[name].meets_vpn:
                    text, context = f"import vrf {vrf}", (_label(instance),)
                    why = f"FRR takes away what makes a VPN of {vrf} (line {other.line})"
                    found.append(NotUnderstood(line, text, context, why))
    return found
