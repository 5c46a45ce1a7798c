"""`history` and `show`: what the journal knows."""

from dataclasses import asdict

from egovnet.playbooks.archive.journal_check import JournalCheck, check_journal
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.records import Change
from egovnet.playbooks.results.history import (
    ChangedDevice,
    History,
    HistoryEntry,
    ShownChange,
    ShownStep,
)
from egovnet.playbooks.results.outcome import Exit, Outcome


def history(workspace: Workspace, *, check: bool = False) -> Outcome[History]:
    """Every change of the network, oldest first; exit 4 when the journal was altered.

    With `check` it is compared with its archive too.

    Raises:
        ArchiveError: there is an archive, and it cannot be compared with.
    """
    journal = workspace.journal
    checked = check_journal(workspace) if check else JournalCheck(tuple(journal.faults()))
    faults = (*checked.faults, *checked.foreign)
    count = checked.unanchored
    notes = (
        f"{count} changes have no commit in the archive yet: the chain alone vouches for them",
    )
    return Outcome(
        "history",
        History(tuple(map(_entry, journal.changes())), faults),
        Exit.LEAK_OR_FAILED_VERIFICATION if faults else Exit.DONE,
        notes if count else (),
    )


def show_change(workspace: Workspace, number: int) -> Outcome[ShownChange]:
    """One change: its devices' diffs and every step.

    Raises:
        NoSuchChangeError: there is no such change.
    """
    journal = workspace.journal
    texts = journal.configurations(number).values()
    shown = ShownChange(
        _entry(journal.change(number)),
        tuple(ChangedDevice(entry.device, entry.diff) for entry in texts),
        tuple(ShownStep(**asdict(step)) for step in journal.steps(number)),
    )
    return Outcome("show", shown)


def _entry(change: Change) -> HistoryEntry:
    return HistoryEntry(**asdict(change))
