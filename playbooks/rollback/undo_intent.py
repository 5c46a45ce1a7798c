"""What the network is to be once a change of the history is undone, or why it cannot be.

The intent that runs now, with what the change made of the intent it found reversed. Later changes
stay; one that needs what would go, or changed the same thing, is named and nothing is done.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import yaml

from egovnet.inventory.allocation.allocate import LOCK_FILE, Allocation, allocate
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.history.merge import (
    MISSING,
    Conflict,
    Data,
    Path,
    differences,
    lock_without,
    merge,
)
from egovnet.inventory.history.snapshot import Intent, texts
from egovnet.inventory.model import Network
from egovnet.inventory.source.sections import section_of
from egovnet.templates.intend.read_inventory import read_inventory_texts

#: Characters of a value that an error shows.
_SHOWN = 60


class CannotUndoError(InventoryError):
    """Later changes stand on what would be undone; every reason, with file, field and change."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change as two intents: what it found and what it left."""

    number: int
    before: Intent
    after: Intent


@dataclass(frozen=True, slots=True)
class Undone:
    """The network without a change: an intent whose references, policy and numbers hold."""

    intent: Intent
    network: Network
    allocation: Allocation


def undo(step: Step, now: Intent, later: Iterable[Step]) -> Undone:
    """The network `now` without `step`; `later` are the changes in force since.

    A number that comes back is the one it was; what goes leaves its number retired.

    Raises:
        CannotUndoError: a later change altered the same thing, or what it brought needs it.
    """
    reasons = _Reasons(step, now, [_Later(each) for each in later])
    sections, conflicts = merge(step.after.sections, step.before.sections, now.sections)
    if conflicts:
        raise CannotUndoError(map(reasons.conflict, conflicts))
    lock, renumbered = lock_without(step.after.lock, step.before.lock, now.lock)
    if renumbered:
        raise CannotUndoError(map(reasons.renumbered, renumbered))
    try:
        network = read_inventory_texts(texts(sections, lock, now, step.before).files)
        allocation = allocate(network, lock)
    except InventoryError as error:
        raise CannotUndoError(map(reasons.dependency, error.problems)) from error
    return Undone(texts(sections, allocation.lock, now, step.before), network, allocation)


@dataclass(frozen=True)
class _Later:
    """A later change, and which parts of the intent it touched."""

    step: Step

    @cached_property
    def paths(self) -> list[Path]:
        before, after = self.step.before, self.step.after
        found = [path for path, _, _ in differences(before.sections, after.sections)]
        locks = differences(before.lock.pools, after.lock.pools)
        return found + [("lock", *path) for path, _, _ in locks]

    def touched(self, path: Path) -> bool:
        return any(p == path[: len(p)] or path == p[: len(path)] for p in self.paths)

    def touched_any(self, names: frozenset[str]) -> bool:
        return any(path[1] in names for path in self.paths if len(path) > 1)


@dataclass(frozen=True)
class _Reasons:
    """Says of each thing that is in the way which later change put it there."""

    step: Step
    now: Intent
    later: list[_Later]

    def conflict(self, conflict: Conflict) -> Problem:
        section, *rest = conflict.path
        key = rest[0] if rest else ""
        places = (self.now, self.step.before, self.step.after)
        file = next((path for i in places if (path := i.file_of(section, key))), f"{section}.yaml")
        return self._twice(conflict, file, conflict.path, ".".join(rest))

    def renumbered(self, conflict: Conflict) -> Problem:
        return self._twice(conflict, LOCK_FILE, ("lock", *conflict.path), ".".join(conflict.path))

    def _twice(self, conflict: Conflict, file: str, path: Path, field: str) -> Problem:
        """What the change did at a place, and what was done there since."""
        who = [later.step.number for later in self.later if later.touched(path)]
        if conflict.mine is MISSING and conflict.base is MISSING:
            change = f"change {self.step.number} brought what this stands in"
        else:
            change = f"change {self.step.number} {_did(conflict.base)}"
        found = f"{change}, and {_named(who)} {_did(conflict.theirs)}"
        return Problem(file, 0, field, found, _first(who))

    def dependency(self, problem: Problem) -> Problem:
        """A check that does not hold without the change; `problem` is of the merged files."""
        section = section_of(problem.file) or "lock"
        path = (section, *problem.field.split("."))
        words = frozenset(re.findall(r"[\w-]+", f"{problem.field} {problem.found}"))
        # the nearest that there is: the same place, what the check names, the same section
        nearness: tuple[Callable[[_Later], bool], ...] = (
            lambda later: later.touched(path),
            lambda later: later.touched_any(words),
            lambda later: later.touched((section,)),
        )
        found_by = ([later.step.number for later in self.later if by(later)] for by in nearness)
        who: list[int] = next(filter(None, found_by), [])
        found = f"without change {self.step.number}: {problem.found}"
        if who:
            stand = "stands" if len(who) == 1 else "stand"
            found += f"; {_named(who)} {stand} on it"
        return replace(problem, line=0, found=found, remedy=_first(who))


def _did(value: Data) -> str:
    if value is MISSING:
        return "took it away"
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    line = text.removesuffix("...\n").strip()
    return f"wrote {line if len(line) <= _SHOWN else line[:_SHOWN] + '...'}"


def _named(numbers: list[int]) -> str:
    if not numbers:
        return "something since"
    *others, last = map(str, numbers)
    return f"changes {', '.join(others)} and {last}" if others else f"change {last}"


def _first(numbers: list[int]) -> str:
    if not numbers:
        return "change the inventory and apply it"
    return f"roll back {_named(numbers[::-1])} first"
