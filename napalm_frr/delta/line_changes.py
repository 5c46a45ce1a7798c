"""Line by line, what lies between two configurations, and one with some of it restored; pure.

The diff for people is `native_diff`; this one is for programs that evaluate each line by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple, Protocol

from napalm_frr.delta.vtysh_script import write_contexts
from napalm_frr.text import frr_tree, interfaces_text
from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.device_text import DeviceText
from napalm_frr.text.frr_tree import Contexts, Path, children_of
from napalm_frr.text.linux_fault import LinuxFault

Part = Literal["hostname", "interfaces", "nftables", "frr"]


class LineChange(NamedTuple):
    """One line that only one side has.

    `path` are the headers of its context from the outside in (`frr_tree`, `interfaces_text`);
    `line` is "" for the context itself. `sign` is `-` where only the first side has it and `+`
    where only the second has. `shared`: the second side has the context too.
    """

    part: Part
    path: Path
    line: str
    sign: Literal["+", "-"]
    shared: bool


class Change(Protocol):
    """A LineChange, whatever made it."""

    @property
    def part(self) -> str:
        """One of Part."""

    @property
    def path(self) -> Path:
        """The headers of its context, from the outside in."""

    @property
    def line(self) -> str:
        """The line; "" for the context itself."""

    @property
    def sign(self) -> str:
        """`-` or `+`."""


class Against(NamedTuple):
    """A router's running text against a wanted one."""

    #: The whole running text; "" where it was not sent, as it was `seen` before.
    text: str
    changes: tuple[LineChange, ...]
    #: Where its Linux is not as its own text says (`linux_check`).
    faults: tuple[LinuxFault, ...]
    #: All of it for people (`native_diff`).
    diff: str
    #: What the command printed that was run after reading.
    rest: str = ""
    #: The router's own digest of what it runs and of how its Linux is.
    seen: str = ""
    #: What its kernel has of IPsec (the agent's text of that name); None where nothing was sent.
    ipsec: str | None = None


def line_changes(running: DeviceState, wanted: DeviceState) -> tuple[LineChange, ...]:
    """What leads from `running` to `wanted`; empty when they mean the same (faults of Linux are not
    lines).
    """
    found: list[LineChange] = []
    if running.text.hostname != wanted.text.hostname:
        found.append(LineChange("hostname", (), running.text.hostname, "-", True))
        found.append(LineChange("hostname", (), wanted.text.hostname, "+", True))
    for part, old, new in (
        ("interfaces", running.interfaces, wanted.interfaces),
        ("nftables", running.filter, wanted.filter),
        ("frr", running.frr, wanted.frr),
    ):
        found += _changes(part, old, new)  # type: ignore[arg-type]  # both are parts
    return tuple(found)


def restore(running: DeviceState, wanted: DeviceState, chosen: Collection[Change]) -> DeviceText:
    """`running` with the chosen changes made; what was not chosen stays as it runs.

    A packet filter is restored whole where any of its lines is chosen, as the order of its rules
    decides. A context that loses its last line and that `wanted` does not have goes, and so does
    all inside a context whose own line is chosen.
    """
    interfaces = _made("interfaces", running.interfaces, wanted.interfaces, chosen)
    frr = _made("frr", running.frr, wanted.frr, chosen)
    filtering = wanted if any(c.part == "nftables" for c in chosen) else running
    same = frr_tree.same(interfaces, running.interfaces)
    named = [c.line for c in chosen if (c.part, c.sign) == ("hostname", "+")]
    name = named[0] if named else running.text.hostname
    return DeviceText(
        name,
        running.text.interfaces if same else interfaces_text.render(interfaces),
        _head(running.text, name) + write_contexts(frr).text,
        filter=filtering.text.filter,
    )


def _changes(part: Part, old: Contexts, new: Contexts) -> Iterator[LineChange]:
    for path in [*new, *(path for path in old if path not in new)]:
        before, after = old.get(path), new.get(path)
        shared = after is not None
        if path and before is None:
            yield LineChange(part, path, "", "+", shared)
        if path and after is None:
            yield LineChange(part, path, "", "-", shared)
        have, want = set(before or ()), set(after or ())
        for line in before or ():
            if line not in want:
                yield LineChange(part, path, line, "-", shared)
        for line in after or ():
            if line not in have:
                yield LineChange(part, path, line, "+", shared)


def _made(part: Part, old: Contexts, new: Contexts, chosen: Collection[Change]) -> Contexts:
    work = _Restoration(old, new)
    for change in chosen:
        if change.part == part:
            if change.sign == "+":
                work.put(change.path, change.line)
            elif change.line:
                work.take(change.path, change.line)
            else:
                work.take_context(change.path)
    made = work.contexts()
    # contexts in the order that the wanted text has, unknown ones at the end
    order = {path: place for place, path in enumerate(new)}
    placed = sorted(made, key=lambda path: order.get(path, len(order)))
    kept = {path: made[path] for path in _outer_first(placed)}
    return frr_tree.drop_empty(kept) if part == "frr" else kept


class _Restoration:
    """Contexts in the making. A context of thousands of lines is not walked through for each."""

    def __init__(self, old: Contexts, new: Contexts) -> None:
        self._made = {path: list(lines) for path, lines in old.items()}
        self._new = new
        #: For each context, where each wanted line stands, from 0.
        self._ranks: dict[Path, dict[str, int]] = {}
        #: Lines that are to go from a context: together, before one is put there.
        self._going: dict[Path, set[str]] = {}
        self._have: dict[Path, set[str]] = {}

    def contexts(self) -> Contexts:
        for path in list(self._going):
            self._take_all(path)
        return self._made

    def put(self, path: Path, line: str) -> None:
        """Create the context; a line goes to where the wanted text has it."""
        for depth in range(1, len(path)):
            self._made.setdefault(path[:depth], [])
        lines = self._made.setdefault(path, [])
        if not line:
            return
        self._take_all(path)
        lines = self._made[path]
        if path not in self._have:
            self._have[path] = set(lines)
        have = self._have[path]
        if line in have:
            return
        if path not in self._ranks:
            wanted = self._new.get(path, [])
            self._ranks[path] = {each: len(wanted) - 1 - n for n, each in enumerate(wanted[::-1])}
        ranks = self._ranks[path]
        # after the last line that the wanted text has before it
        place, own = len(lines), ranks.get(line, 0)
        while place and ranks.get(lines[place - 1], own) >= own:
            place -= 1
        lines.insert(place, line)
        have.add(line)

    def take(self, path: Path, line: str) -> None:
        if path in self._made:
            self._going.setdefault(path, set()).add(line)

    def take_context(self, path: Path) -> None:
        """And all inside it."""
        for gone in [path, *children_of(self._made, path)]:
            for kept in (self._made, self._going, self._have):
                kept.pop(gone, None)

    def _take_all(self, path: Path) -> None:
        if going := self._going.pop(path, None):
            self._made[path] = [line for line in self._made[path] if line not in going]
            self._have.pop(path, None)


def _outer_first(paths: list[Path]) -> Iterator[Path]:
    """Each context right after the one it stands in."""
    inner: dict[Path, list[Path]] = {}
    for path in paths:
        inner.setdefault(path[:-1] if path else ("",), []).append(path)

    def walk(path: Path) -> Iterator[Path]:
        yield path
        for child in inner.get(path, ()):
            yield from walk(child)

    yield ()
    for path in inner.get((), ()):
        yield from walk(path)


def _head(text: DeviceText, name: str) -> str:
    """The lines of FRR's text that say what FRR it is, and on which host."""
    kept = []
    for line in text.frr.splitlines():
        if line.startswith("hostname "):
            kept.append(f"hostname {name}")
        elif line.startswith(("frr version", "frr defaults", "service integrated")):
            kept.append(line)
    return "".join(f"{line}\n" for line in kept) + "!\n"
