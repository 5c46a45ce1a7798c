"""`add`: an entry more in an inventory's files, validated before anything is written.

What the files said stays line by line; numbers that the entry is given are kept in the lock file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egovnet.inventory.allocation.allocate import Allocation, Lock, allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.authoring.additions import (
    PART,
    EntryKind,
    entry_kinds,
    entry_of,
)
from egovnet.inventory.errors import InventoryError, InventoryWarning, Problem
from egovnet.inventory.examined import Examined
from egovnet.inventory.source.yaml_source import judge_text
from egovnet.inventory.warnings import warnings_of
from egovnet.playbooks.core.lost_lock import require_lock, require_pools
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.added_entry import AddedEntry, AllocatedNumber
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.add_questions import Asker, Place
from egovnet.playbooks.verbs.add_request import Ask, Refusal, Request, above, first_part
from egovnet.playbooks.verbs.add_to_file import Placed, placed_in, text_of, write_placed
from egovnet.playbooks.verbs.own_inventory import require_own
from egovnet.templates.intend.read_inventory import examine_inventory


def add(workspace: Workspace, request: Request, ask: Ask | None = None) -> Outcome[AddedEntry]:
    """Add an entry, and keep the numbers that it is given.

    Raises:
        ProblemsError: something is not said, and there is nobody to ask; or the inventory would be
            wrong with it. Nothing was written.
    """
    require_own(workspace)
    require_lock(workspace)
    before = workspace.on_disk.examined
    if not before.problems:  # which numbers there are is known of a right inventory alone
        require_pools(workspace)
    kind = entry_kinds()[request.kind]
    place = Place(before, _entries(workspace.directory, before, kind))
    asker = Asker(request, kind, place, ask)
    while True:
        request = asker.completed()
        attempt = _attempt(workspace.directory, before, request, kind)
        if not attempt.problems:
            break
        asker.refused(attempt.problems)
    assert request.name is not None  # noqa: S101 -- completed
    placed, after, lock = attempt.placed, attempt.after, attempt.lock
    old = None if before.problems else allocate(before.network, lock)
    new = allocate(after.network, lock if old is None else old.lock)
    write_placed(workspace.directory, placed)
    known = () if old is None else warnings_of(before.network, old, before.report)
    had = {(warning.code, warning.field) for warning in known}
    warnings = tuple(
        warning
        for warning in warnings_of(after.network, new, after.report)
        if (warning.code, warning.field) not in had
    )
    warnings += _warned(workspace.directory, kind, after, request.name)
    result = AddedEntry(
        kind=request.kind,
        name=request.name,
        inventory=str(workspace.directory),
        file=str(workspace.directory / placed.file),
        line=placed.line,
        text=placed.added,
        allocated=_allocated(lock if old is None else old.lock, new),
        warnings=warnings,
    )
    return Outcome("add", result, warnings=warnings, next=(NextCommand(("plan",)),))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What the inventory would be with an entry, and what is wrong with it then."""

    placed: Placed
    after: Examined
    lock: Lock
    problems: tuple[Refusal, ...]


def _attempt(directory: Path, before: Examined, request: Request, kind: EntryKind) -> _Attempt:
    """The entry of a complete request, in its place; nothing is written."""
    entry = entry_of(request.given, kind, first_part(request))
    placed = placed_in(directory, before, request, kind, entry)
    shown = directory / placed.file
    after = before
    if kind.register is None:
        after = examine_inventory(directory, {shown: placed.new})
    problems = [*after.problems, *_of_register(directory, kind, after, placed.new)]
    try:
        lock = read_lock(directory)
    except InventoryError as error:
        raise InventoryError([*problems, *error.problems]) from error
    refusals = tuple(_as_said(problem, shown, request, kind) for problem in problems)
    return _Attempt(placed, after, lock, refusals)


def _of_register(
    directory: Path, kind: EntryKind, examined: Examined, text: str
) -> tuple[Problem, ...]:
    """What is wrong with a register whose file is to have `text`."""
    if kind.register is None:
        return ()
    try:
        kind.register.read(directory, examined.network, text)
    except InventoryError as error:
        return error.problems
    return ()


def _warned(
    directory: Path, kind: EntryKind, examined: Examined, name: str
) -> tuple[InventoryWarning, ...]:
    """What is probably not meant of an entry of a register that was written."""
    if kind.register is None:
        return ()
    of_all = kind.register.warnings(directory, examined.network)
    entry = [*kind.within, name]
    return tuple(each for each in of_all if each.field.split(".")[: len(entry)] == entry)


def _entries(directory: Path, examined: Examined, kind: EntryKind) -> Mapping[str, Any]:
    """The entries of the kind's file that are there.

    Raises:
        InventoryError: nobody can read them.
    """
    if kind.register is None:
        return examined.sources.data(kind.section)
    path = directory / kind.register.file
    judged = judge_text(text_of(path) or "", str(path))
    if judged.problems or judged.document is None:
        raise InventoryError(judged.problems)
    entries = judged.document.data or {}
    for key in kind.within:
        entries = (entries.get(key) if isinstance(entries, dict) else None) or {}
    return entries if isinstance(entries, dict) else {}


def _as_said(problem: Problem, shown: Path, request: Request, kind: EntryKind) -> Refusal:
    """A problem of the entry as one of the options that say it; any other as it is."""
    entry = [*above(request, kind), str(request.name)]
    parts = problem.field.split(".")
    if problem.file != str(shown) or parts[: len(entry)] != entry:
        return Refusal(problem, ())
    below = [part for part in parts[len(entry) :] if not part.isdecimal()]
    exact, within = [], []
    for option in kind.options:
        path = [first_part(request) if part == PART else part for part in option.path]
        if path == below:
            exact = [option.name]
        if list(option.path[: len(below)]) == below:
            within.append(option.name)
    options = (exact or within) if below else []
    said = ", ".join(f"--{name}" for name in options) or ".".join(below) or "NAME"
    told = Problem(f"add {request.kind}", 0, said, problem.found, problem.remedy)
    return Refusal(told, tuple(options))


def _allocated(before: Lock, after: Allocation) -> tuple[AllocatedNumber, ...]:
    """The numbers that were not there before."""
    return tuple(
        AllocatedNumber(pool, name, value)
        for pool, values in after.lock.pools.items()
        for name, value in values.items()
        if before.pools.get(pool, {}).get(name) != value
    )
