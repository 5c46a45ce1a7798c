"""Whether a packet filter lets SSH in by the interface that manages the router; pure.

What is asked is a new TCP connection to port 22 that comes in by a certain interface, from any
address. What cannot be told of a condition counts against it: a rule that may drop it drops it, one
that may accept it does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum, auto

from napalm_frr.text.frr_tree import Contexts, Path

_HOOK = re.compile(r"type \S+ hook (\S+) .*?(?:policy (accept|drop);)?$")
_WORDS = re.compile(r'"[^"]*"|\{[^}]*\}|\S+')
_SSH = 22
_SAYS_NOTHING = {"counter", "log", "packets", "bytes"}


class _Fate(Enum):
    ACCEPT = auto()
    DROP = auto()
    #: The chain has come to its end.
    NEXT = auto()


class _Holds(Enum):
    YES = auto()
    NO = auto()
    MAYBE = auto()


def chain_that_drops(filtering: Contexts, came_by: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """(chain, interface) of the first base chain that may drop SSH; ("", "") when none does.

    `came_by` are pairs of a hook and an interface's name: what a packet that manages the router
    shows at that hook. A packet of a VRF's port shows the port and then the VRF at `prerouting`,
    and the VRF at `input`.
    """
    for hook, name in came_by:
        for path, lines in filtering.items():
            base = next((match for line in lines if (match := _HOOK.match(line))), None)
            if base is None or base[1] != hook:
                continue
            fate = _Walk(filtering, path[:1], name).through(path)
            if fate is _Fate.DROP or (fate is _Fate.NEXT and base[2] == "drop"):
                return path[-1].removeprefix("chain "), name
    return "", ""


class _Walk:
    """A packet in one table."""

    def __init__(self, filtering: Contexts, table: Path, name: str) -> None:
        self._filtering = filtering
        self._table = table
        self._name = name
        self._inside: list[Path] = []

    def through(self, path: Path) -> _Fate:
        """What a chain does with it."""
        if path in self._inside or path not in self._filtering:
            return _Fate.DROP  # nobody knows
        self._inside.append(path)
        fate = _Fate.NEXT
        for line in self._filtering[path]:
            fate, leaves = self._rule(line)
            if fate is not _Fate.NEXT or leaves:
                break
        self._inside.pop()
        return fate

    def _rule(self, line: str) -> tuple[_Fate, bool]:
        """What becomes of it, and whether the chain's other rules are not asked any more."""
        words = _WORDS.findall(line)
        if words[:1] in (["type"], ["policy"], ["comment"]):
            return _Fate.NEXT, False
        holds, verdict = self._matches(words)
        if holds is _Holds.NO or not verdict:
            return _Fate.NEXT, False
        word, _, target = verdict.partition(" ")
        fate = _Fate.DROP
        if word == "accept":
            fate = _Fate.ACCEPT
        elif word in ("jump", "goto"):
            fate = self.through((*self._table, f"chain {target}"))
        elif word in ("return", "continue"):
            fate = _Fate.NEXT
        if holds is _Holds.MAYBE and fate is _Fate.ACCEPT:
            return _Fate.NEXT, False
        return fate, holds is _Holds.YES and word in ("return", "goto")

    def _matches(self, words: list[str]) -> tuple[_Holds, str]:
        """Whether a rule's conditions hold, and its verdict; "" for none."""
        held = _Holds.YES
        while words:
            word, *words = words
            if word in ("accept", "drop", "return", "continue", "queue"):
                return held, word
            if word == "reject":
                return held, "drop"
            if word in ("jump", "goto"):
                return held, f"{word} {words[0]}"
            one, used, verdict = self._condition(word, words)
            words = words[used:]
            if one is _Holds.NO:
                return _Holds.NO, ""
            if verdict:
                return held, verdict
            if one is _Holds.MAYBE:
                held = _Holds.MAYBE
        return held, ""

    def _condition(self, word: str, rest: list[str]) -> tuple[_Holds, int, str]:
        """(whether it holds, how many more words it has, a verdict of a map)."""
        following = [*rest, "", "", ""]
        if word in ("iifname", "iif"):
            if following[0] == "vmap":
                verdict = _looked_up(following[1], self._name)
                return (_Holds.YES if verdict else _Holds.NO), 2, verdict
            return *_is_in(following, self._is_named), ""
        asked = _ASKED.get((word, following[0]))
        if asked is not None:
            held, used = _is_in(following[1:], asked)
            return held, used + 1, ""
        if (word, following[0]) == ("ct", "state"):
            whole = {"new", "established"} <= set(following[1].split(","))
            return (_Holds.YES if whole else _Holds.MAYBE), 2, ""
        if word in _OTHER_PROTOCOLS:
            return _Holds.NO, 0, ""
        known = word in _SAYS_NOTHING or word == "comment"
        return (_Holds.YES if known else _Holds.MAYBE), int(word == "comment"), ""

    def _is_named(self, value: str) -> bool:
        value = value.strip('"')
        return self._name.startswith(value[:-1]) if value.endswith("*") else self._name == value


def _is_in(words: list[str], known: Callable[[str], bool]) -> tuple[_Holds, int]:
    """Whether one of the values of a condition is the packet's, and how many words it has."""
    inverted = words[0] == "!="
    value = words[1] if inverted else words[0]
    if value.startswith("@"):
        return _Holds.MAYBE, 1 + inverted
    values = [each.strip() for each in value.strip("{}").split(",")]
    found = any(known(each) for each in values) is not inverted
    return (_Holds.YES if found else _Holds.NO), 1 + inverted


def _has_ssh(value: str) -> bool:
    first, _, last = value.partition("-")
    if value == "ssh":
        return True
    return first.isdigit() and int(first) <= _SSH <= int(last or first)


def _looked_up(elements: str, name: str) -> str:
    """The verdict that a map on interfaces has for one; "" for none."""
    for element in elements.strip("{} ").split(","):
        key, _, verdict = element.partition(":")
        if key.strip().strip('"') == name:
            return verdict.strip()
    return ""


_OTHER_PROTOCOLS = frozenset(("udp", "icmp", "icmpv6", "sctp", "esp", "ah"))
#: Conditions, and whether a value of theirs is that of SSH.
_ASKED: dict[tuple[str, str], Callable[[str], bool]] = {
    ("meta", "l4proto"): ("tcp", "6").__contains__,
    ("ip", "protocol"): ("tcp", "6").__contains__,
    ("tcp", "dport"): _has_ssh,
    ("ct", "direction"): "original".__eq__,
}
