"""`ip route`, `ip rule` and the few other commands that ifupdown2 runs for an interface."""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from egovnet.templates.frr.config.addresses import family_of, read_address, read_number, read_prefix
from egovnet.templates.frr.config.draft import FACT, HARMLESS, Unclear
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import PolicyRoute, StaticFacts

_IP = frozenset(("ip", "/sbin/ip", "/bin/ip", "/usr/sbin/ip", "/usr/bin/ip"))
_DISCARDS = frozenset(("unreachable", "blackhole", "prohibit"))
#: As rules have them besides, by number where `ip -N` prints them (rtnetlink.h, RTN_BLACKHOLE on).
_RULE_DISCARDS = frozenset((*_DISCARDS, "6", "7", "8"))
_ADDS = frozenset(("add", "append", "replace", "change"))
_TABLES = {"main": 254, "default": 253, "local": 255}
#: Words of a route that say nothing of where packets go.
_ROUTE_VALUES = frozenset(("metric", "preference", "proto", "protocol", "scope", "src", "mtu"))
_PREFERENCES = frozenset(("pref", "priority", "preference", "order"))
_SHELL = re.compile(r"""[|&;<>()$`\\"'*?\[\]#~%{}!\n]""")
_DEFAULT: dict[AddressFamily, str] = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}


@dataclass(slots=True)
class LinuxRoutes:
    """What the commands of a text add. Tables are numbers until the VRFs are known."""

    statics: list[StaticFacts] = field(default_factory=list)
    rules: list[PolicyRoute] = field(default_factory=list)


def read_command(words: list[str], interface: str, number: int, found: LinuxRoutes) -> int:
    """One command run when `interface` comes up. Raises Unclear, ValueError or IndexError."""
    words[0]  # without a command it is an error
    meant = _command(" ".join(words), interface)
    if isinstance(meant, PolicyRoute):
        found.rules.append(replace(meant, line=number))
    elif meant is not None:
        found.statics.append(
            StaticFacts(
                meant.vrf,
                meant.prefix,
                meant.next_hop,
                meant.interface,
                discards=meant.discards,
                table=meant.table,
                line=number,
            )
        )
    return HARMLESS if meant is None else FACT


# A VRF's routes of last resort are the same on each router that has it.
@lru_cache(maxsize=4096)
def _command(text: str, interface: str) -> StaticFacts | PolicyRoute | None:
    """What a command adds; None: nothing. Raises as `read_command` does."""
    words = [interface if word == "$IFACE" else word for word in text.split(" ")]
    if words[-2:] == ["||", "true"]:
        del words[-2:]
    if _SHELL.search(" ".join(words)):
        raise Unclear("a command that a shell takes apart is not evaluated")
    if words[0] not in _IP:
        if words[0] in ("ethtool", "/sbin/ethtool", "/usr/sbin/ethtool", "true"):
            return None
        raise Unclear("a command that is not read")
    family: AddressFamily | None = None
    index = 1
    while words[index][0] == "-":
        option = words[index]
        index += 1
        if option in ("-4", "-6"):
            family = "ipv4" if option == "-4" else "ipv6"
        else:
            raise Unclear(f"ip {option} is not read")
    what, verb, *rest = words[index:]
    if what == "route" and verb in _ADDS:
        return _route(rest, family)
    if what == "rule" and verb in ("add", "replace"):
        if "l3mdev" in rest:
            _check_vrf_rule(rest)
            return None
        rule = _rule(rest, " ".join(words), 0)
        return replace(rule, family=family or _family_of_rule(rest))
    if what == "link" and verb == "set" and rest[rest[0] == "dev" :][1:] in (["up"], ["down"]):
        return None
    raise Unclear("a command that is not read")


def read_undo(words: list[str]) -> int:
    """One command run when an interface goes down. Raises Unclear."""
    if words[-2:] == ["||", "true"]:
        words = words[:-2]
    if not _SHELL.search(" ".join(words)) and words[0] in _IP:
        plain = [word for word in words[1:] if word not in ("-4", "-6")]
        if plain[1:2] in (["del"], ["delete"], ["flush"]) and plain[0] in ("route", "rule"):
            return HARMLESS
    raise Unclear("a command that is not read")


def read_rule(words: list[str], text: str, number: int = 0) -> PolicyRoute:
    """One rule, of `ip rule add` or as `ip rule` or `ip -N rule` prints it. Raises Unclear,
    ValueError, IndexError."""
    return _rule(words, text, number)


def _route(words: list[str], family: AddressFamily | None) -> StaticFacts:
    words = list(words)
    discards = words[0] in _DISCARDS
    if discards or words[0] == "unicast":
        del words[0]
    where, *rest = words
    said = _said(rest)
    vrf, table = said.get("vrf"), said.get("table")
    next_hop = read_address(said["via"]) if "via" in said else None
    if where in ("default", "any", "all"):
        if family is None and next_hop is not None:
            family = family_of(next_hop)
        prefix = read_prefix(_DEFAULT[family or "ipv4"])
    else:
        prefix = read_prefix(where if "/" in where else f"{where}/{128 if ':' in where else 32}")
        if family not in (None, family_of(prefix)):
            raise ValueError("a prefix of the other family")
    number_of = None
    if table is not None and vrf is None:
        number_of = _TABLES[table] if table in _TABLES else read_number(table)
    return StaticFacts(
        vrf,
        prefix,
        next_hop=next_hop,
        interface=said.get("dev"),
        discards=discards,
        table=number_of,
    )


def _said(words: list[str]) -> dict[str, str]:
    """A route's words and their values, such as `via` and an address. Raises Unclear."""
    said: dict[str, str] = {}
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "onlink":
            continue
        if word == "via" and words[index] in ("inet", "inet6"):
            index += 1
        if word not in _ROUTE_VALUES and word not in ("via", "dev", "vrf", "table"):
            raise Unclear(f"a route with {word}")
        said[word] = words[index]
        index += 1
    return said


def _check_vrf_rule(words: list[str]) -> None:
    """A rule for VRFs: packets are looked up in their own table, or their look-up ends. In any
    order of words, and before or after the kernel's own (1000); it leads nowhere else.

    Raises Unclear for another."""
    left = [word for word in words if word not in _DISCARDS]
    left.remove("l3mdev")
    if len(left) not in (0, 2) or (left and left[0] not in _PREFERENCES):
        raise Unclear("a rule for VRFs with conditions")
    if left:
        read_number(left[1])


def _family_of_rule(words: list[str]) -> AddressFamily | None:
    """`ip rule add` makes one of IPv4 where nothing says another (iproute2's iprule.c)."""
    return None if any(":" in word for word in words) else "ipv4"


def _rule(words: list[str], text: str, number: int) -> PolicyRoute:
    vrf = table = interface = None
    # what a condition says is of those that it is not said of, where `not` stands before
    inverted = "not" in words
    discards = False
    index = 0
    while index < len(words):
        word = words[index]
        index += 2
        if word in ("lookup", "table"):
            value = words[index - 1]
            if value.isdigit():
                table = read_number(value)
            elif value in _TABLES:
                table = _TABLES[value]
            else:
                vrf = value
        elif word == "iif":
            interface = None if inverted else words[index - 1]
        elif word in _RULE_DISCARDS or word == "not":
            discards = discards or word != "not"
            index -= 1
        elif word == "type":
            if words[index - 1] not in (*_RULE_DISCARDS, "unicast", "1"):
                raise Unclear(f"a rule with type {words[index - 1]}")
            discards = words[index - 1] in _RULE_DISCARDS
        elif word not in (
            "from",
            "to",
            "pref",
            "priority",
            "preference",
            "fwmark",
            "oif",
            "dport",
            "sport",
            "ipproto",
            "uidrange",
            "tos",
            "dsfield",
            "proto",
            "protocol",
        ):
            raise Unclear(f"a rule with {word}")
    if discards:
        return PolicyRoute(text, interface=interface, line=number, discards=True)
    return PolicyRoute(text, vrf=vrf, table=table, interface=interface, line=number)
