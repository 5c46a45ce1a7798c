"""What is to be added to an inventory, and what is asked or refused on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from egovnet.inventory.authoring.additions import (
    EntryKind,
)
from egovnet.inventory.errors import Problem


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be added, as it was said: texts, or several of one option."""

    kind: str
    #: None: not said.
    name: str | None
    #: The site that gets another access, or the border that another VPN crosses.
    owner: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    #: Name of a site's first access.
    access: str = "main"
    #: Within the inventory.
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a person on a terminal is asked for."""

    option: str
    words: str
    #: What is wrong with the answer before, or with an entry without this answer.
    wrong: str = ""
    #: It was not asked before.
    new: bool = True
    #: Nothing is an answer too: the option is left out.
    may_be_empty: bool = False


#: Asks a person; None: there is nobody to ask.
Ask = Callable[[Question], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something wrong with an entry, and the options that say it; none: it stands elsewhere."""

    problem: Problem
    options: tuple[str, ...]


def first_part(request: Request) -> str:
    """Name of the first part of an entry: of a border it is the VPN's."""
    return str(request.given["vpn"]) if request.kind == "border" else request.access


def above(request: Request, kind: EntryKind) -> tuple[str, ...]:
    """Keys of the file that lead to the entry's name."""
    return kind.within if kind.parts is None else (str(request.owner), kind.parts.key)
