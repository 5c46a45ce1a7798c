"""Merge a fragment into a configuration, as typing it at the router would; pure."""

from __future__ import annotations

from napalm_frr.text import frr_tree, interfaces_text
from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.device_text import DeviceText
from napalm_frr.text.frr_grammar import negation_of, slot_of
from napalm_frr.text.frr_tree import Contexts, Path, children_of


def merge_device(state: DeviceState, fragment: DeviceText) -> DeviceState:
    """The configuration after a fragment is typed into it."""
    interfaces = interfaces_text.merge(state.interfaces, interfaces_text.parse(fragment.interfaces))
    frr = merge_frr(state.frr, fragment.frr)
    hostname = fragment.hostname or frr_tree.hostname_of(fragment.frr) or state.text.hostname
    same = frr_tree.same(interfaces, state.interfaces)
    text = DeviceText(
        hostname,
        state.text.interfaces if same else interfaces_text.render(interfaces),
        "",  # only its contexts are known; nobody typed it as a whole
    )
    return DeviceState(text, interfaces, frr)


def merge_frr(running: Contexts, fragment: str) -> Contexts:
    """Lines of a fragment added to their contexts; a new value replaces the old where FRR has one.

    `no LINE` takes away the line, the context or the peer it names; where there is nothing of the
    kind it is taken as the configuration line it may be (`no bgp default ipv4-unicast`).
    """
    merged = {path: list(lines) for path, lines in running.items()}
    for path, line in _lines(fragment):
        if line is None:
            merged.setdefault(path, [])
        elif not (line.startswith("no ") and _take_away(merged, path, line[3:])):
            _put(merged, path, line)
    return frr_tree.drop_empty(merged)


def _lines(fragment: str) -> list[tuple[Path, str | None]]:
    """In order; `rt vpn both` becomes an import and an export line, as in `frr_tree.parse`."""
    return [
        (path, each)
        for _, path, line in frr_tree.numbered(fragment)
        for each in ([None] if line is None else frr_tree.split_route_targets(line))
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
