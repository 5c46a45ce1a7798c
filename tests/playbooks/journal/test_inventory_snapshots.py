"""Intents in the journal's database: kept once for each content, read back whole or not at all."""

import multiprocessing
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from egovnet.inventory.history.snapshot import Intent
from egovnet.playbooks.change.record_intent import record_intent
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import JournalError
from egovnet.playbooks.journal.inventory_snapshots import Attached, Intents
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, FAILED, UNDONE, Configuration
from tests.playbooks.console import SECRET, copy_of_backbone
from tests.playbooks.emulated_workspace import applied_before
from tests.playbooks.undo_inventories import edit

ONE = Intent({"vpns.yaml": "a: 1  # why\n", "sites/x.yaml": "", "plan.lock.yaml": "pools: {}\n"})


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))


def rows(intents: Intents) -> int:
    with intents._engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM intent_contents").scalar_one())


@given(st.dictionaries(st.text(), st.text()))
def test_an_intent_is_read_back_as_it_was_kept(files: dict[str, str]) -> None:
    intents = Intents(create_engine("sqlite://"))
    digest = intents.keep(Intent(files))
    assert intents.get(digest) == Intent(files)
    assert intents.keep(Intent(dict(reversed(files.items())))) == digest


def test_a_file_is_kept_once_for_each_content(tmp_path: Path) -> None:
    intents = Intents(Journal(tmp_path, "net").engine)
    first = intents.keep(ONE)
    assert rows(intents) == 4  # three files and their list
    assert intents.keep(ONE) == first
    assert rows(intents) == 4
    other = intents.keep(Intent({**ONE.files, "vpns.yaml": "a: 2\n"}))
    assert rows(intents) == 6
    assert intents.get(first) == ONE
    assert intents.get(other).files["vpns.yaml"] == "a: 2\n"


@pytest.mark.parametrize("what", ["DELETE FROM", "UPDATE"])
def test_an_intent_that_was_lost_or_altered_is_not_believed(what: str, tmp_path: Path) -> None:
    intents = Intents(Journal(tmp_path, "net").engine)
    digest = intents.keep(ONE)
    with intents._engine.begin() as connection:
        if what == "UPDATE":
            content = zlib.compress(b"a: 2\n")
            connection.exec_driver_sql("UPDATE intent_contents SET content = ?", (content,))
        else:
            connection.exec_driver_sql("DELETE FROM intent_contents")
    with pytest.raises(JournalError, match="has lost a part of an intent"):
        intents.get(digest)


def test_what_is_attached_is_replaced_and_unknown_changes_have_none(tmp_path: Path) -> None:
    intents = Intents(Journal(tmp_path, "net").engine)
    assert intents.of(1) is None
    intents.attach(1, None, "a" * 64)
    intents.attach(2, "a" * 64, "b" * 64)
    intents.attach(1, None, None)
    assert (intents.of(1), intents.of(2)) == (Attached(None, None), Attached("a" * 64, "b" * 64))


def _keep(directory: Path, name: str) -> None:
    for index in range(20):
        intents = Intents(Journal(directory, "net").engine)
        digest = intents.keep(Intent({f"{i}.yaml": f"{i // 2}" for i in range(index)}))
        intents.attach(100 * ord(name) + index, None, digest)


def test_two_controllers_keep_the_same_at_once_from_the_first_moment(tmp_path: Path) -> None:
    workspace = multiprocessing.get_context("spawn")
    both = [workspace.Process(target=_keep, args=(tmp_path, name)) for name in "ab"]
    for process in both:
        process.start()
    for process in both:
        process.join(50)
    assert [process.exitcode for process in both] == [0, 0]
    intents = Intents(Journal(tmp_path, "net").engine)
    for index in range(20):
        mine, other = (intents.of(100 * ord(name) + index) for name in "ab")
        assert mine == other
        assert mine is not None
        assert len(intents.get(str(mine.after)).files) == index


@pytest.mark.filterwarnings("ignore:Query string argument")
def test_a_database_that_fails_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        Intents(create_engine(f"sqlite:///{tmp_path}/none/journal.db?password={SECRET}"))
    assert str(tmp_path) in str(caught.value)
    assert SECRET not in str(caught.value)


def begun(workspace: Workspace, kind: str = "apply") -> int:
    text = workspace.intended(["sh-pe1"])["sh-pe1"]
    entry = Configuration("sh-pe1", "old\n", text, "+ x", None)
    number = workspace.journal.begin(kind, "0" * 64, "1 device", {"sh-pe1": entry})
    record_intent(workspace, number, ())
    return number


def test_a_change_finds_what_the_last_one_that_was_done_left(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    workspace = Workspace(root)
    intents = Intents(workspace.journal.engine)
    one = begun(workspace)
    workspace.journal.close(one, DONE)
    edit(root, [{"file": "vpns.yaml", "at": "party.name", "value": "Party"}])
    two = begun(Workspace(root))
    workspace.journal.close(two, UNDONE)
    three = begun(Workspace(root))
    first, second, third = (intents.of(number) for number in (one, two, three))
    assert first is not None
    assert first.before is None
    assert intents.get(str(first.after)) == workspace.intent
    assert second == third
    assert second is not None
    assert second.before == first.after
    kept = intents.get(str(second.after)).files
    assert kept["vpns.yaml"] == (root / "vpns.yaml").read_text(encoding="utf-8")
    assert kept["plan.lock.yaml"] == (root / "plan.lock.yaml").read_text(encoding="utf-8")
    assert "__init__.py" not in kept


def test_the_intent_is_what_was_read_and_not_what_the_file_says_since(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    text = (root / "vpns.yaml").read_text(encoding="utf-8")
    workspace = Workspace(root)
    assert workspace.network
    (root / "vpns.yaml").write_text("broken: [\n", encoding="utf-8")
    attached = Intents(workspace.journal.engine).of(begun(workspace))
    assert attached is not None
    kept = Intents(workspace.journal.engine).get(str(attached.after))
    assert kept.files["vpns.yaml"] == text


#: How changes end, one after the other; None: not yet.
HISTORIES: dict[str, tuple[str | None, ...]] = {
    "none was begun": (),
    "none was done": (UNDONE, FAILED, None),
    "the last was done": (DONE, UNDONE, DONE),
    "later ones were not": (DONE, DONE, UNDONE, FAILED, None),
}


@pytest.mark.parametrize("ends", [pytest.param(e, id=name) for name, e in HISTORIES.items()])
def test_the_last_change_done_is_found(ends: tuple[str | None, ...], tmp_path: Path) -> None:
    journal, other = (Journal(tmp_path, name) for name in ("net", "other"))
    for end in ends:
        change = journal.begin("apply", "plan", "a change", {})
        if end is not None:
            journal.close(change, end)
        other.close(other.begin("apply", "plan", "another network's", {}), DONE)
    done = [change for change in journal.changes() if change.state == DONE]
    assert journal.last_done() == done[-1:]


def test_what_was_applied_last_is_read_once_by_a_process(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    applied_before(Workspace(root))
    edit(root, [{"file": "vpns.yaml", "at": "party.name", "value": "another"}])
    workspace = Workspace(root)
    former = former_inventory(workspace)
    assert former is not None
    assert former.network.vpns["party"].name != "another"
    with workspace.journal.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM intent_contents")
    assert former_inventory(workspace) is former
    with pytest.raises(JournalError, match="has lost a part of an intent"):
        former_inventory(Workspace(root))
