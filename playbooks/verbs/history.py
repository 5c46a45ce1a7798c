"""`history` and `show`: what the journal knows."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict

from egovnet.playbooks.archive.archive import ArchiveError
from egovnet.playbooks.archive.journal_check import JournalCheck, check_journal
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.record_statement import parse_record_statement
from egovnet.playbooks.journal.records import Change
from egovnet.playbooks.journal.signed_records import SignedRecord
from egovnet.playbooks.results.history import (
    ChangedDevice,
    History,
    HistoryEntry,
    ShownChange,
    ShownStep,
)
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.results.verdict import counted


def history(workspace: Workspace, *, check: bool = False) -> Outcome[History]:
    """Every change of the network, oldest first; exit 4 when the journal was altered.

    With `check` it is compared with its archive too, and what people signed is verified.

    Raises:
        ArchiveError: there is an archive, and it cannot be compared with.
    """
    checked = check_journal(workspace) if check else _at_a_glance(workspace)
    faults = checked.listed
    found = History(tuple(entries(workspace)), faults)
    notes = [*_notes(checked)]
    if check and not faults:
        count = len(found.changes)
        notes.append(
            f"{counted(count, 'change')} checked: chain, signatures, approvals and archive agree"
        )
    code = Exit.LEAK_OR_FAILED_VERIFICATION if faults else Exit.DONE
    return Outcome("history", found, code, tuple(notes))


def _at_a_glance(workspace: Workspace) -> JournalCheck:
    """What the chain itself says, and that it is no other network's, nor was emptied."""
    faults = tuple(workspace.journal.faults())
    with suppress(ArchiveError):
        another = check_journal(workspace, whole=False).another
        faults += (another,) if another else ()
    return JournalCheck(listed=faults)


def entries(workspace: Workspace) -> Iterator[HistoryEntry]:
    """Every change of the network, oldest first, with who signed its end."""
    signatures = workspace.journal.signatures()
    for change in workspace.journal.changes():
        yield _entry(change, signatures.get(change.id))


def _notes(checked: JournalCheck) -> Iterator[str]:
    if count := checked.unanchored:
        yield f"{count} changes have no commit in the archive yet: the chain alone vouches for them"
    if count := checked.older:
        yield f"{count} changes are older than the controller's signatures: they are not signed"


def show_change(workspace: Workspace, number: int) -> Outcome[ShownChange]:
    """One change: its devices' diffs and every step.

    Raises:
        NoSuchChangeError: there is no such change.
    """
    journal = workspace.journal
    texts = journal.configurations(number).values()
    shown = ShownChange(
        _entry(journal.change(number), journal.signatures().get(number)),
        tuple(ChangedDevice(entry.device, entry.diff) for entry in texts),
        tuple(ShownStep(**asdict(step)) for step in journal.steps(number)),
    )
    return Outcome("show", shown)


def _entry(change: Change, signed: SignedRecord | None) -> HistoryEntry:
    try:
        statement = parse_record_statement(signed.statement) if signed else None
    except (ValueError, TypeError):
        statement = None  # it was altered: `--check` says so
    return HistoryEntry(
        **asdict(change),
        signed_by=statement.controller if statement else None,
        signed_at=statement.at if statement else None,
    )
