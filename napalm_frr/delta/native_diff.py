"""What a commit would change, in the device's own lines, for people to read; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.frr_tree import Contexts, Path
from napalm_frr.text.interfaces_text import AUTO, name_of
from napalm_frr.text.linux_fault import LinuxFault


def diff_states(running: DeviceState, candidate: DeviceState) -> str:
    """What a commit from one to the other would change; "" when nothing."""
    return diff_device(
        (running.text.hostname, candidate.text.hostname),
        (running.interfaces, candidate.interfaces),
        (running.frr, candidate.frr),
        running.faults,
        (running.filter, candidate.filter),
    )


def diff_device(
    hostnames: tuple[str, str],
    interfaces: tuple[Contexts, Contexts],
    frr: tuple[Contexts, Contexts],
    faults: Iterable[LinuxFault] = (),
    filters: tuple[Contexts, Contexts] = ({}, {}),
) -> str:
    """Compare (running, candidate) of each part; "" when nothing differs.

    Lines to be added start with `+ `, to be removed with `- `, headers of a context that stays with
    two spaces; each part starts with `@@ interfaces @@` or the like.
    """
    parts = []
    if hostnames[0] != hostnames[1]:
        parts.append(["@@ hostname @@", f"- {hostnames[0]}", f"+ {hostnames[1]}"])
    for title, contexts in (("interfaces", interfaces), ("nftables", filters), ("frr", frr)):
        lines = diff_contexts(*contexts)
        if title == "nftables":
            lines += _moved(*contexts)
        if lines:
            parts.append([f"@@ {title} @@", *lines])
    shown = "\n".join(line for part in parts for line in part)
    return "\n".join(filter(None, (shown, linux_diff(faults))))


def _moved(running: Contexts, candidate: Contexts) -> list[str]:
    """Chains whose rules only change places: all of them go and come, as the first that matches
    decides.
    """
    out = []
    for path, lines in candidate.items():
        old = running.get(path, lines)
        if lines != old and set(lines) == set(old):
            indent = " " * len(path)
            out += [f"  {' ' * depth}{header}" for depth, header in enumerate(path)]
            out += [f"- {indent}{line}" for line in old] + [f"+ {indent}{line}" for line in lines]
    return out


def linux_diff(faults: Iterable[LinuxFault]) -> str:
    """The part of a diff that says where Linux is not as its text says; "" when it is."""
    lines = [f"! {fault}" for fault in faults]
    if not lines:
        return ""
    return "\n".join(["@@ linux is not as its text says; a commit repairs it @@", *lines])


def diff_contexts(running: Contexts, candidate: Contexts) -> list[str]:
    """The lines of a diff of contexts, in the candidate's order; what goes stands where it
    stood.
    """
    out: list[str] = []
    shown: Path = ()
    for path in _in_order(running, candidate):
        old, new = running.get(path), candidate.get(path)
        sign = "+" if old is None else "-" if new is None else " "
        have, want = set(old or ()), set(new or ())
        changes = [(line, "-") for line in old or () if line not in want]
        changes += [(line, "+") for line in new or () if line not in have]
        if not changes and sign == " ":
            continue
        auto = [mark for line, mark in changes if line == AUTO]
        out += [f"{mark} auto {name_of(path)}" for mark in auto]
        changes = [(line, mark) for line, mark in changes if line != AUTO]
        shared = sum(1 for _ in _shared(shown, path))
        for depth in range(shared, len(path)):
            own = depth == len(path) - 1
            out.append(f"{sign if own else ' '} {' ' * depth}{path[depth]}")
        shown = path
        out += [f"{mark} {' ' * len(path)}{line}" for line, mark in _compact(changes)]
    return out


def _in_order(running: Contexts, candidate: Contexts) -> list[Path]:
    """The candidate's contexts; after each those that follow it now and go, which may begin."""
    going: dict[Path | None, list[Path]] = {}
    after: Path | None = None
    for path in running:
        if path in candidate:
            after = path
        else:
            going.setdefault(after, []).append(path)
    order = going.get(None, [])
    for path in candidate:
        order += [path, *going.get(path, ())]
    return order


def _shared(one: Path, other: Path) -> Iterable[str]:
    for left, right in zip(one, other, strict=False):
        if left != right:
            return
        yield left


def _compact(changes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Write equal import and export lists as FRR prints them, `rt vpn both`."""
    known, out = set(changes), list[tuple[str, str]]()
    joined: set[tuple[str, str]] = set()
    for line, mark in changes:
        match = re.match(r"rt vpn (import|export) (.+)", line)
        other = {"import": "export", "export": "import"}[match.group(1)] if match else ""
        if not match or (f"rt vpn {other} {match.group(2)}", mark) not in known:
            out.append((line, mark))
        elif (both := (f"rt vpn both {match.group(2)}", mark)) not in joined:
            joined.add(both)
            out.append(both)
    return out
