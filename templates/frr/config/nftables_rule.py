"""One rule of nftables as conditions and a verdict; what has no meaning here is Unclear.

The words are nft's own, as `nft list ruleset` prints them (nft(8), nftables 1.0.6). An expression
compares one thing; all of a rule's must hold, in whatever order they stand.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from typing import Any

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.config.addresses import read_address, read_prefix
from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.packet_filter_words import ICMP_TYPES
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import PortRanges

_TOKEN = re.compile(r'"[^"]*"|[{},]|[^\s{},"]+')
#: A number that nft takes as octal where it can, such as 0443 or /023.
_OCTAL = re.compile(r".*/0\d|(?:[^:]*-)?0\d[^:]*$", re.ASCII)
#: A name without quotes, which may not be one of nft's words: of those that a text may have.
NAME = re.compile(r"[a-z][a-z0-9/._-]*", re.ASCII | re.IGNORECASE)
WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        accept chain comment continue counter ct daddr drop dport established filter goto
        hook icmp icmpv6 iif iifname inet ip ip6 jump l4proto map meta new nfproto oif oifname
        original policy position priority protocol queue related reply return saddr set
        sport state table tcp th type udp vmap
        """,
    )
)
#: What nft refuses with the whole file: an interface's name and a comment may be so long.
_LONGEST_NAME = 15
_LONGEST_COMMENT = 128
_LONGEST_PREFIX = 127
_LOG_LEVELS = frozenset(["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"])
_PORTS = frozenset(("tcp", "udp"))
#: A verdict with the chain that it names.
Verdict = tuple[str, str]
#: Of a rule that counts or logs and decides nothing: the next one is asked.
GOES_ON: Verdict = ("continue", "")
_TYPE_NUMBERS = {
    family: {name: number for number, name in names.items()} for family, names in ICMP_TYPES.items()
}
#: In decimal or hexadecimal; what begins with a zero else is refused before.
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,8}|0|[1-9]\d{0,9}", re.ASCII)
#: Of netbase's /etc/services, where nft looks names of ports up.
_SERVICES = {
    "ssh": "22", "domain": "53", "http": "80", "ntp": "123", "snmp": "161", "bgp": "179",
    "ldap": "389", "https": "443", "syslog": "514", "ldaps": "636",
}  # fmt: skip
_HIGHEST = {"port": 65535, "type": 255}


@dataclass(slots=True)
class RuleDraft:
    """A rule while it is read: what of it is said; None: nothing."""

    interfaces: tuple[str, ...] | None = None
    ways_out: tuple[str, ...] | None = None
    family: AddressFamily | None = None
    sources: tuple[IPNetwork, ...] | None = None
    targets: tuple[IPNetwork, ...] | None = None
    protocols: tuple[str, ...] | None = None
    source_ports: PortRanges | None = None
    target_ports: PortRanges | None = None
    types: tuple[int, ...] | None = None
    directions: tuple[str, ...] | None = None
    states: frozenset[str] | None = None
    verdict: Verdict | None = None
    #: Of a verdict map on the incoming interface.
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    name: str = ""
    #: It answers what it drops.
    rejects: bool = False


def check_value(word: str) -> None:
    """Raise Unclear for a number in another form than its usual."""
    if _OCTAL.match(word):
        raise Unclear("nft takes a number that begins with a zero as octal")


class _Words:
    """The tokens of a rule, from left to right."""

    def __init__(self, line: str) -> None:
        left = _TOKEN.sub("", line)
        if left.strip():
            raise Unclear("not a rule of nft")
        self._words: list[str] = _TOKEN.findall(line)
        self._next = 0

    def __bool__(self) -> bool:
        return self._next < len(self._words)

    def peek(self) -> str:
        return self._words[self._next] if self else ""

    def take(self) -> str:
        if not self:
            raise Unclear("the rule is not whole")
        self._next += 1
        return self._words[self._next - 1]

    def value(self) -> str:
        """A word that is a value. Raises Unclear for a number in another form than its usual."""
        word = self.take()
        check_value(word)
        return word

    def expect(self, word: str) -> None:
        if self.take() != word:
            raise Unclear("not in the reader's grammar")

    def values(self) -> list[str]:
        """One value, or those of a set in braces."""
        if self.peek() != "{":
            return [self.value()]
        self.take()
        found = [self.value()]
        while self.peek() == ",":
            self.take()
            found.append(self.value())
        self.expect("}")
        return found


def read_rule(
    line: str, sets: Mapping[str, tuple[str, ...]], *, translates: bool = False
) -> RuleDraft:
    """A rule's line. `sets` are the named sets that hold constant values. Raises Unclear, and
    ValueError for a value. `translates`: it is of a chain that changes sources."""
    words, draft = _Words(line), RuleDraft()
    while words:
        word = words.take()
        if translates and word == "masquerade":
            draft.verdict = word, ""
            continue
        if translates and word == "snat" and draft.verdict is None:
            draft.verdict = word, _pool(words)
            continue
        if draft.verdict is not None or draft.verdicts or word == "comment":
            if word != "comment":
                raise Unclear("something follows the verdict")
            draft.name = quoted(words.take())
            if len(draft.name.encode()) > _LONGEST_COMMENT:
                raise Unclear("nft refuses a comment so long, and the filter with it")
            if words:
                raise Unclear("something follows the comment")
            break
        handler = _EXPRESSIONS.get(word)
        if handler is None:
            raise Unclear(_UNKNOWN.get(word, "not in the reader's grammar"))
        handler(draft, words, word, sets)
    if draft.verdict is None and not draft.verdicts:
        if translates:
            raise Unclear("a rule that decides nothing")
        draft.verdict = GOES_ON
    return draft


def _pool(words: _Words) -> str:
    """The addresses of a source translation, from the first to the last."""
    if words.peek() in ("ip", "ip6"):
        words.take()
    words.expect("to")
    text = words.take()
    if words.peek() == "persistent":
        words.take()
    elif "-" in text or "/" in text:
        raise Unclear("connections of one host may get different addresses")
    return text


# -- expressions -----------------------------------------------------------------------------------

_Sets = Mapping[str, tuple[str, ...]]


def _say(draft: RuleDraft, what: str, value: Any) -> None:
    """Raises Unclear where the same is said twice: both would have to hold."""
    if getattr(draft, what) is not None:
        raise Unclear("one thing is compared twice")
    setattr(draft, what, value)


def quoted(word: str) -> str:
    """A name, with or without quotes. Raises Unclear."""
    if word.startswith('"') and word.endswith('"') and len(word) > 1:
        return word[1:-1]
    if not NAME.fullmatch(word.removesuffix("*")) or word in WORDS:
        raise Unclear("no name that nft takes: it refuses it, and the filter with it")
    return word


def _values(words: _Words, sets: _Sets) -> list[str]:
    """The values of an expression; those of a named set where one is named."""
    if words.peek() == "!=":
        raise Unclear("what it excludes has no meaning here")
    found = words.values()
    if found[0].startswith("@"):
        name = found[0][1:]
        if name not in sets:
            raise Unclear(f"what is in the set {name} is not known")
        found = list(sets[name])
    return found


def _interface(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    what = "interfaces" if word == "iifname" else "ways_out"
    if words.peek() == "vmap" and word == "iifname":
        words.take()
        draft.verdicts = _verdict_map(words)
        _say(draft, what, tuple(draft.verdicts))
        return
    names = tuple(quoted(value) for value in _values(words, sets))
    for name in names:
        check_interface(name)
    _say(draft, what, names)


def check_interface(name: str) -> None:
    """Raise Unclear for what is no one interface's name."""
    if "*" in name:
        raise Unclear("interfaces by how their names begin")
    if not 0 < len(name.encode()) <= _LONGEST_NAME:
        raise Unclear("no name of an interface: nft refuses it, and the filter with it")


def _verdict_map(words: _Words) -> dict[str, Verdict]:
    words.expect("{")
    found: dict[str, Verdict] = {}
    while True:
        name = quoted(words.take())
        check_interface(name)
        if name in found:
            raise Unclear("said twice: nft refuses it, and the filter with it")
        words.expect(":")
        found[name] = _verdict(words, words.take())
        following = words.take()
        if following == "}":
            return found
        if following != ",":
            raise Unclear("not in the reader's grammar")


def _verdict(words: _Words, word: str) -> Verdict:
    if word in ("accept", "drop"):
        return word, ""
    if word in ("jump", "goto"):
        return word, words.take()
    raise Unclear(f"{word} has no meaning here")


def _decide(draft: RuleDraft, words: _Words, word: str, _sets: _Sets) -> None:
    draft.verdict = _verdict(words, word)


def _reject(draft: RuleDraft, words: _Words, _word: str, _sets: _Sets) -> None:
    """A drop with an answer: nft adds what the answer needs to the rule's conditions."""
    draft.verdict, draft.rejects = ("drop", ""), True
    if words.peek() != "with":
        return
    words.take()
    how = words.take()
    if how == "tcp":
        words.expect("reset")
        _among(draft, ("tcp",))
        return
    if words.peek() == "type":
        words.take()
    if how not in _ANSWERS or words.take() not in _ANSWERS[how]:
        raise Unclear("no answer of nft's")
    if how != "icmpx":
        _pin(draft, "ipv4" if how == "icmp" else "ipv6")


def _counter(_draft: RuleDraft, words: _Words, _word: str, _sets: _Sets) -> None:
    if words.peek() == "packets":
        for _ in ("packets", "number", "bytes", "number"):
            words.take()


def _log(_draft: RuleDraft, words: _Words, _word: str, _sets: _Sets) -> None:
    while words.peek() in ("prefix", "level"):
        which, value = words.take(), words.take()
        if which == "level":
            known = value in _LOG_LEVELS
        else:
            known = value.startswith('"') and len(value[1:-1].encode()) <= _LONGEST_PREFIX
        if not known:
            raise Unclear("nft refuses it, and the filter with it")


def _of_network(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    family: AddressFamily = "ipv4" if word == "ip" else "ipv6"
    which = words.take()
    if which == "protocol" and word == "ip":
        _pin(draft, family)
        _among(draft, map(_protocol, _values(words, sets)))
        return
    if which not in ("saddr", "daddr"):
        raise Unclear(f"{word} {which} has no meaning here")
    _pin(draft, family)
    prefixes = tuple(p for value in _values(words, sets) for p in read_prefixes(value, family))
    _say(draft, "sources" if which == "saddr" else "targets", prefixes)


def _pin(draft: RuleDraft, family: AddressFamily) -> None:
    if draft.family not in (None, family):
        raise Unclear("of both families at once: no packet is")
    draft.family = family


def read_prefixes(text: str, family: AddressFamily) -> Iterable[IPNetwork]:
    """An address, a prefix, or a range from one address to another. Raises ValueError, Unclear."""
    first, dash, last = text.partition("-")
    if not dash:
        alone = "/32" if family == "ipv4" else "/128"
        yield read_prefix(text if "/" in text else text + alone, family)
        return
    low, high = read_address(first), read_address(last)
    if low.version != high.version or (low.version == 4) != (family == "ipv4"):
        raise Unclear("a range of another family")
    if isinstance(low, IPv4Address) and isinstance(high, IPv4Address):
        yield from summarize_address_range(low, high)
    if isinstance(low, IPv6Address) and isinstance(high, IPv6Address):
        yield from summarize_address_range(low, high)


def _meta(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    which = words.take()
    if which == "nfproto":
        family = _values(words, sets)
        if family not in (["ipv4"], ["ipv6"]):
            raise Unclear("of both families, or of another")
        _pin(draft, "ipv4" if family == ["ipv4"] else "ipv6")
    elif which == "l4proto":
        _among(draft, map(_protocol, _values(words, sets)))
    elif which in ("iifname", "oifname"):
        _interface(draft, words, which, sets)
    else:
        raise Unclear(f"{word} {which} has no meaning here")


_PROTOCOLS = {
    "tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "icmp": "icmp", "1": "icmp",
    "ipv6-icmp": "icmpv6", "icmpv6": "icmpv6", "58": "icmpv6",
}  # fmt: skip


def _protocol(word: str) -> str:
    if word not in _PROTOCOLS:
        raise Unclear(f"the protocol {word} has no meaning here")
    return _PROTOCOLS[word]


def _among(draft: RuleDraft, protocols: Iterable[str]) -> None:
    """What is of these protocols, and of those that were said before."""
    said = draft.protocols
    draft.protocols = tuple(one for one in protocols if said is None or one in said)
    if not draft.protocols:
        raise Unclear("of two protocols at once: no packet is")


def _ports(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    which = words.take()
    if which not in ("sport", "dport"):
        raise Unclear(f"{word} {which} has no meaning here")
    if word != "th":
        _among(draft, (word,))
    elif draft.protocols is None or not _PORTS.issuperset(draft.protocols):
        raise Unclear("ports of protocols that are not named, or have none")
    ranges = tuple(_range(value, "port") for value in _values(words, sets))
    _say(draft, "source_ports" if which == "sport" else "target_ports", ranges)


def _range(text: str, what: str) -> tuple[int, int]:
    if what == "port":
        text = _SERVICES.get(text, text)
    first, dash, last = text.partition("-")
    if not (_NUMBER.fullmatch(first) and (not dash or _NUMBER.fullmatch(last))):
        raise Unclear(f"{text} is no number of a {what}")
    low, high = int(first, 0), int(last, 0) if dash else int(first, 0)
    if low > high or high > _HIGHEST[what]:
        raise Unclear(f"{text} is no {what}")
    return low, high


def _icmp(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    if words.take() != "type":
        raise Unclear("more of ICMP than its type has no meaning here")
    family: AddressFamily = "ipv4" if word == "icmp" else "ipv6"
    _pin(draft, family)
    _among(draft, (word,))
    numbers: list[int] = []
    for value in _values(words, sets):
        known = _TYPE_NUMBERS[family].get(value)
        low, high = (known, known) if known is not None else _range(value, "type")
        numbers.extend(range(low, high + 1))
    _say(draft, "types", tuple(numbers))


def _ct(draft: RuleDraft, words: _Words, _word: str, sets: _Sets) -> None:
    which = words.take()
    if which == "direction":
        _say(draft, "directions", tuple(_values(words, sets)))
    elif which == "state":
        found = [words.peek()] if words.peek() != "{" else []
        if found:
            # flags with commas between them are one token each
            found = _values(words, sets)
            while words.peek() == ",":
                words.take()
                found.append(words.take())
        else:
            found = _values(words, sets)
        _say(draft, "states", frozenset(found))
    else:
        raise Unclear(f"ct {which} has no meaning here")


_ANSWERS = {
    "icmp": frozenset(
        (
            "port-unreachable",
            "admin-prohibited",
            "host-unreachable",
            "net-unreachable",
            "host-prohibited",
            "net-prohibited",
            "prot-unreachable",
        )
    ),
    "icmpv6": frozenset(("no-route", "admin-prohibited", "addr-unreachable", "port-unreachable")),
    "icmpx": frozenset(("port-unreachable", "admin-prohibited", "no-route", "host-unreachable")),
}
_Expression = Callable[[RuleDraft, _Words, str, _Sets], None]
_EXPRESSIONS: dict[str, _Expression] = {
    "accept": _decide,
    "drop": _decide,
    "goto": _decide,
    "jump": _decide,
    "counter": _counter,
    "ct": _ct,
    "icmp": _icmp,
    "icmpv6": _icmp,
    "iifname": _interface,
    "ip": _of_network,
    "ip6": _of_network,
    "log": _log,
    "meta": _meta,
    "oifname": _interface,
    "reject": _reject,
    "tcp": _ports,
    "th": _ports,
    "udp": _ports,
}
_UNKNOWN = {
    "iif": "an interface by its number: another may have it tomorrow",
    "oif": "an interface by its number: another may have it tomorrow",
    "notrack": "packets without a state: answers are not told apart then",
    "flow": "packets that pass by the rules",
    "queue": "a program decides",
    "dnat": "targets are changed: what the rules compare is not what was sent",
    "redirect": "targets are changed: what the rules compare is not what was sent",
    "snat": "sources are changed",
    "masquerade": "sources are changed where packets are filtered",
    "return": "what follows in the chain before has no meaning here",
}
