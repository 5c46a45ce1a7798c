"""A journal that was altered is found by its archive, and nobody acts upon it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from egovnet.playbooks.archive.catch_up import catch_up
from egovnet.playbooks.archive.journal_check import (
    JournalAlteredError,
    JournalCheck,
    check_journal,
    require_whole_journal,
)
from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.plan import DevicePlan, Plan
from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.journal import hash_chain
from egovnet.playbooks.journal.records import DONE, UNDONE, Configuration
from egovnet.playbooks.journal.tables import CHAINS, CHANGES, CONFIGURATIONS, SIGNATURES, STEPS
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.rollback.rollback import rollback
from egovnet.playbooks.verbs.adopt import adopt
from egovnet.playbooks.verbs.evidence import evidence
from egovnet.playbooks.verbs.history import history
from tests.inventories import BACKBONE


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    made = Workspace(BACKBONE)
    for number in range(1, 5):
        text = Configuration("bj-pe1", f"before {number}\n", f"after {number}\n", "+ x", None)
        change = made.journal.begin("apply", f"plan {number}", "1 device", {"bj-pe1": text})
        made.journal.step(change, "commit", "bj-pe1", "done")
        made.journal.after(change, {"bj-pe1": f"after {number}\n"})
        made.journal.close(change, UNDONE if number == 3 else DONE)
    assert catch_up(made) == ()
    return made


def chain_anew(workspace: Workspace) -> None:
    """What whoever can write the database does to hide an edit: every hash, the head, and no
    signature left."""
    with workspace.journal.database.writing() as connection:
        connection.execute(delete(SIGNATURES))
        head = hash_chain.START
        for step in connection.execute(select(STEPS).order_by(STEPS.c.id)).mappings().all():
            head = hash_chain.link(head, dict(step))
            connection.execute(update(STEPS).where(STEPS.c.id == step["id"]).values(hash=head))
        connection.execute(update(CHAINS).values(head=head))


def edit_a_step(workspace: Workspace) -> None:
    with workspace.journal.database.writing() as connection:
        connection.execute(
            update(STEPS).where(STEPS.c.change_id == 2, STEPS.c.stage == "commit").values(at="then")
        )


def cut_off(workspace: Workspace, first: int = 4) -> None:
    with workspace.journal.database.writing() as connection:
        for table in (STEPS, CONFIGURATIONS):
            connection.execute(delete(table).where(table.c.change_id >= first))
        connection.execute(delete(CHANGES).where(CHANGES.c.id >= first))


PLAN = Plan("reference", "now", "li", {"bj-pe1": DevicePlan("0" * 64, "old\n", "new\n", "+ x")})
ALTERED: dict[str, tuple[Callable[[Workspace], None], str]] = {
    "edited and chained anew": (edit_a_step, "change 2 ended with .* was made anew"),
    "its end cut off": (cut_off, "change 4 is in the archive and gone from the journal"),
    "all cut off": (lambda w: cut_off(w, 1), "change 1 is in the archive and gone"),
}


def test_a_journal_as_it_was_written_has_no_fault(workspace: Workspace) -> None:
    assert check_journal(workspace) == JournalCheck()
    (note,) = history(workspace, check=True).notes
    assert note.startswith("4 changes checked")
    assert require_whole_journal(workspace) == ()
    assert history(workspace, check=True).exit is Exit.DONE


@pytest.mark.parametrize("how", ALTERED)
def test_what_the_chain_cannot_show_the_archive_does(how: str, workspace: Workspace) -> None:
    alter, words = ALTERED[how]
    alter(workspace)
    chain_anew(workspace)
    assert workspace.journal.faults() == []
    checked = history(workspace, check=True)
    assert checked.exit is Exit.LEAK_OR_FAILED_VERIFICATION
    with pytest.raises(JournalAlteredError, match=words) as caught:
        require_whole_journal(workspace)
    assert set(caught.value.faults) <= set(checked.result.faults)


@pytest.mark.parametrize("how", ["edited and chained anew", "its end cut off"])
def test_nobody_acts_upon_an_altered_journal(
    how: str, workspace: Workspace, tmp_path: Path
) -> None:
    ALTERED[how][0](workspace)
    chain_anew(workspace)
    for act in (
        lambda: recover(workspace, Silent(), yes=True),
        lambda: recover(workspace, Silent()),
        lambda: rollback(workspace, Silent(), 2),
        lambda: drift(workspace, Silent()),
        lambda: apply_plan(workspace, Silent(), PLAN),
        lambda: apply_plan(workspace, Silent(), replace(PLAN, kind="rollback")),
        lambda: adopt(workspace, Silent()),
        lambda: evidence(workspace, tmp_path / "evidence.tar"),
    ):
        with pytest.raises(JournalAlteredError):
            act()


def test_a_chain_that_is_broken_is_enough(workspace: Workspace) -> None:
    edit_a_step(workspace)
    with pytest.raises(JournalAlteredError, match="is not as it was written"):
        require_whole_journal(workspace)


def test_an_archive_that_is_damaged_is_said_and_does_not_hinder(workspace: Workspace) -> None:
    head = workspace.state / "archive" / "refs" / "heads" / "main"
    head.write_text("0" * 39 + "1\n")
    notes = require_whole_journal(workspace)
    assert len(notes) == 1
    assert "was not compared with its archive" in notes[0]


def test_without_an_archive_the_chain_vouches(workspace: Workspace) -> None:
    (workspace.state / "archive").rename(workspace.state / "elsewhere")
    assert check_journal(workspace) == JournalCheck(unanchored=4)
    assert "4 changes have no commit" in history(workspace, check=True).notes[0]


def test_a_change_that_is_closed_again_is_still_the_one_that_was_archived(
    workspace: Workspace,
) -> None:
    workspace.journal.close(2, UNDONE)
    assert check_journal(workspace) == JournalCheck()


def test_an_archive_of_another_journal_is_said_and_not_compared(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_JOURNAL", f"sqlite:///{tmp_path / 'other.db'}")
    other = Workspace(BACKBONE)
    assert "of another journal" in require_whole_journal(other)[0]
    checked = history(other, check=True)
    assert checked.exit is Exit.LEAK_OR_FAILED_VERIFICATION
    assert len(checked.result.faults) == 4
