"""Bring the git archive up to the journal; a change never fails because of it."""

from dataclasses import replace

from egovnet.playbooks.archive.archive import Archive, ArchiveError
from egovnet.playbooks.archive.archived_change import ArchivedChange
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import JournalError
from egovnet.playbooks.journal.records import DONE, UNDONE, Change
from egovnet.playbooks.results.outcome import Outcome, R_co


def archived(workspace: Workspace, outcome: Outcome[R_co]) -> Outcome[R_co]:
    """The outcome of a change that is in the archive now; with a note when it could not be."""
    return replace(outcome, notes=(*outcome.notes, *catch_up(workspace)))


def catch_up(workspace: Workspace) -> tuple[str, ...]:
    """Archive every finished change that is not yet; what could not be, as notes."""
    journal = workspace.journal
    archive = Archive(workspace.state / "archive")
    try:
        # A failed change is archived when `recover` has brought it to its end.
        ended = {c.id: c for c in journal.changes() if c.state in (DONE, UNDONE)}
        missing = archive.missing({number: change.plan_hash for number, change in ended.items()})
        archive.catch_up(_entry(workspace, ended[number]) for number in missing)
    except (ArchiveError, JournalError, OSError) as error:
        return (f"the archive is behind: {error}",)
    return ()


def _entry(workspace: Workspace, change: Change) -> ArchivedChange:
    texts = workspace.journal.configurations(change.id)
    return ArchivedChange(
        number=change.id,
        kind=change.kind,
        state=change.state,
        author=change.author,
        ticket=change.ticket,
        created=change.created,
        summary=change.summary,
        plan_hash=change.plan_hash,
        journal_head=workspace.journal.seal(change.id),
        undoes=change.undoes,
        journal_name=workspace.journal.name,
        before={name: entry.before for name, entry in texts.items()},
        after={name: entry.after for name, entry in texts.items() if entry.after is not None},
    )
