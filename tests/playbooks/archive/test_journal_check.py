"""A journal that was altered is found by its archive, and nobody acts upon it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from egovnet.playbooks.archive.archive import Archive
from egovnet.playbooks.archive.catch_up import catch_up
from egovnet.playbooks.archive.journal_check import (
    JournalAlteredError,
    JournalCheck,
    check_journal,
    require_whole_journal,
)
from egovnet.playbooks.change.apply import apply, apply_plan, planned
from egovnet.playbooks.change.plan import DevicePlan, Plan
from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.change.watch import watch
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.journal import hash_chain
from egovnet.playbooks.journal.errors import JournalReplacedError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, UNDONE, Configuration
from egovnet.playbooks.journal.tables import CHAINS, CHANGES, CONFIGURATIONS, SIGNATURES, STEPS
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.rollback.rollback import rollback
from egovnet.playbooks.verbs.address_report import report_addresses
from egovnet.playbooks.verbs.adopt import adopt
from egovnet.playbooks.verbs.evidence import evidence
from egovnet.playbooks.verbs.history import history
from egovnet.playbooks.verbs.keys.rotation import require_only_keys
from egovnet.playbooks.verbs.rollout.status import rollout_status
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


def another(workspace: Workspace, how: str, patch: pytest.MonkeyPatch) -> Workspace:
    """The same network, before a journal that is not the one it had."""
    state = workspace.state
    workspace.journal.engine.dispose()
    match how:
        case "elsewhere":
            patch.setenv("EGOVNET_JOURNAL", f"sqlite:///{state / 'other.db'}")
        case "emptied":
            (state / "journal.db").write_bytes(b"")
        case "removed with its archive":
            shutil.rmtree(state / "archive")
            (state / "journal.db").unlink()
        case "of another network":
            patch.setenv("EGOVNET_JOURNAL", f"sqlite:///{state / 'other.db'}")
            Journal(state, "another network").begin("apply", "p", "0 devices", {})
    for ending in ("-wal", "-shm"):
        (state / f"journal.db{ending}").unlink(missing_ok=True)
    return Workspace(BACKBONE)


#: Verbs that lean on what the journal says.
LEANING: dict[str, Callable[[Workspace], object]] = {
    "recover": lambda w: recover(w, Silent(), yes=True),
    "recover, shown": lambda w: recover(w, Silent()),
    "recover --watch": lambda w: watch(w, Silent(), lambda _: None, every=0.01),
    "rollback": lambda w: rollback(w, Silent(), 2),
    "drift": lambda w: drift(w, Silent()),
    "plan": lambda w: planned(w, Silent()),
    "plan --steps": lambda w: planned(w, Silent(), steps=True),
    "apply --yes": lambda w: apply(w, Silent(), yes=True),
    "apply FILE": lambda w: apply_plan(w, Silent(), PLAN),
    "keys rotate": require_only_keys,
    "rollout status": rollout_status,
    "report addresses": report_addresses,
    "evidence": lambda w: evidence(w, w.state / "evidence.tar"),
}


@pytest.mark.parametrize(
    "how", ["elsewhere", "emptied", "removed with its archive", "of another network"]
)
def test_a_journal_that_is_not_the_networks_is_refused(
    how: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = another(workspace, how, monkeypatch)
    assert history(wrong).exit is Exit.LEAK_OR_FAILED_VERIFICATION
    assert history(wrong, check=True).exit is Exit.LEAK_OR_FAILED_VERIFICATION
    for verb, act in LEANING.items():
        with pytest.raises(JournalAlteredError) as caught:
            act(wrong)
        if verb != "evidence":
            assert "it was emptied or lost, or is the wrong one" in str(caught.value), verb
            assert "egovnet adopt" in str(caught.value), verb


@pytest.mark.parametrize("verb", [name for name in LEANING if name != "evidence"])
def test_nor_is_one_that_was_altered(verb: str, workspace: Workspace) -> None:
    cut_off(workspace)
    chain_anew(workspace)
    with pytest.raises(JournalAlteredError, match="change 4 is in the archive and gone"):
        LEANING[verb](workspace)


def test_one_with_changes_of_its_own_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who renames a journal has it checked by nothing that is kept of the one before."""
    other = another(workspace, "elsewhere", monkeypatch)
    text = Configuration("bj-pe1", "before\n", "after\n", "+ x", None)
    other.journal.begin("apply", "a plan", "1 device", {"bj-pe1": text})
    with pytest.raises(JournalAlteredError, match=r"has 1 change: .* move .*archive away"):
        recover(other, Silent())
    with pytest.raises(JournalAlteredError):
        adopt(other, Silent())
    (workspace.state / "archive").rename(workspace.state / "aside")
    assert require_whole_journal(other) == ()


def test_who_adopts_begins_a_journal_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = another(workspace, "emptied", monkeypatch)
    (note,) = require_whole_journal(other, adopting=True)
    assert "which has no change" in note
    archive = Archive(workspace.state / "archive")
    assert archive.put_aside(workspace.journal.name) is None
    aside = archive.put_aside(other.journal.name)
    assert aside is not None
    assert sorted(Archive(aside).anchors()) == [1, 2, 3, 4]
    assert require_whole_journal(other, adopting=True)


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_journal_whose_file_goes_away_is_refused(how: str, workspace: Workspace) -> None:
    file = workspace.state / "journal.db"
    changes = len(workspace.journal.changes())
    kept = file.rename(file.with_name("kept.db"))
    if how == "replaced":
        file.write_bytes(b"")
    for act in (
        workspace.journal.changes,
        lambda: workspace.journal.begin("apply", "a plan", "no device", {}),
        lambda: recover(workspace, Silent(), yes=True),
        lambda: watch(workspace, Silent(), lambda _: None, every=0.01),
    ):
        with pytest.raises(JournalReplacedError, match="removed or replaced while it was open"):
            act()
    kept.replace(file)
    assert len(workspace.journal.changes()) == changes
