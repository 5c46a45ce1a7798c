"""What the reader makes of /etc/network/interfaces, held against what the kernel then has."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from egovnet.templates.model.facts import DeviceFacts, InterfaceFacts, StaticFacts
from egovnet.templates.registry import read_config

HEAD = "x\n# This file describes the network interfaces\n"
TAIL = "# ports.conf --\nfrr version 8.4.4\nfrr defaults traditional\nhostname x\n"
#: Rules and routes that the kernel makes by itself.
_DISCARDS = ("unreachable", "blackhole", "prohibit")
_OWN_RULES = {0, 1000, 32765, 32766, 32767}
_OWN_ROUTES = {"kernel", "ra"}
_OWN_KINDS = {"local", "multicast", "anycast", "broadcast"}
_TABLES = {"main": 254, "default": 253, "local": 255}
_DISCARDS = {"unreachable", "blackhole", "prohibit"}
#: Ports of the place itself: ends of cables, and what every network namespace has.
_NOT_THE_TEXTS = re.compile(r"far-|lo$|(gre|gretap|erspan|ip6?_?vti|ip6?tnl|sit|tunl)\d$")

Kernel = Mapping[str, Any]


@dataclass(frozen=True)
class LinuxDifference:
    """A text that is understood whole, and of which the kernel has something else."""

    text: str
    said: str
    #: What the kernel has and no fact says, or a fact that separates and is not so.
    hides: tuple[str, ...]
    #: What the text says and is not there: fewer paths.
    less: tuple[str, ...]

    def __str__(self) -> str:
        lines = [self.text.rstrip(), *(f"    HIDES {each}" for each in self.hides)]
        return "\n".join([*lines, *(f"    {each}" for each in self.less), f"    {self.said}"])


def facts_of(text: str) -> DeviceFacts:
    """The reader's facts of a text."""
    return read_config(HEAD + text + TAIL, "text", "frr")


def left(facts: DeviceFacts) -> list[tuple[int, str]]:
    """(line, text) that is left to a person, by order of lines: of templates Linux takes others."""
    of_templates = (
        (each.line, facts.quote(each.line))
        for each in facts.not_modelled
        if each.feature == "templates"
    )
    unread = ((each.line, each.text) for each in (*facts.not_understood, *facts.not_taken))
    return sorted([*unread, *of_templates])


def understood(text: str) -> str:
    """The text without the lines that the reader does not understand, so that the rest is tried."""
    for _ in range(40):
        unread = {line for line, _ in left(facts_of(text))}
        if not unread:
            return text
        head = HEAD.count("\n")
        lines = text.split("\n")
        kept = [line for number, line in enumerate(lines, head + 1) if number not in unread]
        if kept == lines:
            return ""
        text = "\n".join(kept)
    return ""


@dataclass(frozen=True)
class Held:
    """What a kernel has, as lines: `!` before what is relied upon, and not only reached."""

    lines: frozenset[str]
    #: VRF -> its table.
    tables: Mapping[str, int]
    #: Interfaces that there are.
    ports: frozenset[str]


def held(kernel: Kernel) -> Held:
    """A kernel's answers as lines."""
    return Held(frozenset(_held(kernel)), _tables(kernel), frozenset(_links(kernel)))


def compare(text: str, kernel: Held, said: str = "") -> LinuxDifference | None:
    """The difference of a text that is understood whole, or None; `said` is ifreload's output."""
    facts = facts_of(text)
    numbers = [vrf.table for vrf in facts.vrfs.values() if vrf.table is not None]
    if len(numbers) > len(set(numbers)):
        return None  # ifupdown2 makes the first of them; a table of two VRFs is a leak anyway
    mine = {_with_tables(each, kernel.tables) for each in _said(facts)}
    hides, less = [], []
    for line in sorted(mine - kernel.lines):
        if line.startswith("route ") and any(_is_way(line, each) for each in kernel.lines):
            continue
        # that a port is in this VRF, or is down, is relied upon
        known = line[0] == "!" and line[1:].split()[0] in kernel.ports
        relied = known or line.startswith("!ipv")
        (hides if relied else less).append(f"is not so: {line.lstrip('!')}")
    for line in sorted(kernel.lines - mine):
        if line.startswith("route ") and any(_is_way(each, line) for each in mine):
            continue
        if line[0] != "!":
            hides.append(f"nobody says: {line}")
        elif line.startswith("!ipv"):
            less.append(f"nobody says: {line[1:]}")
        elif " in " in line and not line.endswith(" in no VRF"):
            hides.append(f"nobody says: {line[1:]}")
    if not hides and not less:
        return None
    return LinuxDifference(text, said, tuple(hides), tuple(less))


def _is_way(said: str, has: str) -> bool:
    """Whether a route of the kernel is the one of the text, which need not name its port."""
    return has.rpartition(" ")[0] == said and "discards" not in has


# -- facts, as lines -----------------------------------------------------------------------------


def _said(facts: DeviceFacts) -> Iterator[str]:
    vrfs = facts.vrfs
    for name, vrf in vrfs.items():
        yield f"vrf {name} table {vrf.table if vrf.table is not None else f'<{name}>'}"
        for family in vrf.closed:
            yield f"!{family} closed <{name}>"
    for name, port in facts.interfaces.items():
        if name not in vrfs and not _NOT_THE_TEXTS.match(name):
            yield from _said_of(port, vrfs)
    for static in facts.statics:
        yield _route(static)
        yield from _leaving(static, facts)
    for rule in facts.policy_routes:
        table = rule.table if rule.table is not None else f"<{rule.vrf}>" if rule.vrf else 254
        if rule.discards:
            table = "nowhere"
        yield f"rule {rule.interface or ''} to {table}"


def _said_of(port: InterfaceFacts, vrfs: Collection[str]) -> Iterator[str]:
    # a VRF that no stanza makes is none, which is a finding of its own
    yield f"!{port.name} in {port.vrf if port.vrf in vrfs else 'no VRF'}"
    if port.parent is not None or port.vlan is not None:
        yield f"!{port.name} is VLAN {port.vlan} of {port.parent}"
    if port.shutdown:
        yield f"!{port.name} is down"
    for address in port.addresses:
        yield f"{port.name} has {address}"
    for member in port.members:
        yield f"{member} in bridge {port.name}"
    if port.joins:
        yield f"{port.name} joins {port.joins}"
    if port.mpls:
        yield f"{port.name} takes labels"


def _leaving(static: StaticFacts, facts: DeviceFacts) -> Iterator[str]:
    """That a VRF's route goes out of a port of another table: the one that it names, or the one
    that its gateway is at, which Linux looks for in the main table as well."""
    if static.vrf not in facts.vrfs or static.discards or static.interface in facts.vrfs:
        return
    owners = {
        port.vrf if port.vrf in facts.vrfs else None
        for port in facts.interfaces.values()
        if port.name == static.interface
        or (
            static.interface is None
            and any(static.next_hop in address.network for address in port.addresses)
        )
    }
    if static.interface is None:
        owners = set() if static.vrf in owners else owners & {None}
    for owner in owners - {static.vrf}:
        yield f"route {static.prefix} in <{static.vrf}> leaves by {f'<{owner}>' if owner else 254}"


def _route(static: StaticFacts) -> str:
    table = static.table if static.table is not None else f"<{static.vrf}>" if static.vrf else 254
    where = "discards" if static.discards else f"{static.next_hop or ''} {static.interface or ''}"
    return f"route {static.prefix} in {table} {where.strip()}"


# -- the kernel, as the same lines ---------------------------------------------------------------


def _links(kernel: Kernel) -> dict[str, Any]:
    return {link["ifname"]: link for link in kernel["link"]}


def _tables(kernel: Kernel) -> dict[str, int]:
    return {
        name: link["linkinfo"]["info_data"]["table"]
        for name, link in _links(kernel).items()
        if link.get("linkinfo", {}).get("info_kind") == "vrf"
    }


def _with_tables(line: str, tables: Mapping[str, int]) -> str:
    return re.sub(r"<([^>]*)>", lambda name: str(tables.get(name[1], name[0])), line)


def _held(kernel: Kernel) -> Iterator[str]:
    tables = _tables(kernel)
    links = _links(kernel)
    for name, table in tables.items():
        yield f"vrf {name} table {table}"
    for name, link in links.items():
        if name not in tables and not _NOT_THE_TEXTS.match(name):
            yield from _held_by(name, link, links, kernel)
    for entry in kernel["addr"]:
        for each in entry.get("addr_info", ()):
            name = entry["ifname"]
            local = each.get("local", "")
            if name in tables or _NOT_THE_TEXTS.match(name) or local.startswith("fe80:"):
                continue
            yield f"{name} has {local}/{each['prefixlen']}"
    for family in (4, 6):
        yield from _held_routes(kernel[f"route{family}"], family, tables)
        yield from _held_leaving(kernel[f"route{family}"], family, tables, links)
        for rule in kernel[f"rule{family}"]:
            if rule["priority"] not in _OWN_RULES and "l3mdev" not in rule:
                named = rule.get("table")
                table = _TABLES.get(named, tables.get(named, named)) if named else 254
                if rule.get("action") in _DISCARDS:
                    table = "nowhere"
                port = "" if "not" in rule else rule.get("iif", "")
                yield f"rule {port} to {table}"


def _held_by(
    name: str, link: Mapping[str, Any], links: Mapping[str, Any], kernel: Kernel
) -> Iterator[str]:
    master = link.get("master")
    kind = links.get(master, {}).get("linkinfo", {}).get("info_kind")
    info = link.get("linkinfo", {})
    if kind in ("bridge", "bond"):
        yield f"{name} in bridge {master}"
    yield f"!{name} in {master if kind == 'vrf' else 'no VRF'}"
    if info.get("info_kind") == "vlan":
        yield f"!{name} is VLAN {info['info_data']['id']} of {link.get('link')}"
    if "UP" not in link["flags"]:
        yield f"!{name} is down"
    if kernel["labels"].get(name) == "1":
        yield f"{name} takes labels"


def _held_leaving(
    routes: Sequence[Mapping[str, Any]],
    family: int,
    tables: Mapping[str, int],
    links: Mapping[str, Any],
) -> Iterator[str]:
    for route in routes:
        named = route.get("table", "main")
        table = _TABLES.get(named) or tables.get(named) or int(named)
        if table not in tables.values() or route.get("protocol") in _OWN_ROUTES:
            continue
        default = "0.0.0.0/0" if family == 4 else "::/0"
        prefix = ip_network(default if route["dst"] == "default" else route["dst"])
        for hop in route.get("nexthops", [route]):
            port = links.get(hop.get("dev", "lo"), {})
            if port and port["ifname"] != "lo" and port["ifname"] not in tables:
                owner = tables.get(port.get("master", ""), 254)
                if owner != table:
                    yield f"route {prefix} in {table} leaves by {owner}"


def _held_routes(
    routes: Sequence[Mapping[str, Any]], family: int, tables: Mapping[str, int]
) -> Iterator[str]:
    for route in routes:
        if route.get("protocol") in _OWN_ROUTES or route.get("type") in (
            "local",
            "multicast",
            "anycast",
            "broadcast",
        ):
            continue
        named = route.get("table", "main")
        table = _TABLES.get(named) or tables.get(named) or int(named)
        default = "0.0.0.0/0" if family == 4 else "::/0"
        prefix = ip_network(default if route["dst"] == "default" else route["dst"])
        if route.get("type") in _DISCARDS and table in tables.values() and str(prefix) == default:
            yield f"!ipv{family} closed {table}"
            continue
        if route.get("type") in _DISCARDS:
            yield f"route {prefix} in {table} discards"
            continue
        for hop in route.get("nexthops", [route]):
            where = f"{hop.get('gateway', '')} {hop.get('dev', '')}"
            yield f"route {prefix} in {table} {where.strip()}"
