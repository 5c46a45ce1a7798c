"""`ip route`, `ip rule` and the few other commands that ifupdown2 runs for an interface."""

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from ipaddress import IPv4Address

from egovnet.templates.frr.config.addresses import family_of, read_address, read_number, read_prefix
from egovnet.templates.frr.config.draft import FACT, HARMLESS, Unclear
from egovnet.templates.frr.config.harmless_commands import is_harmless, ports_changed
from egovnet.templates.frr.config.shell_words import Command, commands
from egovnet.templates.frr.config.vocabulary import LOOPBACK
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import GreBlock, PolicyRoute, StaticFacts

#: IPv6 routes that discard are at the loopback (`unreachable default dev lo`), and go with it.
LOOPBACK_DOWN = "takes all IPv6 routes away that discard: VRFs have no last resort then"
_IP = frozenset(("ip", "/sbin/ip", "/bin/ip", "/usr/sbin/ip", "/usr/bin/ip"))
_DISCARDS = frozenset(("unreachable", "blackhole", "prohibit"))
#: As rules have them besides, by number where `ip -N` prints them (rtnetlink.h, RTN_BLACKHOLE on).
_RULE_DISCARDS = frozenset((*_DISCARDS, "6", "7", "8"))
#: `change` only changes a route that is there.
_ADDS = frozenset(("add", "append", "replace", "change"))
_TABLES = {"main": 254, "default": 253, "local": 255}
#: Words of a route that say nothing of where packets go, by what `ip` calls them itself.
_ROUTE_VALUES = {
    **dict.fromkeys(("metric", "preference", "priority"), "metric"),
    **dict.fromkeys(("proto", "protocol"), "proto"),
    **{word: word for word in ("scope", "src", "mtu")},
}
_PROTOCOLS = frozenset(("boot", "kernel", "static"))
_NOT_OF_DAEMONS = frozenset((*_PROTOCOLS, "2", "3", "4"))
#: The metric of zebra's own routes (ROUTE_INSTALLATION_METRIC). One of a daemon's protocol that has
#: it is taken for a route from before a restart, and removed when zebra starts (tried on 8.4.4).
_OF_ZEBRA = "20"
_SCOPES = frozenset(("global", "host", "link"))
_PREFERENCES = frozenset(("pref", "priority", "preference", "order"))
#: Words of a rule that mean one thing.
_RULE_WORDS = {
    "lookup": "table",
    **dict.fromkeys(_PREFERENCES, "pref"),
    **dict.fromkeys(_RULE_DISCARDS, "type"),
    "dsfield": "tos",
    "protocol": "proto",
}
#: What may stand behind a route that discards: the kernel refuses a way beside it.
_OF_DISCARDS = frozenset(("metric", "proto", "table", "vrf"))
#: `ip` takes a number that begins with a zero as octal, or as hexadecimal.
_OTHER_BASE = re.compile(r"(?:.*/)?0[0-9x]", re.ASCII)
#: Priority of a policy that blocks what no policy of IKE is for.
_BEHIND_IKE = 4000000000
_EVERYTHING = ("default", "any", "all", "0/0", "0.0.0.0/0", "::/0")
_DEFAULT: dict[AddressFamily, str] = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}


@dataclass(slots=True)
class LinuxRoutes:
    """What the commands of a text add. Tables are numbers until the VRFs are known."""

    statics: list[StaticFacts] = field(default_factory=list)
    rules: list[PolicyRoute] = field(default_factory=list)
    gre_blocks: list[GreBlock] = field(default_factory=list)


def read_command(words: list[str], interface: str, number: int, found: LinuxRoutes) -> int:
    """One line run when `interface` comes up. Raises Unclear, ValueError or IndexError."""
    words[0]  # without a command it is an error
    kind = HARMLESS
    for meant in _meant(" ".join(words), interface):
        kind = FACT
        if isinstance(meant, GreBlock):
            found.gre_blocks.append(replace(meant, line=number))
        elif isinstance(meant, PolicyRoute):
            found.rules.append(replace(meant, line=number))
        else:
            found.statics.append(
                StaticFacts(
                    meant.vrf,
                    meant.prefix,
                    meant.next_hop,
                    meant.interface,
                    discards=meant.discards,
                    table=meant.table,
                    line=number,
                    of_system=True,
                )
            )
    return kind


# A VRF's routes of last resort are the same on each router that has it.
@lru_cache(maxsize=4096)
def _meant(text: str, interface: str) -> tuple[StaticFacts | PolicyRoute | GreBlock, ...]:
    """What a line's commands add. Raises as `read_command` does."""
    line = commands(text, interface)
    found = [meant for one in line if (meant := _command(one, interface)) is not None]
    # what follows `||` runs where the first fails: it hides nothing of it
    alone = all(one.joint == "||" and is_harmless(one.words) for one in line[1:])
    if not alone and any(isinstance(one, GreBlock) or one.discards for one in found):
        raise Unclear("what discards may not be there: another command decides whether it is run")
    return tuple(found)


def _command(command: Command, interface: str) -> StaticFacts | PolicyRoute | GreBlock | None:
    """What a command adds; None: nothing. Raises as `read_command` does."""
    words = command.words
    if is_harmless(words):
        return None
    if words[0] not in _IP:
        raise Unclear("a command that is not read")
    if any(_OTHER_BASE.match(word) for word in words):
        raise Unclear("ip takes a number that begins with a zero as octal")
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
        route = _route(rest, family)
        if route.discards and verb == "change":
            raise Unclear("changes a route that must be there already")
        return route
    if what == "rule" and verb in ("add", "replace"):
        if "l3mdev" in rest:
            _check_vrf_rule(rest)
            return None
        rule = _rule(rest, " ".join(words), 0)
        return replace(rule, family=family or _family_of_rule(rest))
    if what == "xfrm" and verb == "policy" and rest[:1] in (["update"], ["add"]):
        return _gre_block(rest[1:], interface)
    if what == "link" and verb == "set" and LOOPBACK in rest and "down" in rest:
        raise Unclear(LOOPBACK_DOWN)
    raise Unclear("a command that is not read")


@lru_cache(maxsize=4096)
def ports_touched(text: str, interface: str) -> tuple[frozenset[str], frozenset[str]]:
    """(words that may be ports whose neighbours notice what a line does, ports that it sets up)."""
    changed: set[str] = set()
    raised: set[str] = set()
    for one in commands(text, interface):
        words = one.words
        if is_harmless(words):
            changed |= ports_changed(words)
            if words[1:3] == ("link", "set") and "up" in words:
                raised.update(words[3:])
    return frozenset(changed), frozenset(raised)


def additions(words: list[str], interface: str) -> Iterator[tuple[str, ...]]:
    """A line's commands, each in its words behind `ip`, without `add`, `del` or the like and what
    says the family."""
    for one in commands(" ".join(words), interface):
        yield _without_verb(one)


def _without_verb(command: Command) -> tuple[str, ...]:
    what, _, *rest = [word for word in command.words[1:] if word not in ("-4", "-6")] + [""] * 2
    return (what, *(word for word in rest if word))


def read_undo(words: list[str], interface: str, added: Set[tuple[str, ...]]) -> int:
    """One line run when `interface` goes down, while the router and its other interfaces go on:
    it may take away what `interface` added, and routes but those that discard what another VRF has
    no route for. `added` is by `additions`. Raises Unclear, IndexError."""
    words[0]  # without a command it is an error
    for one in commands(" ".join(words), interface):
        if not is_harmless(one.words) and not _takes_its_own(one, interface, added):
            raise Unclear("takes away what others may need while this interface is down")
    return HARMLESS


def _takes_its_own(command: Command, interface: str, added: Set[tuple[str, ...]]) -> bool:
    if command.words[0] not in _IP:
        raise Unclear("a command that is not read")
    words = command.words[2:]
    verb = next((word for word in words if word not in ("-4", "-6", "route", "rule")), "")
    what, *rest = _without_verb(command)
    if verb not in ("del", "delete"):
        return False
    last = any(word in (*_DISCARDS, *_EVERYTHING) for word in rest)
    return (what, *rest) in added or (
        what == "route" and (not last or rest[-2:] == ["vrf", interface])
    )


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
    if discards and not said.keys() <= _OF_DISCARDS:
        raise Unclear("the kernel refuses a route that discards and has a way as well")
    if said.get("metric") == _OF_ZEBRA and said.get("proto", "boot") not in _NOT_OF_DAEMONS:
        raise Unclear("FRR takes it for a route of its own from before, and removes it")
    vrf, table = said.get("vrf"), said.get("table")
    next_hop = read_address(said["via"]) if "via" in said else None
    if where in ("default", "any", "all"):
        if family is None and next_hop is not None:
            family = family_of(next_hop)
        prefix = read_prefix(_DEFAULT[family or "ipv4"])
    else:
        prefix = read_prefix(where if "/" in where else f"{where}/{128 if ':' in where else 32}")
        if ":" not in where and str(prefix.network_address) != where.partition("/")[0]:
            raise Unclear("Linux refuses a prefix with more than its network")
        if family not in (None, family_of(prefix)):
            raise ValueError("a prefix of the other family")
    number_of = None
    if table is not None and vrf is None:
        number_of = _TABLES[table] if table in _TABLES else read_number(table)
    return StaticFacts(
        vrf,
        prefix,
        next_hop=next_hop,
        interface=_port_of(said.get("dev")),
        discards=discards,
        table=number_of,
    )


def _port_of(name: str | None) -> str | None:
    """`eth1:0` is a name for addresses of eth1, which Linux knows by that name alone."""
    return None if name is None else name.partition(":")[0]


def _said(words: list[str]) -> dict[str, str]:
    """A route's words and their values, such as `via` and an address. What `ip` refuses is not
    there, and what it was to discard goes on. Raises Unclear, ValueError."""
    said: dict[str, str] = {}
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "onlink":
            said[word] = ""
            continue
        if word == "via" and words[index] in ("inet", "inet6"):
            index += 1
        word = _ROUTE_VALUES.get(word, word)
        if word not in _VALUES:
            raise Unclear(f"a route with {word}")
        if word in said or (word in _WHERE and _WHERE & said.keys()):
            raise Unclear(f"{word} is said before: which of both holds is not read")
        _VALUES[word](words[index])
        said[word] = words[index]
        index += 1
    return said


def _gre_block(words: list[str], interface: str) -> GreBlock:
    """A policy of IPsec that blocks a router's own GRE, behind those that IKE makes (strongSwan's
    have priorities below 400,000; the lowest number decides). Raises Unclear for another."""
    said = dict(zip(words[::2], words[1::2], strict=True))
    if interface != LOOPBACK or len(said) * 2 != len(words):
        raise Unclear("a policy of IPsec that is not read")
    own = {"in": "dst", "out": "src"}.get(said.get("dir", ""), "")
    address, length = said.pop(own, "").rpartition("/")[::2]
    wanted = {"dir": said.get("dir"), "proto": "gre", "action": "block"}
    wanted |= {"src" if own == "dst" else "dst": "0.0.0.0/0", "priority": str(_BEHIND_IKE)}
    if said != wanted or length != "32":
        raise Unclear("a policy of IPsec that is not read")
    return GreBlock("in" if own == "dst" else "out", IPv4Address(address))


def _one_of(names: Set[str], most: int) -> Callable[[str], object]:
    return lambda text: text if text in names else read_number(text, most)


def _any_name(text: str) -> object:
    return text


#: The VRF or table that a route is in.
_WHERE = frozenset(("table", "vrf"))
#: A route's words, each with what reads its value or raises ValueError.
_VALUES: dict[str, Callable[[str], object]] = {
    "dev": _any_name,
    "metric": read_number,
    "mtu": read_number,
    "proto": _one_of(_PROTOCOLS, 255),
    "scope": _one_of(_SCOPES, 255),
    "src": read_address,
    "table": _any_name,
    "via": read_address,
    "vrf": _any_name,
}


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
    said: set[str] = set()
    while index < len(words):
        word = words[index]
        if _RULE_WORDS.get(word, word) in said:
            raise Unclear(f"{word} is said before: which of both holds is not read")
        said.add(_RULE_WORDS.get(word, word))
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
