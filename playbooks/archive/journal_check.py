"""Whether the journal is as it was written: its own chain, and what the archive says of it.

Whoever can write the database can chain it anew from the first step, or cut off its end and mend
the head: the chain alone does not show it. Each commit of the archive has the chain's hash at the
end of its change, and an archive that is cloned or pushed elsewhere cannot be mended with it.
"""

from collections.abc import Iterator, Mapping

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.archive.archive import Archive, ArchiveError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.records import DONE, UNDONE
from egovnet.playbooks.results.outcome import Exit

#: Faults that an error spells out; more are counted.
_SHOWN = 5


class JournalAlteredError(EgovnetError):
    """The journal is not as it was written: what it says is nothing to act upon."""

    exit_code = Exit.LEAK_OR_FAILED_VERIFICATION

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        more = f" (and {len(faults) - _SHOWN} more)" if len(faults) > _SHOWN else ""
        super().__init__(
            f"the journal is not as it was written: {'; '.join(faults[:_SHOWN])}{more}; nothing "
            "was done: look with egovnet history --check, and restore the database from a backup"
        )


def journal_faults(workspace: Workspace) -> tuple[str, ...]:
    """Where the journal was altered, by its chain and by its archive; empty when it was not.

    Linear in the journal's size. Changes that have no commit yet are vouched for by the chain.

    Raises:
        ArchiveError: the archive is damaged, so that nothing can be said.
    """
    journal = workspace.journal
    found = journal.faults()
    anchors = Archive(workspace.state / "archive").anchors()
    return (*found, *_against_archive(journal.seals(), anchors))


def unanchored(workspace: Workspace) -> int:
    """How many ended changes have no commit yet: only the journal's own chain vouches for them.

    Raises:
        ArchiveError: as `journal_faults`.
    """
    anchors = Archive(workspace.state / "archive").anchors()
    ended = (c for c in workspace.journal.changes() if c.state in (DONE, UNDONE))
    return sum(change.id not in anchors for change in ended)


def require_whole_journal(workspace: Workspace) -> tuple[str, ...]:
    """Refuse to act upon a journal that was altered; a note where the archive cannot be asked.

    Raises:
        JournalAlteredError: it was.
    """
    try:
        faults = journal_faults(workspace)
        notes: tuple[str, ...] = ()
    except ArchiveError as error:
        faults = tuple(workspace.journal.faults())
        notes = (f"the journal was not compared with its archive: {error}",)
    if faults:
        raise JournalAlteredError(faults)
    return notes


def _against_archive(seals: Mapping[int, str], anchors: Mapping[int, str]) -> Iterator[str]:
    for change, anchor in sorted(anchors.items()):
        if change not in seals:
            yield f"change {change} is in the archive and gone from the journal"
        elif seals[change] != anchor:
            yield (
                f"change {change} ended with {anchor[:12]} when it was archived, and the journal "
                f"says {seals[change][:12]}: the chain was made anew"
            )
