"""Commands as a file for `vtysh -f`, and what vtysh says about it.

`vtysh -f` does not stop at a line it cannot do: it goes on, names the line on its error output
(`line 4: Failure to communicate[13] to bgpd, line: ...`, `line 9: % Unknown command[4]: ...`) and
returns the last failure's code. Daemons with transactions (staticd, isisd) may instead reject a
group of lines later, with `% Configuration failed.` on the output and no line number. Measured on
8.4.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from napalm_frr.delta.delta import Command, Delta
from napalm_frr.errors import shortened
from napalm_frr.text.frr_tree import Contexts, Path

_AT_LINE = re.compile(r"^line (\d+): (.*)$", re.MULTILINE)
_REASON = re.compile(r"^% ?(.+)$", re.MULTILINE)
_INTERNAL = re.compile(
    r"^Internal CLI error.*$", re.MULTILINE
)  # FRR's own fault, with success as its code
_GROUP_REJECTED = re.compile(
    r"% Configuration failed\.\s+Error type: .*\s+Error description: (?P<why>.*)"
    r"(?P<lines>(?:\n.*rejected:)?(?:\n-\s+.*)*)"
)


@dataclass(frozen=True)
class Script:
    """A file for vtysh and, for each of its line numbers, the command that stands there."""

    text: str
    commands: dict[int, Command]
    #: Up to this line a refusal is no failure by itself: what was to go may have gone with another.
    tolerant: int = 0


@dataclass(frozen=True)
class Rejection:
    """A line that vtysh or a daemon refused."""

    #: In the file, from 1; None when the daemon did not say which.
    line: int | None
    command: str
    reason: str

    def __str__(self) -> str:
        shown = f"{self.command!r} ({self.reason})" if self.command else self.reason
        return shortened(shown, 400)


def write_scripts(delta: Delta, *, linux_between: bool) -> tuple[Script, Script]:
    """The files to run before and after the Linux part; all in the second when there is none.

    One file less is one start of vtysh less, which is most of the time a commit takes on FRR.
    """
    withdraw, provide = write_script(delta.withdraw), write_script(delta.provide)
    if linux_between:
        return withdraw, provide
    before = withdraw.text.count("\n")
    moved = {before + number: command for number, command in provide.commands.items()}
    both = Script(withdraw.text + provide.text, withdraw.commands | moved, before)
    return Script("", {}), both


def write_script(commands: Iterable[Command]) -> Script:
    """Write commands under their contexts, entering and leaving each explicitly."""
    out: list[str] = []
    where: dict[int, Command] = {}
    open_path: Path = ()

    def enter(path: Path) -> None:
        nonlocal open_path
        shared = 0
        while shared < min(len(path), len(open_path)) and path[shared] == open_path[shared]:
            shared += 1
        while len(open_path) > shared:
            out.append(" " * (len(open_path) - 1) + _leave(open_path[-1], len(open_path)))
            open_path = open_path[:-1]
        for header in path[shared:]:
            out.append(" " * len(open_path) + header)
            open_path = (*open_path, header)

    for command in commands:
        enter(command.path)
        if command.line is not None:
            out.append(" " * len(command.path) + command.line)
        where[len(out)] = command
    enter(())
    return Script("".join(line + "\n" for line in out), where)


def write_contexts(contexts: Contexts) -> Script:
    """Everything that contexts hold, as commands on a router that has nothing."""
    return write_script(
        Command(path, line)
        for path, lines in contexts.items()
        for line in ([None, *lines] if path else lines)
    )


def rejections(output: str, errors: str) -> list[Rejection]:
    """What `vtysh -f` refused, from its two outputs; empty when it took everything."""
    reasons = _REASON.findall(output)
    found = []
    for number, text in _AT_LINE.findall(errors):
        unknown = text.startswith("%")
        command = text.partition(": " if unknown else "line:")[2].strip()
        daemon = re.search(r"Failure to communicate\[\d+\] to (\w+)", text)
        reason = (
            text.split(":")[0].lstrip("% ")
            if unknown
            else f"refused by {daemon.group(1) if daemon else 'FRR'}"
        )
        if not unknown and reasons:
            reason += f": {'; '.join(reasons)}"
        found.append(Rejection(int(number), command, reason))
    for match in _GROUP_REJECTED.finditer(output):
        lines = re.findall(r"^-\s+(.*)$", match["lines"], re.MULTILINE)
        found.append(Rejection(None, "; ".join(lines), match["why"].strip(" %")))
    found += [Rejection(None, "", error) for error in _INTERNAL.findall(output)]
    return found


def _leave(header: str, depth: int) -> str:
    if header.startswith("address-family "):
        return "exit-address-family"
    return "exit-vrf" if depth == 1 and header.startswith("vrf ") else "exit"
