"""What a line of ifupdown2's, nftables' or FRR's text is about: its object, and what it sets of it.

Ownership: what stands in a context that egovnet renders is egovnet's, and so is a line elsewhere
that names one of the router's VRFs, route targets or policies. The rest is foreign.
"""

import re
from dataclasses import replace

from egovnet.inventory.model.address_text import written
from egovnet.templates.frr.config.nftables_flattening import is_understood
from egovnet.templates.frr.filter_parts import interface_of
from egovnet.templates.frr.packet_filter_words import FILTER_PART
from egovnet.templates.frr.secrets.key_lines import hide_keys, is_key_line
from egovnet.templates.frr.secrets.redaction import is_about_secrets
from egovnet.templates.model.device import Device
from egovnet.templates.model.lines import LineKind, LineMeaning

_WORDS_ONLY = re.compile(r"(no )?(.* )?(description|alias|remark)( |$)")
_SESSION_POLICY = re.compile(
    r"neighbor \S+ (route-map|prefix-list|filter-list|distribute-list|maximum-prefix|"
    r"ttl-security|allowas-in|as-override|soft-reconfiguration|send-community)"
)
_BY_NAME = re.compile(r"neighbor \S+ (route-map|prefix-list) |match (ip|ipv6) address prefix-list ")
_LIST = re.compile(r"(?:ip|ipv6) prefix-list (\S+)|bgp \S*community-list (?:\S+ )?(\S+)")
#: A static route, which is a firewall's own business in the default table.
_DEFAULT_ROUTE = re.compile(r"(?:no )?(?:ip|ipv6) route (?!.* vrf )")
_LDP = "LDP"
#: A context, or a line before one, that is of one interface.
_OF_INTERFACE = re.compile(r"(?:interface|iface|auto|allow-\S+) (\S+)")
_PEER = re.compile(r"(?:no )?neighbor (\S+)")
_FAMILY = {
    "address-family ipv4 unicast": "ipv4",
    "address-family ipv6 unicast": "ipv6",
    "address-family ipv4 vpn": "vpnv4",
    "address-family ipv6 vpn": "vpnv6",
}


def line_meaning(
    device: Device, part: str, path: tuple[str, ...], line: str, sign: str, *, shared: bool
) -> LineMeaning:
    """What a line that differs is about.

    `path` are the headers of its context, `line` is "" for the context itself, `sign` "-" where
    the device has it and is not intended to, "+" where it lacks it. `shared`: the intended text has
    the context.
    """
    if part == "hostname":
        return LineMeaning("hostname", LineKind.SERVICE)
    if part == FILTER_PART:
        return _filter(device, path, line)
    meaning = _interfaces(device, path, line) if part == "interfaces" else _frr(device, path, line)
    meaning = replace(meaning, port=_port_of(device, path, line))
    if sign == "-" and meaning.subject == _LDP and meaning.port:
        meaning = replace(meaning, subject=f"{_LDP} on {meaning.port}")
    if sign == "-" and is_key_line(line) and not _own_key_stands_there(device, path, line):
        # set by hand: kept by every plan (`secrets.kept_keys`), and never restored away
        subject = f"key of {meaning.subject}" if path else "key of the router's own login"
        return LineMeaning(subject, LineKind.FOREIGN, meaning.vrf)
    if sign == "+" or (shared and path) or _of_our_port_or_policy(device, path, line):
        return meaning
    if _names_ours(device, path, line):
        return replace(meaning, reaches=bool(path))
    subject = _foreign_subject(path, line)
    return LineMeaning(subject, LineKind.FOREIGN, meaning.vrf, port=meaning.port)


def _own_key_stands_there(device: Device, path: tuple[str, ...], line: str) -> bool:
    """Whether egovnet has a key of its own where a line sets another."""
    head, words = path[0] if path else "", line.split()
    if words[0] == "neighbor":
        return words[1] in _keyed_neighbors(device, head)
    if words[0] == "domain-password":
        return device.domain_key is not None
    return words[:2] == ["isis", "password"] and any(
        head == f"interface {each.name}" and each.circuit is not None and each.circuit.key
        for each in device.interfaces
    )


def _keyed_neighbors(device: Device, head: str) -> frozenset[str]:
    """Neighbours of a context whose sessions have keys of egovnet's."""
    if head == "mpls ldp":
        return frozenset(written(peer.router_id) for peer in device.label_peers)
    if head == f"router bgp {device.asn}":
        own = device.firewall.peers if device.firewall is not None else ()
        found = {written(peer.address) for peer in own if peer.key is not None}
        for peer in device.backbone_peers:
            if peer.key is not None:
                found.update(map(written, peer.addresses.values()))
        return frozenset(found)
    return frozenset(
        written(peer.address)
        for vrf in device.vrfs
        if head == f"router bgp {device.asn} vrf {vrf.name}"
        for peer in vrf.peers
        if peer.key is not None
    )


def _filter(device: Device, path: tuple[str, ...], line: str) -> LineMeaning:
    """A line of nftables. All that a rule does is in the facts where it is understood, so a comment
    or the number of a chain is only a name."""
    where = (*path, line.removesuffix("{").strip()) if line.endswith("{") else path
    interface = interface_of(where)
    if interface is None:
        return LineMeaning(where[0] if where else line, LineKind.FOREIGN)
    subject = f"packet filter {interface}".rstrip()
    return LineMeaning(
        subject, LineKind.POLICY, _vrf_of_interface(device, interface), by_name=is_understood(line)
    )


def statement(line: str) -> frozenset[str]:
    """What a line sets, however it is written: lines with equal statements set the same.

    `rt vpn both` is an import and an export.
    """
    return frozenset(line.split()) - {"import", "export", "both"}


def _port_of(device: Device, path: tuple[str, ...], line: str) -> str:
    """The interface that a line is of, wherever it stands; a VRF is none."""
    named = (_OF_INTERFACE.match(text) for text in (*path, line))
    name = next((found[1] for found in named if found is not None), "")
    return "" if name in {vrf.name for vrf in device.vrfs} else name


def _of_our_port_or_policy(device: Device, path: tuple[str, ...], line: str) -> bool:
    """Whether a line is of an interface or a list that egovnet renders elsewhere."""
    if not path:
        named = _LIST.match(line)
        lists = {peer.policy for vrf in device.vrfs for peer in vrf.peers}
        if device.firewall is not None:
            lists |= {peer.policy for peer in device.firewall.peers}
            if _DEFAULT_ROUTE.match(line):
                return True
        return named is not None and (named[1] or named[2]) in lists
    ports = {interface.name for interface in device.interfaces}
    if device.untagged is not None:
        ports |= {device.untagged.vrf, *device.untagged.ports}
    words = path[0].split()
    return words[0] in ("interface", "iface") and words[1] in ports


def _names_ours(device: Device, path: tuple[str, ...], line: str) -> bool:
    """Whether a line outside our contexts speaks of a VRF or a target of ours."""
    words = {word for text in (*path, line) for word in text.split()}
    ours = {vrf.name for vrf in device.vrfs}
    for vrf in device.vrfs:
        ours |= {*vrf.import_targets, *vrf.export_targets}
    return bool(words & ours)


def _foreign_subject(path: tuple[str, ...], line: str) -> str:
    return path[0] if path else " ".join(hide_keys(line).split()[:3])


def _interfaces(device: Device, path: tuple[str, ...], line: str) -> LineMeaning:
    if not path:
        return LineMeaning("Linux interfaces", LineKind.SERVICE)
    name = path[0].split()[1]
    vrfs = {vrf.name for vrf in device.vrfs}
    bound = _vrf_of_interface(device, name)
    if line.startswith("vrf "):
        bound = bound or line.split()[1]
    kind = LineKind.COSMETIC if _WORDS_ONLY.match(line) else LineKind.SERVICE
    if name in vrfs:
        return LineMeaning(f"VRF {name}", kind, name)
    return LineMeaning(f"interface {name}", kind, bound)


def _frr(device: Device, path: tuple[str, ...], line: str) -> LineMeaning:
    head = path[0] if path else ""
    words = head.split()
    kind = _kind(line)
    if not path:
        return _outermost(device, line, kind)
    if head.startswith("router bgp "):
        return _bgp(words[4] if words[3:4] == ["vrf"] else "", path, line, kind)
    return _by_word(device, head, line, kind)


def _by_word(device: Device, head: str, line: str, kind: LineKind) -> LineMeaning:
    """What stands in a context other than BGP's, by the context's first words."""
    first, _, rest = head.partition(" ")
    name = rest.split()[0] if rest else ""
    if first == "route-map":
        by_name = not line or bool(_BY_NAME.match(line)) or line == "set extcommunity none"
        vrf = _vrf_of_policy(device, _policy(name))
        return LineMeaning(f"policy {_policy(name)}", _at_least_policy(kind), vrf, by_name)
    subjects = {
        "vrf": (f"VRF {name} static routes", name),
        "interface": (f"interface {name}", _vrf_of_interface(device, name)),
        "mpls": (_LDP, ""),
        "router": ("IS-IS" if name == "isis" else head, ""),
    }
    subject, vrf = subjects.get(first, (head, ""))
    return LineMeaning(subject, kind, vrf)


def _vrf_of_interface(device: Device, name: str) -> str:
    return next((i.vrf for i in device.interfaces if i.name == name and i.vrf), "") or ""


def _vrf_of_policy(device: Device, name: str) -> str:
    return next((v.name for v in device.vrfs for peer in v.peers if peer.policy == name), "")


def _outermost(device: Device, line: str, kind: LineKind) -> LineMeaning:
    if device.firewall is not None and _DEFAULT_ROUTE.match(line):
        return LineMeaning("static routes", kind)
    named = _LIST.match(line)
    if named is not None:
        name = named[1] or named[2]
        return LineMeaning(
            f"policy {name}", _at_least_policy(kind), _vrf_of_policy(device, name), True
        )
    return LineMeaning(" ".join(hide_keys(line).split()[:3]), kind)


def _bgp(vrf: str, path: tuple[str, ...], line: str, kind: LineKind) -> LineMeaning:
    family = _FAMILY.get(path[1], path[1]) if len(path) > 1 else ""
    peer = _PEER.match(line)
    if peer is not None:
        where = f" in VRF {vrf}" if vrf else ""
        if _SESSION_POLICY.match(line):
            kind = LineKind.POLICY
        by_name = bool(_BY_NAME.match(line))
        return LineMeaning(f"BGP session {peer[1]}{where}", kind, vrf, by_name)
    if vrf:
        return LineMeaning(f"VRF {vrf} {family}".rstrip(), kind, vrf)
    return LineMeaning(f"BGP {family}".rstrip(), kind)


def _policy(name: str) -> str:
    """A policy of ours has a route-map a family; one object for people."""
    return re.sub(r"-ipv[46]$", "", name)


def _kind(line: str) -> LineKind:
    if _WORDS_ONLY.match(line):
        return LineKind.COSMETIC
    return LineKind.POLICY if is_about_secrets(line) else LineKind.SERVICE


def _at_least_policy(kind: LineKind) -> LineKind:
    return kind if kind is LineKind.COSMETIC else LineKind.POLICY
