"""The toy's text -> facts, line by line; never a line ignored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_interface, ip_network

from egovnet.inventory.errors import Problem
from egovnet.templates.model.communities import route_distinguisher, route_target
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import (
    BgpInstance,
    Coverage,
    DeviceFacts,
    InterfaceFacts,
    Match,
    NeighborFacts,
    NeighborFamily,
    NotUnderstood,
    Policy,
    PolicyEntry,
    PrefixRule,
    StaticFacts,
    VrfFacts,
    VrfFamily,
)
from egovnet.templates.model.sort_keys import address_key, static_key
from tests.toy_platform.language import HEAD
from tests.toy_platform.lines import redact

#: Words that begin a part of a statement; what follows one up to the next are its values.
_WORDS = frozenset(
    {
        *("asn", "id", "net", "reflector", "vrf", "address", "backbone", "mtu", "about", "rd"),
        *("import", "export", "via", "as", "policy", "limit", "preference", "accept", "vpn"),
        *("client", "name", "only"),
    }
)


@dataclass
class _Draft:
    name: str = ""
    asn: int = 0
    router_id: IPAddress | None = None
    families: tuple[AddressFamily, ...] = ("ipv4", "ipv6")
    interfaces: dict[str, InterfaceFacts] = field(default_factory=dict)
    vrfs: dict[str, VrfFacts] = field(default_factory=dict)
    instances: dict[str | None, dict[AddressFamily, VrfFamily]] = field(default_factory=dict)
    neighbors: dict[str | None, dict[str, NeighborFacts]] = field(default_factory=dict)
    statics: list[StaticFacts] = field(default_factory=list)
    odd: list[NotUnderstood] = field(default_factory=list)
    harmless: int = 0


def read_config(text: str, source: str = "") -> DeviceFacts:
    """The facts of a text. Raises ConfigTextError where it is not the toy's."""
    if not text.startswith(HEAD):
        found, remedy = "does not begin as a toy's text", "name a toy's configuration"
        raise ConfigTextError([Problem(source, 1, "", found, remedy)])
    lines = redact(text).splitlines()
    draft = _Draft()
    for number, line in enumerate(lines[1:], 2):
        kind, *words = line.split()
        reader = _STATEMENTS.get(kind)
        try:
            if reader is None:
                raise ValueError("no such statement")
            reader(draft, words, number)
        except (ValueError, IndexError, KeyError) as error:
            draft.odd.append(NotUnderstood(number, line, (), str(error)))
    instances = {None: {}, **draft.instances}
    return DeviceFacts(
        name=draft.name,
        platform="toy",
        interfaces=draft.interfaces,
        vrfs=draft.vrfs,
        bgp={
            vrf: BgpInstance(
                vrf,
                draft.asn,
                router_id=draft.router_id,
                families=families,
                neighbors=draft.neighbors.get(vrf, {}),
            )
            for vrf, families in instances.items()
        },
        statics=tuple(sorted(draft.statics, key=static_key)),
        not_understood=tuple(draft.odd),
        commits_at_once=True,
        source=source,
        coverage=Coverage(
            lines=len(lines),
            understood=len(lines) - 1 - draft.harmless - len(draft.odd),
            harmless=draft.harmless + 1,
        ),
        text=tuple(lines),
    )


def split_parts(words: Sequence[str]) -> dict[str, list[str]]:
    """Word -> its values; "" has those before the first word. `about` takes the rest."""
    parts: dict[str, list[str]] = {"": []}
    current = parts[""]
    for position, word in enumerate(words):
        if word in _WORDS:
            current = parts.setdefault(word, [])
            if word == "about":
                current.extend(words[position + 1 :])
                break
        else:
            current.append(word)
    return parts


def _system(draft: _Draft, words: Sequence[str], _number: int) -> None:
    (draft.name,) = words


def _router(draft: _Draft, words: Sequence[str], _number: int) -> None:
    parts = split_parts(words)
    draft.asn = int(parts["asn"][0])
    draft.router_id = ip_address(parts["id"][0])
    if parts.get("only") == ["ipv4"]:
        draft.families = ("ipv4",)


def _interface(draft: _Draft, words: Sequence[str], number: int) -> None:
    parts = split_parts(words)
    (name,) = parts[""]
    parent, dot, unit = name.partition(".")
    loopback, backbone = name == "lo0.0", "backbone" in parts
    vlan = int(unit) if dot and not loopback else None
    vrf = parts["vrf"][0] if "vrf" in parts else None
    if vrf is not None:
        draft.vrfs.setdefault(vrf, VrfFacts(vrf, isolated=True, line=number))
    draft.interfaces[name] = InterfaceFacts(
        name,
        vrf=vrf,
        addresses=tuple(sorted(map(ip_interface, parts["address"]), key=address_key)),
        parent=parent if vlan is not None else None,
        vlan=vlan,
        mpls=backbone,
        ldp=frozenset(draft.families if backbone else ()),
        igp=frozenset(draft.families if backbone or loopback else ()),
        igp_passive=loopback,
        loopback=loopback,
        description=" ".join(parts.get("about", ())),
        line=number,
        vrf_line=number if vrf else 0,
        mpls_line=number if backbone else 0,
    )


def _vrf(draft: _Draft, words: Sequence[str], number: int) -> None:
    parts = split_parts(words)
    (name,) = parts[""]
    draft.vrfs[name] = VrfFacts(name, isolated=True, line=number)
    imports = frozenset(map(route_target, parts["import"]))
    exports = frozenset(map(route_target, parts["export"]))
    draft.instances[name] = {
        family: VrfFamily(
            family,
            rd=route_distinguisher(parts["rd"][0]),
            import_targets=imports,
            export_targets=exports,
            imports_vpn=True,
            exports_vpn=True,
            label="auto",
            redistributes={"connected": None, "static": None},
            lines=dict.fromkeys((*imports, *exports, "rd"), number),
            line=number,
        )
        for family in draft.families
    }


def _route(draft: _Draft, words: Sequence[str], number: int) -> None:
    vrf, prefix, via, hop = words
    if via != "via":
        raise ValueError("no next hop")
    draft.statics.append(
        StaticFacts(vrf, ip_network(prefix), next_hop=ip_address(hop), line=number)
    )


def _customer(draft: _Draft, words: Sequence[str], number: int) -> None:
    parts = split_parts(words)
    vrf, address = parts[""]
    family: AddressFamily = "ipv6" if ":" in address else "ipv4"
    accepts = tuple(
        PrefixRule("permit", prefix, prefix.prefixlen, prefix.max_prefixlen, line=number)
        for prefix in map(ip_network, parts["accept"])
    )
    match = Match("prefix", family=family, prefixes=accepts, line=number)
    entry = PolicyEntry("permit", matches=(match,), clears=True, line=number)
    asn = int(parts["as"][0])
    draft.neighbors.setdefault(vrf, {})[address] = NeighborFacts(
        vrf,
        address,
        remote_as=asn,
        external=asn != draft.asn,
        families={
            family: NeighborFamily(
                family,
                policy_in=Policy((entry,), name=parts["policy"][0], line=number),
                policy_out=Policy((PolicyEntry("permit"),)),
                maximum_prefix=int(parts["limit"][0]),
                line=number,
            )
        },
        description=" ".join(parts["about"]),
        line=number,
    )


def _backbone_peer(draft: _Draft, words: Sequence[str], number: int) -> None:
    parts = split_parts(words)
    (address,) = parts[""]
    vpn = NeighborFamily("vpnv4" if parts["vpn"] == ["ipv4"] else "vpnv6", line=number)
    vpn = replace(vpn, reflector_client="client" in parts)
    draft.neighbors.setdefault(None, {})[address] = NeighborFacts(
        None,
        address,
        remote_as=draft.asn,
        external=False,
        families={vpn.family: vpn},
        update_source="lo0.0",
        description=parts["name"][0],
        line=number,
    )


def _secret(draft: _Draft, _words: Sequence[str], _number: int) -> None:
    draft.harmless += 1


_STATEMENTS: dict[str, Callable[[_Draft, Sequence[str], int], None]] = {
    "system": _system,
    "router": _router,
    "interface": _interface,
    "vrf": _vrf,
    "route": _route,
    "customer": _customer,
    "backbone-peer": _backbone_peer,
    "secret": _secret,
}
