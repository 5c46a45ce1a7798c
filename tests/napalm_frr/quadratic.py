"""The driver's algorithms as they were first written, in few lines and quadratic: an oracle."""

import re

from napalm_frr.delta.native_diff import AUTO, name_of
from napalm_frr.text.frr_grammar import negation_of, slot_of
from napalm_frr.text.frr_tree import (
    Contexts,
    Path,
    children_of,
    drop_empty,
    numbered,
    split_route_targets,
)
from napalm_frr.text.interfaces_text import _canonical


def parse_frr(text: str) -> Contexts:
    contexts: Contexts = {(): []}
    for _, path, line in numbered(text):
        if line is None:
            contexts.setdefault(path, [])
        else:
            lines = contexts.setdefault(path, [])
            for each in split_route_targets(line):
                if each not in lines:
                    lines.append(each)
    return drop_empty(contexts)


def parse_interfaces(text: str) -> Contexts:
    contexts: Contexts = {(): []}
    automatic: list[str] = []
    current: Path = ()
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word in ("auto", "allow-auto"):
            automatic += rest.split()
        elif word == "iface":
            current = (line,)
            contexts.setdefault(current, [])
        elif raw[0].isspace() or current:
            if (canonical := _canonical(line)) not in contexts[current]:
                contexts[current].append(canonical)
        else:
            contexts[()].append(line)
    for path, lines in contexts.items():
        if path and name_of(path) in automatic:
            lines.insert(0, AUTO)
    return contexts


def diff(running: Contexts, candidate: Contexts) -> list[str]:
    out: list[str] = []
    shown: Path = ()
    for path in _in_order(running, candidate):
        old, new = running.get(path), candidate.get(path)
        sign = "+" if old is None else "-" if new is None else " "
        changes = [(line, "-") for line in old or [] if line not in (new or [])]
        changes += [(line, "+") for line in new or [] if line not in (old or [])]
        if not changes and sign == " ":
            continue
        auto = [mark for line, mark in changes if line == AUTO]
        out += [f"{mark} auto {name_of(path)}" for mark in auto]
        changes = [(line, mark) for line, mark in changes if line != AUTO]
        shared = 0
        while shared < min(len(shown), len(path)) and shown[shared] == path[shared]:
            shared += 1
        for depth in range(shared, len(path)):
            own = depth == len(path) - 1
            out.append(f"{sign if own else ' '} {' ' * depth}{path[depth]}")
        shown = path
        out += [f"{mark} {' ' * len(path)}{line}" for line, mark in _compact(changes)]
    return out


def _in_order(running: Contexts, candidate: Contexts) -> list[Path]:
    order = list(candidate)
    before: Path | None = None
    for path in running:
        if path not in candidate:
            order.insert(order.index(before) + 1 if before is not None else 0, path)
        before = path
    return order


def _compact(changes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for line, mark in changes:
        match = re.match(r"rt vpn (import|export) (.+)", line)
        other = {"import": "export", "export": "import"}[match.group(1)] if match else ""
        if match and (f"rt vpn {other} {match.group(2)}", mark) in changes:
            both = (f"rt vpn both {match.group(2)}", mark)
            if both not in out:
                out.append(both)
        else:
            out.append((line, mark))
    return out


def merge_frr(running: Contexts, fragment: str) -> Contexts:
    """A fragment typed into a configuration."""
    merged = {path: list(lines) for path, lines in running.items()}
    for path, line in _fragment_lines(fragment):
        if line is None:
            merged.setdefault(path, [])
        elif not (line.startswith("no ") and _take_away(merged, path, line[3:])):
            _put(merged, path, line)
    return drop_empty(merged)


def _fragment_lines(fragment: str) -> list[tuple[Path, str | None]]:
    return [
        (path, each)
        for _, path, line in numbered(fragment)
        for each in ([None] if line is None else split_route_targets(line))
    ]


def _put(contexts: Contexts, path: Path, line: str) -> None:
    lines = contexts.setdefault(path, [])
    slot = slot_of(path, line)
    replaced = [old for old in lines if slot is not None and slot_of(path, old) == slot]
    place = lines.index(replaced[0]) if replaced else len(lines)
    lines[:] = [old for old in lines if old not in replaced and old != negation_of(line)]
    if line not in lines:
        lines.insert(min(place, len(lines)), line)


def _take_away(contexts: Contexts, path: Path, line: str) -> bool:
    """Remove what `no LINE` removes; False when there is nothing of the kind."""
    inner = (*path, line)
    if inner in contexts:
        for gone in [inner, *children_of(contexts, inner)]:
            del contexts[gone]
        return True
    lines = contexts.get(path, [])
    words = line.split()
    doomed = [old for old in lines if old == line or negation_of(old) == f"no {line}"]
    if not doomed and (slot := slot_of(path, f"{line} ")):
        doomed = [old for old in lines if slot_of(path, old) == slot]
    if words[0] == "neighbor" and len(words) >= 2 and len(path) == 1:
        whole = (
            len(words) == 2 or words[2] in ("remote-as", "interface") or words[2:] == ["peer-group"]
        )
        if whole and any(old.startswith(f"neighbor {words[1]} ") for old in lines):
            for context in [path, *children_of(contexts, path)]:
                contexts[context] = [
                    old for old in contexts[context] if not old.startswith(f"neighbor {words[1]} ")
                ]
            return True
    contexts[path] = [old for old in lines if old not in doomed]
    return bool(doomed)
