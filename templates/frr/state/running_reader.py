"""What a router printed to `running_script` -> RunningState. Text in, facts out.

A line that makes no sense is named in `unread`, never left out.
"""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Address
from itertools import pairwise
from typing import Any

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.config.communities import read_distinguisher, read_targets
from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.linux_commands import read_rule
from egovnet.templates.frr.state import running_script as asked
from egovnet.templates.frr.state.ipsec_reader import read_ipsec
from egovnet.templates.model.device import AddressFamily, IPInterface
from egovnet.templates.model.facts import PolicyRoute, TunnelEnds
from egovnet.templates.model.running_state import (
    Origin,
    RunningHop,
    RunningInterface,
    RunningLabel,
    RunningRoute,
    RunningRule,
    RunningState,
    VpnRoute,
)

_SECTION = re.compile(r"^\S+# (show .+)$", re.MULTILINE)
_ORIGIN = {
    asked.KERNEL: Origin.SYSTEM,
    asked.BGP: Origin.BGP,
    asked.ISIS: Origin.BACKBONE,
    asked.OSPF: Origin.BACKBONE,
    asked.LDP: Origin.BACKBONE,
    asked.STATIC: Origin.STATIC,
}
#: Types of routes as `ip -N` prints them, where they are not unicast (linux/rtnetlink.h).
_LOCAL, _DISCARDS = {"2", "3", "4", "5"}, {"6", "7", "8"}
_DEFAULT = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}
_L3MDEV, _LOCAL_TABLE = "lookup [l3mdev-table]", "lookup 255"
#: Rules that Linux has by itself, in whatever place.
_OWN_RULES = tuple(f"from all lookup {table}" for table in (253, 254, 255))
#: Gateway, label and exits of a way on that was not begun.
_NO_HOP: tuple[str, int | None, tuple[str, ...]] = ("", None, ())


def read_running(answer: str, ipsec: str | None = None) -> RunningState:
    """The state that an answer to `running_script` tells of, and what was read of IPsec."""
    parts = _SECTION.split(answer)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    unread: dict[str, str] = {}
    rules: list[RunningRule] = []
    routes: list[RunningRoute] = []
    not_isolated: dict[AddressFamily, str] = {}
    vpn: list[VpnRoute] = []
    has_vpn = False
    for family in asked.VERSION:
        question = asked.RULES.format(family=family)
        open_by = _read_rules(family, _lines(sections, question, unread), rules, unread)
        if open_by and question not in unread:
            not_isolated[family] = open_by
        question = asked.ROUTES.format(family=family)
        for line in _lines(sections, question, unread):
            route = _route(family, line)
            if route is None:
                unread.setdefault(question, line[:200])
            else:
                routes.append(route)
        question = asked.VPN.format(family=family)
        if question in sections:
            has_vpn = True
            vpn += _vpn_routes(family, question, sections[question], unread)
    labels = []
    for line in sections.get(asked.LABELS, "").splitlines():
        label = _label(line)
        if label is not None:
            labels.append(label)
        elif line.strip():
            unread.setdefault(asked.LABELS, line[:200])
    if asked.LABELS not in sections:
        unread[asked.LABELS] = "no answer"
    return RunningState(
        tuple(rules),
        tuple(routes),
        tuple(labels),
        _interfaces(sections[asked.LINKS], unread) if asked.LINKS in sections else None,
        tuple(vpn) if has_vpn else None,
        ipsec=None if ipsec is None else read_ipsec(ipsec),
        not_isolated=not_isolated,
        unread=unread,
    )


def _lines(sections: Mapping[str, str], question: str, unread: dict[str, str]) -> list[str]:
    """The lines of an answer that is never empty."""
    lines = [line for line in sections.get(question, "").splitlines() if line.strip()]
    if not lines:
        unread[question] = "no answer"
    return lines


# -- rules -------------------------------------------------------------------------------------


def _read_rules(
    family: AddressFamily, lines: list[str], found: list[RunningRule], unread: dict[str, str]
) -> str:
    """Rules in their order. Returns why VRFs are not looked up first, "" where they are."""
    first_main = vrfs = None
    others: list[tuple[tuple[int, int], str]] = []
    for index, line in enumerate(lines):
        priority, colon, text = line.partition(":")
        text = " ".join(text.split())
        if not colon or not priority.isdigit():
            unread.setdefault(asked.RULES.format(family=family), line[:200])
            continue
        # of one priority, they are asked in the order in which they are printed
        number = int(priority), index
        if text == f"from all {_L3MDEV}":
            vrfs = number if vrfs is None else min(vrfs, number)
        elif text in _OWN_RULES:
            if not text.endswith(_LOCAL_TABLE):
                first_main = number if first_main is None else min(first_main, number)
        else:
            others.append((number, text))
    for number, text in others:
        before_vrfs = vrfs is None or number <= vrfs
        if before_vrfs or not _ends_vrfs(text):
            before_main = first_main is None or number <= first_main
            shown = f"ip rule {number[0]}: {text}"
            rule = _rule(text, shown)
            found.append(RunningRule(family, shown, rule, before_vrfs, before_main))
    if vrfs is None:
        return "no rule looks packets of VRFs up in their VRF (l3mdev)"
    if first_main is not None and first_main < vrfs:
        return f"rule {first_main[0]} looks packets of VRFs up in the main table before their VRF"
    return ""


def _ends_vrfs(text: str) -> bool:
    """A rule that ends look-ups of VRFs: the kernel documentation's own advice."""
    words = text.split()
    # `ip -N` prints RTN_UNREACHABLE and its like as numbers
    verb = {"6", "7", "8", "blackhole", "unreachable", "prohibit"}.intersection(words[2:])
    return (
        words[:2] == ["from", "all"]
        and len(verb) == 1
        and set(words[2:]) - verb in ({"l3mdev"}, {"lookup", "[l3mdev-table]"}, {"[l3mdev-table]"})
    )


def _rule(text: str, shown: str) -> PolicyRoute | None:
    if _ends_vrfs(text):
        return PolicyRoute(shown, discards=True)
    words = [word for word in text.split() if word != "[detached]"]
    try:
        return read_rule(words, shown)
    except (Unclear, ValueError, IndexError):
        return None


# -- routes ------------------------------------------------------------------------------------


def _route(family: AddressFamily, line: str) -> RunningRoute | None:
    words = line.replace("\\", " ").split()
    example = words[0] == "like"
    if example:
        del words[0]
    kind = words.pop(0) if words[0].isdigit() else "1"
    prefix = _prefix(_DEFAULT[family] if words[:1] == ["default"] else "".join(words[:1]))
    if prefix is None:
        return None
    table, origin = 254, asked.BOOT
    hops: list[RunningHop] = []
    gateway, label, exits = _NO_HOP
    pairs = iter(range(1, len(words)))
    for index in pairs:
        word = words[index]
        value = words[index + 1] if index + 1 < len(words) else ""
        if word == "encap" and value != "mpls":
            return None  # its packets go on inside others, wherever those go
        if word == "table" and value.isdigit():
            table = int(value)
        elif word == "proto" and value.isdigit():
            origin = int(value)
        elif word == "via":
            gateway = words[index + 2] if value in ("inet", "inet6") else value
        elif word in ("mpls", "label"):
            label = _innermost(value)
        elif word == "exit":
            exits = () if value == "?" else tuple(value.split(","))
        elif word == "dev":
            hops.append(RunningHop(value, gateway, label, exits))
            gateway, label, exits = _NO_HOP
        else:
            continue
        next(pairs, None)
    if gateway:
        hops.append(RunningHop("", gateway, label, exits))
    return RunningRoute(
        family,
        table,
        prefix,
        _ORIGIN.get(origin, Origin.OTHER),
        line.strip(),
        tuple(dict.fromkeys(hops)),
        local=kind in _LOCAL,
        discards=kind in _DISCARDS,
        example=example,
    )


def _innermost(labels: str) -> int | None:
    last = labels.rpartition("/")[2]
    return int(last) if last.isdigit() else None


@lru_cache(maxsize=65536)
def _prefix(text: str) -> IPNetwork | None:
    try:
        return ipaddress.ip_network(text) if text else None
    except ValueError:
        return None


def _label(line: str) -> RunningLabel | None:
    words = line.replace("\\", " ").split()
    if not words:
        return None
    example = words[0] == "like"
    if example:
        del words[0]
    if not words or not words[0].isdigit():
        return None
    said = list(pairwise(words))
    interfaces = tuple(dict.fromkeys(value for word, value in said if word == "dev"))
    origin = next((int(v) for word, v in said if word == "proto" and v.isdigit()), asked.BOOT)
    return RunningLabel(
        None if example else int(words[0]),
        _ORIGIN.get(origin, Origin.OTHER),
        interfaces,
        line.strip(),
    )


# -- interfaces --------------------------------------------------------------------------------


def _interfaces(answer: str, unread: dict[str, str]) -> tuple[RunningInterface, ...]:
    try:
        links = [link for link in json.loads(answer) if link.get("ifname")]
        by_name = {link["ifname"]: link for link in links}
        return tuple(_interface(link, by_name) for link in links)
    except (ValueError, KeyError, TypeError, AttributeError):
        unread[asked.LINKS] = " ".join(answer.split())[:200] or "no answer"
        return ()


#: Kinds of links (rtnl_link_ops) whose frames and packets are followed: from and to interfaces
#: that Linux names. What else is there, a tunnel of any kind, may take them from anywhere.
_FOLLOWED = frozenset(
    ("bond", "bridge", "dummy", "ifb", "ipvlan", "macvlan", "macvtap", "veth", "vlan", "vrf")
)
_MEDIA = frozenset(("ether", "loopback"))
_TAGS = "802.1Q"


def _interface(link: Mapping[str, Any], by_name: Mapping[str, Any]) -> RunningInterface:
    kind, data = _kind(link), link.get("linkinfo", {}).get("info_data", {})
    master = str(link.get("master", ""))
    in_vrf = master in by_name and _kind(by_name[master]) == "vrf"
    vlan = kind == "vlan"
    # the other end of a port's cable is in no name space of the router: Linux says its number only
    medium = str(link.get("link_type", "ether"))
    is_port = (kind == "" and medium in _MEDIA) or (kind == "veth" and link.get("link") is None)
    tags = str(data.get("protocol", _TAGS)) if vlan else _TAGS
    words = [link["ifname"], f"master {master}" if master else "", kind or medium * (not is_port)]
    if vlan:
        words.append(f"id {data.get('id')} on {link.get('link')}")
        words.append(f"with tags of {tags}" if tags != _TAGS else "")
    program = "xdp" in link
    words.append("with a program (XDP)" if program else "")
    return RunningInterface(
        link["ifname"],
        " ".join(filter(None, words)),
        up="UP" in link.get("flags", ()),
        vrf=master if in_vrf else None,
        master=None if in_vrf else master or None,
        table=int(data["table"]) if kind == "vrf" else None,
        parent=link.get("link") if vlan else None,
        vlan=int(data["id"]) if vlan else None,
        peer=link.get("link") if not vlan and not is_port else None,
        is_port=is_port,
        hidden=program or (not is_port and (kind not in _FOLLOWED or tags != _TAGS)),
        tunnel=_tunnel(data) if kind == "gre" else None,
        addresses=tuple(_addresses(link)),
    )


def _tunnel(data: Mapping[str, Any]) -> TunnelEnds | None:
    try:
        return TunnelEnds(IPv4Address(data["local"]), IPv4Address(data["remote"]))
    except (KeyError, ValueError):
        return None  # from anywhere


def _addresses(link: Mapping[str, Any]) -> Iterator[IPInterface]:
    for entry in link.get("addr_info", ()):
        if "local" in entry:
            address = _address(f"{entry['local']}/{entry['prefixlen']}")
            if not (address.ip.is_loopback or (address.version == 6 and address.ip.is_link_local)):
                yield address


@lru_cache(maxsize=65536)
def _address(text: str) -> IPInterface:
    return ipaddress.ip_interface(text)


def _kind(link: Mapping[str, Any]) -> str:
    return str(link.get("linkinfo", {}).get("info_kind", ""))


# -- VPN routes --------------------------------------------------------------------------------


def _vpn_routes(
    family: AddressFamily, question: str, answer: str, unread: dict[str, str]
) -> Iterator[VpnRoute]:
    lines = [line for line in answer.splitlines() if line.strip()]
    if "read" not in lines:
        unread[question] = " ".join(answer.split())[:200] or "no answer"
    for line in lines:
        if line == "read":
            continue
        try:
            yield _vpn_route(family, line)
        except (ValueError, OverflowError, KeyError):
            unread.setdefault(question, line[:200])


def _vpn_route(family: AddressFamily, line: str) -> VpnRoute:
    head, brace, communities = line.partition(" EC{")
    prefix, word, rd, *rest = head.split()
    said = dict(part.split("=", 1) for part in rest)
    if word != "rd":
        raise ValueError(line)
    label = said.get("label", "")
    targets = communities.rstrip("}").split() if brace else []
    return VpnRoute(
        family,
        read_distinguisher(rd),
        said["UN"],
        frozenset(read_targets(targets)),
        int(label) if label.isdigit() else None,
        prefix,
        line,
        own=said.get("subtype") == "5",
    )
