"""A line of FRR's configuration as one of the commands of `command_tables`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache

from egovnet.lab.emulated.frr.command_syntax import Syntax
from egovnet.lab.emulated.frr.command_tables import (
    COMMANDS,
    DAEMON_OF_NODE,
    DAEMON_OF_WORDS,
    DEFAULTS,
    OPENS,
)
from egovnet.lab.emulated.frr.nodes import Node


@dataclass(frozen=True)
class Command:
    """One command of one node."""

    node: Node
    place: int
    """Where FRR prints it among the node's lines."""
    syntax: Syntax = field(repr=False)
    opens: Node | None = None
    """The node it leads into, when it is the header of a context."""
    on: bool = False
    """On unless configured otherwise: FRR prints the line with `no`."""
    only_no: bool = False
    """It is a command only after `no`: it takes away all that begins with its words."""
    daemon: str = "zebra"


@dataclass(frozen=True)
class Line:
    """A line that is a command."""

    command: Command
    text: str
    """As FRR prints it, without `no`."""
    key: str
    """Lines of one context with equal keys are one setting."""
    no: bool = False


def is_default(line: Line) -> bool:
    """Whether a line is a default, so that FRR does not print it."""
    return (line.command.node, line.text) in DEFAULTS


def _command(node: Node, place: int, template: str, opens: Node | None = None) -> Command:
    on, only_no = template.startswith("!"), template.startswith("-")
    syntax = Syntax.of(template.lstrip("!-"))
    daemon = DAEMON_OF_NODE.get(node) or next(
        (name for words, name in DAEMON_OF_WORDS if words.match(syntax.template + " ")), "zebra"
    )
    return Command(node, place, syntax, opens, on, only_no, daemon)


@cache
def _index() -> dict[tuple[Node, str], tuple[Command, ...]]:
    found: dict[tuple[Node, str], list[Command]] = {}
    for node in Node:
        commands = [
            _command(node, 1000 + number, template, opens)
            for number, (template, opens) in enumerate(OPENS.get(node, ()))
        ]
        commands += [
            _command(node, number, template)
            for number, template in enumerate(COMMANDS.get(node, ()))
        ]
        for command in commands:
            for words in _first_words(command.syntax.template):
                found.setdefault((node, words), []).append(command)
    return {key: tuple(commands) for key, commands in found.items()}


def _first_words(template: str) -> tuple[str, ...]:
    """What a line of this template is looked up by: its first word, and for a neighbour its third,
    elsewhere its second where that is fixed."""
    words = template.split()
    if words[:2] == ["neighbor", "PEER"] and len(words) > 2:
        return (f"neighbor {words[2].strip('=<')}",)
    return (words[0],)


def _looked_up_by(line: str) -> str:
    words = line.split(" ", 3)
    if words[0] == "neighbor" and len(words) > 2:
        return f"neighbor {words[2]}"
    return words[0]


@lru_cache(maxsize=1 << 17)
def read_line(node: Node, line: str) -> Line | None:
    """The line as a command of `node`, or None; `line` has one space between its words."""
    no = line.startswith("no ")
    words = line[3:] if no else line
    for command in (
        *_index().get((node, _looked_up_by(words)), ()),
        *_index().get((node, words.split(" ", 1)[0]), ()),
    ):
        found = command.syntax.match(words, negated=no)
        if found is not None and (no or not command.only_no):
            return Line(command, *found, no)
    return None


def is_incomplete(node: Node, line: str) -> bool:
    """Whether the line is the beginning of a command, but no command."""
    words = line.removeprefix("no ")
    first = words.split(" ", 1)[0]
    return any(
        command.syntax.begins(words)
        for (where, key), commands in _index().items()
        if where == node and key.split(" ", 1)[0] == first
        for command in commands
    )
