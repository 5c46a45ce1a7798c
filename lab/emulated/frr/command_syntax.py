"""FRR's notation of a command, compiled: what matches it, and which of its words are the value.

The notation is that of FRR's sources (doc/developer/cli.rst): `<a|b>` one of, `[a]` may be left
out, `{a|b}` in any order, `WORD` anything, `LINE...` the rest, `A.B.C.D`, `A.B.C.D/M`,
`X:X::X:X`, `X:X::X:X/M`, `(1-255)`. One sign is ours: `=` before a word or a bracket marks
the value. A context holds one line of each command and of each choice of its other words; giving
another value replaces the line. `HOST/M` is an address with its prefix length (host bits stay).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_IPV6 = r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*"
_VARIABLES = {
    "A.B.C.D": ("", _IPV4),
    "LINE...": ("", ".+"),
    # FRR takes the word that fits best: a distance is no interface, 300 is
    "INTERFACE": ("", rf"(?!(?:tag|table|label) |{_OCTET}(?: |$))\S+"),
    "A.B.C.D/M": ("p", rf"{_IPV4}/\d+"),
    "X:X::X:X/M": ("p", rf"{_IPV6}/\d+"),
    "X:X::X:X": ("a", _IPV6),
    "HOST/M": ("a", r"[0-9A-Fa-f:.]+/\d+"),
    "PEER": ("a", r"\S+"),
}
"""What a variable matches; p: a prefix, a: an address, which are written one way."""
_TOKENS = re.compile(r"[<>\[\]{}|=]|[^\s<>\[\]{}|=]+")
_RANGE = re.compile(r"\((\d+)-(\d+)\)")
_CLOSING = {"<": ">", "[": "]", "{": "}"}


@dataclass
class _Pattern:
    """A regular expression in the making."""

    parts: list[str] = field(default_factory=list)
    """One for each element at the outermost level; a value's is marked in `values`."""
    values: list[bool] = field(default_factory=list)


@dataclass(frozen=True)
class Syntax:
    """A command that can be matched. Lines are given with one space between words."""

    template: str
    whole: re.Pattern[str]
    negated: re.Pattern[str]
    """After `no`: values at the end may be left out."""
    begun: re.Pattern[str]
    """What is the beginning of the command, but not all of it."""
    ranges: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, template: str) -> Syntax:
        """Compile; raises ValueError for a template that is not well formed."""
        compiler = _Compiler(template)
        pattern = compiler.sequence("")
        if compiler.tokens:
            raise ValueError(f"{template!r}: {compiler.tokens[0]!r} closes nothing")
        fixed = len(pattern.parts)
        while fixed and pattern.values[fixed - 1]:
            fixed -= 1
        return cls(
            template,
            re.compile("".join(pattern.parts)),
            re.compile("".join(pattern.parts[:fixed]) + _nested(pattern.parts[fixed:])),
            re.compile(_nested(pattern.parts)),
            tuple(compiler.ranges),
        )

    def match(self, line: str, *, negated: bool = False) -> tuple[str, str] | None:
        """(canonical line, its key) or None; `line` without its `no`.

        Equal keys in a context are one setting.
        """
        found = (self.negated if negated else self.whole).fullmatch(" " + line)
        if found is None or not self._in_range(found):
            return None
        canonical, key, place = "", "", 0
        for name, (begin, end) in _spans(found):
            kind = name[0]
            between = found.string[place:begin]
            word = found.string[begin:end]
            if kind == "p":
                word = _prefix(word)
            elif kind == "a":
                word = _address(word)
            elif kind == "v":
                key += between
                canonical += between
                place = begin
                # what stands inside the value may still be made canonical
                canonical += _canonical_inside(found, begin, end)
                place = end
                continue
            if not word:
                return None
            canonical += between + word
            key += between + word
            place = end
        rest = found.string[place:]
        return (canonical + rest)[1:], (key + rest)[1:]

    def begins(self, line: str) -> bool:
        """Whether the line is the command's beginning."""
        found = self.begun.fullmatch(" " + line)
        return found is not None and self._in_range(found)

    def _in_range(self, found: re.Match[str]) -> bool:
        return all(
            found[name] is None or low <= int(found[name]) <= high
            for name, low, high in self.ranges
        )


class _Compiler:
    def __init__(self, template: str) -> None:
        self.tokens = _TOKENS.findall(template)
        self.template = template
        self.ranges: list[tuple[str, int, int]] = []
        self._number = 0

    def sequence(self, closing: str) -> _Pattern:
        pattern = _Pattern()
        while self.tokens and self.tokens[0] not in ("|", closing):
            value = self.tokens[0] == "="
            if value:
                self.tokens.pop(0)
            part = self._element()
            pattern.parts.append(f"(?P<{self._name('v')}>{part})" if value else part)
            pattern.values.append(value)
        return pattern

    def _element(self) -> str:
        token = self.tokens.pop(0)
        if token in _CLOSING:
            choices = ["".join(self.sequence(_CLOSING[token]).parts)]
            while self.tokens and self.tokens[0] == "|":
                self.tokens.pop(0)
                choices.append("".join(self.sequence(_CLOSING[token]).parts))
            if not self.tokens or self.tokens.pop(0) != _CLOSING[token]:
                raise ValueError(f"{self.template!r}: {token!r} is not closed")
            inner = f"(?:{'|'.join(choices)})"
            return {"<": inner, "[": f"{inner}?", "{": f"{inner}+"}[token]
        if token in {">", "]", "}", "|"}:
            raise ValueError(f"{self.template!r}: {token!r} closes nothing")
        return self._word(token)

    def _word(self, word: str) -> str:
        numbers = _RANGE.fullmatch(word)
        if numbers:
            name = self._name("r")
            self.ranges.append((name, int(numbers[1]), int(numbers[2])))
            return rf" (?P<{name}>\d+)"
        if word in _VARIABLES:
            kind, pattern = _VARIABLES[word]
            return f" (?P<{self._name(kind)}>{pattern})" if kind else f" {pattern}"
        return r" \S+" if word[0].isupper() else " " + re.escape(word)

    def _name(self, kind: str) -> str:
        self._number += 1
        return f"{kind}{self._number}"


def _nested(parts: list[str]) -> str:
    pattern = ""
    for part in reversed(parts):
        pattern = f"(?:{part}{pattern})?"
    return pattern


def _spans(found: re.Match[str]) -> list[tuple[str, tuple[int, int]]]:
    """Outermost named groups that took part, in the line's order; numbers need no care."""
    named = [
        (name, found.span(name))
        for name in found.re.groupindex
        if name[0] != "r" and found.start(name) >= 0
    ]
    named.sort(key=lambda entry: (entry[1][0], -entry[1][1]))
    out: list[tuple[str, tuple[int, int]]] = []
    end = 0
    for entry in named:
        if entry[1][0] >= end and entry[1][1] > entry[1][0]:
            out.append(entry)
            end = entry[1][1]
    return out


def _canonical_inside(found: re.Match[str], begin: int, end: int) -> str:
    text, place = "", begin
    for name, (start, stop) in sorted(
        ((n, found.span(n)) for n in found.re.groupindex if n[0] in "pa" and found.start(n) >= 0),
        key=lambda entry: entry[1],
    ):
        if begin <= start and stop <= end:
            word = found.string[start:stop]
            text += found.string[place:start] + (
                _prefix(word) if name[0] == "p" else _address(word)
            )
            place = stop
    return text + found.string[place:end]


@lru_cache(maxsize=1 << 16)
def _prefix(word: str) -> str:
    try:
        return str(ipaddress.ip_network(word, strict=False))
    except ValueError:
        return ""


@lru_cache(maxsize=1 << 16)
def _address(word: str) -> str:
    if ":" not in word:
        return word
    try:
        return str(ipaddress.ip_interface(word) if "/" in word else ipaddress.IPv6Address(word))
    except ValueError:
        return ""
