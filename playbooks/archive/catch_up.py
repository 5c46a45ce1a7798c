"""Bring the git archive up to the journal; a change never fails because of it."""

from collections.abc import Mapping
from dataclasses import replace

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.archive.archive import Archive, ArchiveError
from egovnet.playbooks.archive.archived_change import ArchivedChange
from egovnet.playbooks.archive.git_objects import Sign
from egovnet.playbooks.archive.journal_check import (
    JournalAlteredError,
    approval_faults,
    require_whole_journal,
)
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import JournalError
from egovnet.playbooks.journal.records import DONE, UNDONE, Change
from egovnet.playbooks.journal.signed_records import SignedRecord
from egovnet.playbooks.results.outcome import Outcome, R_co
from egovnet.playbooks.signatures.controller_key import GIT, ControllerKey
from egovnet.playbooks.signatures.errors import SignatureError


def archived(workspace: Workspace, outcome: Outcome[R_co]) -> Outcome[R_co]:
    """The outcome of a change that is in the archive now; with a note when it could not be."""
    return replace(outcome, notes=(*outcome.notes, *catch_up(workspace)))


def catch_up(workspace: Workspace) -> tuple[str, ...]:
    """Archive every finished change that is not yet; what could not be, as notes."""
    journal = workspace.journal
    archive = Archive(workspace.state / "archive", _sign(journal.key))
    notes = sign_missing(workspace)
    try:
        # A failed change is archived when `recover` has brought it to its end.
        ended = {c.id: c for c in journal.changes() if c.state in (DONE, UNDONE)}
        missing = archive.missing({number: change.plan_hash for number, change in ended.items()})
        signed = journal.signed_ends()
        archive.catch_up(_entry(workspace, ended[number], signed) for number in missing)
    except (ArchiveError, JournalError, SignatureError, OSError) as error:
        return (*notes, f"the archive is behind: {error}")
    return notes


def sign_missing(workspace: Workspace) -> tuple[str, ...]:
    """Sign what ended and was not signed then; why something was not, as notes.

    Only in a journal that is as it was written: nobody has a forgery signed by it.
    """
    journal = workspace.journal
    if journal.key is None:
        return ()
    try:
        unsigned = journal.unsigned(journal.key.since(journal.name))
        if not unsigned:
            return ()
        require_whole_journal(workspace)
        faults = [words for _, words in approval_faults(journal)]
        if faults:
            raise JournalAlteredError(tuple(faults))
    except (EgovnetError, OSError) as error:
        return (f"changes are not signed: {error}",)
    for record in unsigned:
        if why := journal.sign_late(record):
            return (f"{record} is not signed: {why}",)
    return ()


def _sign(key: ControllerKey | None) -> Sign | None:
    return None if key is None else lambda data: key.sign(data, GIT)


def _entry(
    workspace: Workspace, change: Change, signatures: Mapping[str, SignedRecord]
) -> ArchivedChange:
    texts = workspace.journal.configurations(change.id)
    seal = workspace.journal.seal(change.id)
    signed = signatures.get(seal)
    return ArchivedChange(
        number=change.id,
        kind=change.kind,
        state=change.state,
        author=change.author,
        ticket=change.ticket,
        created=change.created,
        summary=change.summary,
        plan_hash=change.plan_hash,
        journal_head=seal,
        undoes=change.undoes,
        journal_name=workspace.journal.name,
        before={name: entry.before for name, entry in texts.items()},
        statement=signed.statement if signed else "",
        signature=signed.signature if signed else "",
        after={name: entry.after for name, entry in texts.items() if entry.after is not None},
    )
