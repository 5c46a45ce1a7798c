"""Errors of the inventory.

EgovnetError
|-- InventoryError        one stage's problems, all at once (exit code 2)
`-- UnreachableError      what everything goes through does not answer (exit code 5)

A `Problem` says where (file, line, field), what was found and what to do next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class EgovnetError(Exception):
    """Root of every error that egovnet raises on purpose."""


class UnreachableError(EgovnetError):
    """What every device is reached through does not answer; nothing was begun (exit code 5)."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in an input, addressed so that an editor can jump to it.

    `line` counts from 1; 0 means that the file as a whole is meant.
    """

    file: str
    line: int
    field: str
    found: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        field = f" {self.field}:" if self.field else ""
        remedy = f" -> {self.remedy}" if self.remedy else ""
        return _one_line(f"{where}:{field} {self.found}{remedy}")


def _one_line(text: str) -> str:
    """`text` with what would break a line or move a cursor written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class InventoryError(EgovnetError):
    """Every problem of one stage of reading an inventory, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def missing_directory(path: Path) -> InventoryError:
    """The error for an inventory path that is no directory."""
    return InventoryError(
        [
            Problem(
                str(path),
                0,
                "",
                "no such inventory directory",
                "name one with --inventory, or write one with: egovnet init DIR",
            )
        ]
    )
