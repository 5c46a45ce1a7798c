"""What a verb came to: its result for people and programs, and the exit code."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Generic, Protocol, TypeVar

from egovnet.inventory.errors import InventoryWarning, grouped_warnings
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.without_secrets import without_secrets


class Exit(IntEnum):
    """Exit codes of every verb."""

    DONE = 0
    INTERNAL = 1
    BAD_INPUT = 2
    CHANGES = 3
    LEAK_OR_FAILED_VERIFICATION = 4
    DEVICES_FAILED = 5


#: When several hold, the first of these that does.
_SEVERITY = (
    Exit.INTERNAL,
    Exit.BAD_INPUT,
    Exit.LEAK_OR_FAILED_VERIFICATION,
    Exit.DEVICES_FAILED,
    Exit.CHANGES,
    Exit.DONE,
)


def most_severe(codes: Iterable[Exit]) -> Exit:
    """The exit code when all of `codes` hold; DONE when none does."""
    held = set(codes)
    return next((code for code in _SEVERITY if code in held), Exit.DONE)


class Result(Protocol):
    """What a verb came to: a frozen dataclass of `results`."""

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints."""


class PushResult(Result, Protocol):
    """What a verb came to that changes the network."""

    @property
    def ends(self) -> tuple[str, ...]:
        """How each of its changes ended, in a sentence."""

    @property
    def shown_as(self) -> str:
        """The verb whose printer prints it."""


R_co = TypeVar("R_co", bound=Result, covariant=True)


@dataclass(frozen=True)
class Outcome(Generic[R_co]):
    """A verb's result, its exit code, and warnings and notes for people."""

    verb: str
    result: R_co
    exit: Exit = Exit.DONE
    notes: tuple[str, ...] = field(default=())
    warnings: tuple[str | InventoryWarning, ...] = field(default=())
    #: Whether what was done stands, whatever becomes of what is printed.
    acted: bool = False
    #: Paths of files that were written.
    written: tuple[str, ...] = field(default=())
    #: What a person may do next, the likeliest first.
    next: tuple[NextCommand, ...] = field(default=())

    def __post_init__(self) -> None:
        """Nothing that is shown holds a key that a device's line quotes."""
        object.__setattr__(self, "result", without_secrets(self.result))
        object.__setattr__(self, "notes", without_secrets(self.notes))
        object.__setattr__(self, "warnings", without_secrets(self.warnings))

    def warning_lines(self, *, each: bool) -> list[str]:
        """What is shown of `warnings`: those of one kind in one line where not `each` is asked."""
        of_inventory = [one for one in self.warnings if isinstance(one, InventoryWarning)]
        lines = list(map(str, of_inventory)) if each else grouped_warnings(of_inventory)
        return [*lines, *(one for one in self.warnings if isinstance(one, str))]

    @property
    def data(self) -> dict[str, Any]:
        """What `--json` prints."""
        data = self.result.to_dict()
        if self.written:
            data["written"] = list(self.written)
        if self.next:
            data["next"] = [command.line for command in self.next]
        return data


AnyOutcome = Outcome[Result]
AnyPush = Outcome[PushResult]
