"""Merge a fragment into a configuration, as typing it at the router would; pure."""

from __future__ import annotations

from collections.abc import Iterable

from napalm_frr.text import filter_text, frr_tree, interfaces_text
from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.device_text import DeviceText
from napalm_frr.text.frr_grammar import negation_of, slot_of
from napalm_frr.text.frr_tree import Contexts, Path


def merge_device(state: DeviceState, fragment: DeviceText) -> DeviceState:
    """The configuration after a fragment is typed into it."""
    interfaces = interfaces_text.merge(state.interfaces, interfaces_text.parse(fragment.interfaces))
    frr = merge_frr(state.frr, fragment.frr)
    hostname = fragment.hostname or frr_tree.hostname_of(fragment.frr) or state.text.hostname
    ruleset = state.text.filter
    if fragment.filter:
        ruleset = filter_text.merge(ruleset, fragment.filter)
    same = frr_tree.same(interfaces, state.interfaces)
    text = DeviceText(
        hostname,
        state.text.interfaces if same else interfaces_text.render(interfaces),
        "",  # only its contexts are known; nobody typed it as a whole
        filter=ruleset,
    )
    return DeviceState(text, interfaces, frr, filter_text.parse(ruleset))


def merge_frr(running: Contexts, fragment: str) -> Contexts:
    """Lines of a fragment added to their contexts; a new value replaces the old where FRR has one.

    `no LINE` takes away the line, the context or the peer it names; where there is nothing of the
    kind it is taken as the configuration line it may be (`no bgp default ipv4-unicast`). The work
    grows with the lines of both, not with their product: a reflector has tens of thousands.
    """
    merged = _Text()
    for path, lines in running.items():
        merged.open(path, lines)
    for path, line in _lines(fragment):
        context = merged.open(path)
        if line is not None and not (
            line.startswith("no ") and _take_away(merged, context, line[3:])
        ):
            context.put(line)
    return frr_tree.drop_empty({path: context.lines() for path, context in merged.contexts.items()})


def _lines(fragment: str) -> list[tuple[Path, str | None]]:
    """In order; `rt vpn both` becomes an import and an export line, as in `frr_tree.parse`."""
    return [
        (path, each)
        for _, path, line in frr_tree.numbered(fragment)
        for each in ([None] if line is None else frr_tree.split_route_targets(line))
    ]


class _Context:
    """The lines of one context, found by themselves, by what they set, by what takes them away and
    by the neighbour they are of.

    A line keeps its place when its value is replaced; a place whose line is gone stays empty.
    """

    def __init__(self, path: Path, lines: Iterable[str]) -> None:
        self.path = path
        self._places: list[str | None] = []
        self._at: dict[str, int] = {}
        self._by: dict[tuple[str, str], dict[str, None]] = {}
        for line in lines:
            self._set(len(self._places), line)

    def lines(self) -> list[str]:
        """Those that are left, in order."""
        return [line for line in self._places if line is not None]

    def put(self, line: str) -> None:
        """Add a line in place of what it replaces, or at the end."""
        if line in self._at:
            return
        slot = slot_of(self.path, line)
        replaced = [] if slot is None else self.that_set(slot)
        place = min((self._at[old] for old in replaced), default=len(self._places))
        self.remove([*replaced, negation_of(line)])
        self._set(place, line)

    def remove(self, lines: Iterable[str]) -> None:
        """Take lines away; those that are not there are passed over."""
        for line in lines:
            place = self._at.pop(line, None)
            if place is not None:
                self._places[place] = None
                for key in _keys(self.path, line):
                    del self._by[key][line]

    def has(self, line: str) -> bool:
        """Whether the line is there."""
        return line in self._at

    def that_set(self, slot: str) -> list[str]:
        """The lines that set what `slot_of` calls `slot`."""
        return list(self._by.get(("slot", slot), ()))

    def that_go_by(self, line: str) -> list[str]:
        """The lines that the command `line` takes away."""
        return list(self._by.get(("negation", line), ()))

    def of_neighbor(self, name: str) -> list[str]:
        """The lines `neighbor NAME ...`."""
        return list(self._by.get(("neighbor", name), ()))

    def _set(self, place: int, line: str) -> None:
        if line in self._at:
            return
        if place == len(self._places):
            self._places.append(line)
        else:
            self._places[place] = line
        self._at[line] = place
        for key in _keys(self.path, line):
            self._by.setdefault(key, {})[line] = None


def _keys(path: Path, line: str) -> list[tuple[str, str]]:
    keys = [("negation", negation_of(line))]
    slot = slot_of(path, line)
    if slot is not None:
        keys.append(("slot", slot))
    words = line.split(" ", 2)
    if words[0] == "neighbor" and len(words) == 3:
        keys.append(("neighbor", words[1]))
    return keys


class _Text:
    """Contexts in order, and those inside each."""

    def __init__(self) -> None:
        self.contexts: dict[Path, _Context] = {}
        self._inside: dict[Path, dict[Path, None]] = {}

    def open(self, path: Path, lines: Iterable[str] = ()) -> _Context:
        """The context; a new one has `lines`."""
        if path not in self.contexts:
            self.contexts[path] = _Context(path, lines)
            for depth in range(1, len(path)):
                self._inside.setdefault(path[:depth], {})[path] = None
        return self.contexts[path]

    def with_inside(self, path: Path) -> list[_Context]:
        """The context and all inside it, at any depth."""
        inside = self._inside.get(path, {})
        return [self.contexts[each] for each in (path, *inside) if each in self.contexts]

    def close(self, path: Path) -> None:
        """Remove a context and all inside it."""
        for context in self.with_inside(path):
            del self.contexts[context.path]


def _take_away(text: _Text, context: _Context, line: str) -> bool:
    """Remove what `no LINE` removes; False when there is nothing of the kind."""
    path = context.path
    inner = (*path, line)
    if inner in text.contexts:
        text.close(inner)
        return True
    doomed = context.that_go_by(f"no {line}")
    if context.has(line):
        doomed.append(line)
    if not doomed and (slot := slot_of(path, f"{line} ")):
        doomed = context.that_set(slot)
    words = line.split()
    if words[0] == "neighbor" and len(words) >= 2 and len(path) == 1:
        whole = (
            len(words) == 2 or words[2] in ("remote-as", "interface") or words[2:] == ["peer-group"]
        )
        if whole and context.of_neighbor(words[1]):
            for each in text.with_inside(path):
                each.remove(each.of_neighbor(words[1]))
            return True
    context.remove(doomed)
    return bool(doomed)
