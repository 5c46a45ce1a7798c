"""Contexts and the lines in force in them, in FRR's order; and what daemons answer to a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from egovnet.lab.emulated.frr.commands import Line, is_default

Path: TypeAlias = tuple[str, ...]
"""Headers from the outside in; the top level is `()`."""

FAILED = 13
"""vtysh's number for "the daemon refused it" (CMD_WARNING_CONFIG_FAILED)."""
NOT_FOUND = 6


@dataclass(frozen=True)
class Reply:
    """What a daemon answers to a line: text on vtysh's output, and its number (0: done)."""

    output: str = ""
    code: int = 0


OK = Reply()


def refused(output: str, code: int = FAILED) -> Reply:
    """A daemon's refusal."""
    return Reply(f"{output}\n", code)


def failed(why: str) -> Reply:
    """The refusal of a daemon that takes lines as transactions (staticd, isisd, zebra's lists)."""
    return refused(f"% Configuration failed.\n\nError type: validation\nError description: {why}")


@dataclass(frozen=True)
class Kept:
    """A line that is in force."""

    text: str
    order: tuple[object, ...]


class Contexts:
    """Contexts by path, each a dict of keys to lines; the base of what FRR prints."""

    def __init__(self) -> None:
        self.lines: dict[Path, dict[str, Kept]] = {(): {}}
        self.version = 0

    def has(self, path: Path, key: str) -> bool:
        """Whether a line with this key is in force."""
        return key in self.lines.get(path, {})

    def text_of(self, path: Path, key: str) -> str:
        """The line with this key, or "" when there is none."""
        kept = self.lines.get(path, {}).get(key)
        return kept.text if kept else ""

    def put(self, path: Path, line: Line) -> None:
        """Keep a line, instead of one with its key."""
        self.put_text(path, line.key, line.text, line)

    def put_text(self, path: Path, key: str, text: str, like: Line) -> None:
        """Keep `text` where `like` would be printed."""
        self.lines.setdefault(path, {})[key] = Kept(text, order_of(like.command.place, text))
        self.version += 1

    def drop(self, path: Path, key: str) -> bool:
        """Forget a line; False when there is none."""
        gone = self.lines.get(path, {}).pop(key, None)
        self.version += gone is not None
        return gone is not None

    def drop_context(self, path: Path) -> bool:
        """Forget a context and those inside it; False when there is none."""
        inner = [other for other in self.lines if other[: len(path)] == path]
        for other in inner:
            del self.lines[other]
        self.version += 1
        return bool(inner)

    def keep(self, path: Path, line: Line) -> None:
        """What most lines do: stand in their context, or go."""
        if line.command.on:
            if line.no:
                self.put_text(path, line.key, f"no {line.text}", line)
            else:
                self.drop(path, line.key)
        elif line.no or is_default(line):
            self.drop(path, line.key)
        else:
            self.put(path, line)

    def inside(self, path: Path) -> Iterator[Path]:
        """The contexts directly inside one."""
        size = len(path)
        return (p for p in self.lines if len(p) == size + 1 and p[:size] == path)


def order_of(place: int, text: str) -> tuple[object, ...]:
    """A line's place among its context's: blocks, neighbours by address, FRR's own order."""
    words = text.split(" ", 3)
    if words[0] == "no":
        words = words[1:]
    if words[0] == "neighbor" and len(words) > 1:
        return (_NEIGHBORS, *_peerorder_of(words[1]), place, text)
    after = _AFTER_NEIGHBORS.match(text)
    return (_NEIGHBORS + 1 if after else 0, 0, (), place, natural(text))


_NEIGHBORS = 1
_AFTER_NEIGHBORS = re.compile(
    r"bgp (listen |fast-conv)|maximum-paths |(nexthop|label|rd|rt|route-map) vpn |(im|ex)port v"
)


@lru_cache(maxsize=1 << 16)
def _peerorder_of(name: str) -> tuple[int, tuple[object, ...]]:
    kind = 1 if re.fullmatch(r"[\d.]+", name) else 2 if ":" in name else 0
    return kind, natural(name)


@lru_cache(maxsize=1 << 16)
def natural(text: str) -> tuple[object, ...]:
    """Numbers in order of size; words and numbers alternate, so that like meets like."""
    return tuple(
        int(part) if number else part
        for number, part in enumerate(re.split(r"(\d+)", text))
        for number in (number % 2,)
    )
