"""vtysh: running a file's lines, checking a file, and answering commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from egovnet.lab.emulated.frr.commands import Line, is_incomplete, read_line
from egovnet.lab.emulated.frr.config import FrrConfig
from egovnet.lab.emulated.frr.contexts import OK, Path, Reply
from egovnet.lab.emulated.frr.nodes import FAMILIES, PARENT, Node

UNKNOWN, INCOMPLETE = 2, 5
Refuse: TypeAlias = "Callable[[str], Reply]"
_UP = frozenset(("exit", "quit", "exit-vrf", "exit-address-family", "exit-vnc", "exit-link-params"))


@dataclass
class Ran:
    """What a run of vtysh printed, and its exit code."""

    output: str = ""
    errors: str = ""
    code: int = 0
    left: bool = False
    """Whether a line made vtysh end before the file's end (`exit` at the outermost level)."""


def check(text: str) -> Ran:
    """`vtysh -C -f`: whether each line is a command; nothing is done."""
    ran = Ran()
    node: Node = Node.CONFIG
    errors: list[str] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        words = " ".join(raw.split())
        if not words or words[0] in "!#":
            continue
        if words in _UP or words == "end":
            if node is Node.ENABLE:
                break
            node = PARENT[node] if words != "end" else Node.ENABLE
            continue
        found = find(node, words)
        if found is None:
            errors.append(complaint(number, node, raw, words))
            ran.code = INCOMPLETE if "incomplete" in errors[-1] else UNKNOWN
        elif not found[1].no:
            node = found[1].command.opens or found[0]
    ran.errors = "".join(errors)
    return ran


def run(config: FrrConfig, text: str, refuse: Refuse | None = None) -> Ran:
    """`vtysh -f`, and `copy FILE running-config`: do each line, go on after a refusal.

    `refuse` is asked first about every line that changes something.
    """
    ran = Ran()
    node: Node = Node.CONFIG
    path: Path = ()
    out: list[str] = []
    errors: list[str] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        words = " ".join(raw.split())
        if not words or words[0] in "!#":
            continue
        if words in _UP or words == "end":
            if node is Node.ENABLE:
                ran.left = True
                break
            node, path = (PARENT[node], path[:-1]) if words != "end" else (Node.ENABLE, ())
            continue
        found = find(node, words)
        if found is None:
            errors.append(complaint(number, node, raw, words))
            ran.code = INCOMPLETE if "incomplete" in errors[-1] else UNKNOWN
            continue
        where, line = found
        while node is not where:
            node, path = PARENT[node], path[:-1]
        reply = refuse(words) if refuse else OK
        if not reply.code:
            if line.command.opens is not None and not line.no:
                path, reply = config.enter(path, line)
                if not reply.code:
                    node = line.command.opens
            else:
                old = where is Node.BGP and line.command.node is Node.BGP_IPV4
                reply = config.execute((*path, FAMILIES[Node.BGP_IPV4]) if old else path, line)
        out.append(reply.output)
        if reply.code:
            ran.code = reply.code
            errors.append(
                f"line {number}: Failure to communicate[{reply.code}] to {line.command.daemon},"
                f" line: {raw}\n\n"
            )
    ran.output, ran.errors = "".join(out), "".join(errors)
    return ran


def find(node: Node, words: str) -> tuple[Node, Line] | None:
    """The command a line is, in its node or in one further out."""
    where: Node | None = node
    while where is not None and where is not Node.ENABLE:
        line = read_line(where, words)
        if line is None and where is Node.BGP:
            line = read_line(Node.BGP_IPV4, words)  # old configurations say it without the family
            line = None if line is None or " vpn" in line.key else line
        if line is not None:
            return where, line
        where = PARENT.get(where)
    return None


def complaint(number: int, node: Node, raw: str, words: str) -> str:
    """vtysh's complaint about a line that is no command; those of an incomplete one end in an empty
    line."""
    if is_incomplete(node, words):
        return f"line {number}: % Command incomplete[{node}]: {raw}\n\n"
    return f"line {number}: % Unknown command[{node}]: {raw}\n"


def of_copy(code: int, name: str) -> str:
    """What vtysh prints about the command that ran a file, when a line of the file is none."""
    what = {UNKNOWN: "Unknown command", INCOMPLETE: "Command incomplete"}.get(code)
    return f"% {what}: copy {name} running-config\n" if what else ""
