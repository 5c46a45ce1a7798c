"""Whether the journal is as it was written: its own chain, and what the archive says of it.

Whoever can write the database can chain it anew from the first step, or cut off its end and mend
the head: the chain alone does not show it. Each commit of the archive has the chain's hash at the
end of its change, and an archive that is cloned or pushed elsewhere cannot be mended with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class JournalCheck:
    """What came of comparing a journal with its archive."""

    #: Where it was altered; empty when it was not.
    faults: tuple[str, ...] = ()
    #: Changes of the archive that a journal of another name archived.
    foreign: tuple[str, ...] = ()
    #: Ended changes that have no commit yet: only the journal's own chain vouches for them.
    unanchored: int = 0


def check_journal(workspace: Workspace) -> JournalCheck:
    """Compare the journal with itself and with its archive. Linear in the journal's size.

    Raises:
        ArchiveError: the archive is damaged, so that nothing can be said.
    """
    journal = workspace.journal
    anchors = Archive(workspace.state / "archive").anchored()
    ours = {n: a.head for n, a in anchors.items() if a.journal in ("", journal.name)}
    foreign = tuple(
        f"change {number} was archived by another journal, {anchor.journal}"
        for number, anchor in sorted(anchors.items())
        if number not in ours
    )
    ended = (change for change in journal.changes() if change.state in (DONE, UNDONE))
    return JournalCheck(
        (*journal.faults(), *_against_archive(journal.seals(), ours)),
        foreign,
        sum(change.id not in ours for change in ended),
    )


def require_whole_journal(workspace: Workspace) -> tuple[str, ...]:
    """Refuse to act upon a journal that was altered; notes where its archive says nothing of it.

    Raises:
        JournalAlteredError: it was.
    """
    notes: tuple[str, ...] = ()
    try:
        checked = check_journal(workspace)
    except ArchiveError as error:
        checked = JournalCheck(tuple(workspace.journal.faults()))
        notes = (f"the journal was not compared with its archive: {error}",)
    if checked.faults:
        raise JournalAlteredError(checked.faults)
    if checked.foreign:
        notes = ("the archive is of another journal, and was not compared: see history --check",)
    return notes


def _against_archive(seals: Mapping[int, set[str]], anchors: Mapping[int, str]) -> Iterator[str]:
    for change, anchor in sorted(anchors.items()):
        if change not in seals:
            yield f"change {change} is in the archive and gone from the journal"
        elif anchor not in seals[change]:
            yield (
                f"change {change} ended with {anchor[:12]} when it was archived, and the journal "
                "has no such link: the chain was made anew"
            )
