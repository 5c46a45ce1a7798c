"""One rule of nftables as conditions and a verdict; what has no meaning here is Unclear.

The words are nft's own, as `nft list ruleset` prints them (nft(8), nftables 1.0.6). An expression
compares one thing; all of a rule's must hold, in whatever order they stand.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_sets import NamedSet
from egovnet.templates.frr.config.nftables_values import (
    LONGEST_COMMENT,
    check_interface,
    check_value,
    number_range,
    protocol,
    quoted,
    read_prefixes,
)
from egovnet.templates.frr.packet_filter_words import ICMP_TYPES
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import PortRanges

_TOKEN = re.compile(r'"[^"]*"|[{},]|[^\s{},"]+')
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


def read_rule(line: str, sets: Mapping[str, NamedSet], *, translates: bool = False) -> RuleDraft:
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
            if len(draft.name.encode()) > LONGEST_COMMENT:
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
    family = words.take() if words.peek() in ("ip", "ip6") else ""
    words.expect("to")
    text = words.take()
    if family == ("ip" if ":" in text else "ip6"):
        raise Unclear("nft refuses addresses of another family, and the filter with it")
    if words.peek() == "persistent":
        words.take()
    elif "-" in text or "/" in text:
        raise Unclear("connections of one host may get different addresses")
    return text


# -- expressions -----------------------------------------------------------------------------------

_Sets = Mapping[str, NamedSet]


def _say(draft: RuleDraft, what: str, value: Any) -> None:
    """Raises Unclear where the same is said twice: both would have to hold."""
    if getattr(draft, what) is not None:
        raise Unclear("one thing is compared twice")
    setattr(draft, what, value)


def _values(words: _Words, sets: _Sets, kind: str = "") -> list[str]:
    """The values of an expression of a type; those of a named set where one is named."""
    if words.peek() == "!=":
        raise Unclear("what it excludes has no meaning here")
    alone = words.peek() != "{"
    found = words.values()
    if found[0].startswith("@"):
        name = found[0][1:]
        if name not in sets:
            raise Unclear(f"what is in the set {name} is not known")
        if not alone or sets[name].kind != kind:
            raise Unclear("nft refuses the set there, and the filter with it")
        found = list(sets[name].values)
    return found


def _interface(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    what = "interfaces" if word == "iifname" else "ways_out"
    if words.peek() == "vmap" and word == "iifname":
        words.take()
        draft.verdicts = _verdict_map(words)
        _say(draft, what, tuple(draft.verdicts))
        return
    names = tuple(quoted(value) for value in _values(words, sets, "ifname"))
    for name in names:
        check_interface(name)
    _say(draft, what, names)


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
        for what in ("packets", "bytes"):
            words.expect(what)
            count = words.value()
            if not (count.isdecimal() and count.isascii()):
                raise Unclear("nft refuses it, and the filter with it")


def _log(_draft: RuleDraft, words: _Words, _word: str, _sets: _Sets) -> None:
    while words.peek() in ("prefix", "level"):
        which, value = words.take(), words.take()
        if which == "level":
            known = value in _LOG_LEVELS
        else:
            # a dollar begins the name of a variable
            known = value.startswith('"') and len(value[1:-1].encode()) <= _LONGEST_PREFIX
            known = known and "$" not in value
        if not known:
            raise Unclear("nft refuses it, and the filter with it")


def _of_network(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    family: AddressFamily = "ipv4" if word == "ip" else "ipv6"
    which = words.take()
    if which == "protocol" and word == "ip":
        _pin(draft, family)
        _among(draft, map(protocol, _values(words, sets, "inet_proto")))
        return
    if which not in ("saddr", "daddr"):
        raise Unclear(f"{word} {which} has no meaning here")
    _pin(draft, family)
    prefixes = tuple(
        p for value in _values(words, sets, f"{family}_addr") for p in read_prefixes(value, family)
    )
    _say(draft, "sources" if which == "saddr" else "targets", prefixes)


def _pin(draft: RuleDraft, family: AddressFamily) -> None:
    if draft.family not in (None, family):
        raise Unclear("of both families at once: no packet is")
    draft.family = family


def _meta(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    which = words.take()
    if which == "nfproto":
        family = _values(words, sets)
        if family not in (["ipv4"], ["ipv6"]):
            raise Unclear("of both families, or of another")
        _pin(draft, "ipv4" if family == ["ipv4"] else "ipv6")
    elif which == "l4proto":
        _among(draft, map(protocol, _values(words, sets, "inet_proto")))
    elif which in ("iifname", "oifname"):
        _interface(draft, words, which, sets)
    else:
        raise Unclear(f"{word} {which} has no meaning here")


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
    values = _values(words, sets, "inet_service")
    ranges = tuple(number_range(value, "port") for value in values)
    _say(draft, "source_ports" if which == "sport" else "target_ports", ranges)


def _icmp(draft: RuleDraft, words: _Words, word: str, sets: _Sets) -> None:
    if words.take() != "type":
        raise Unclear("more of ICMP than its type has no meaning here")
    family: AddressFamily = "ipv4" if word == "icmp" else "ipv6"
    _pin(draft, family)
    _among(draft, (word,))
    numbers: list[int] = []
    for value in _values(words, sets):
        known = _TYPE_NUMBERS[family].get(value)
        low, high = (known, known) if known is not None else number_range(value, "type")
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
