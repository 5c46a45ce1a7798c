"""The journal in SQLite files and on a real PostgreSQL: written before it is done, there later."""

import json
import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from egovnet.playbooks.journal.audit import audit
from egovnet.playbooks.journal.errors import (
    AuthorError,
    JournalAddressError,
    JournalError,
    NoSuchChangeError,
)
from egovnet.playbooks.journal.journal import Journal, author
from egovnet.playbooks.journal.records import DONE, OPEN, UNDONE, Configuration
from egovnet.playbooks.journal.tables import STEPS
from tests.playbooks.console import SECRET

TEXTS = {
    "pe2": Configuration("pe2", "old 2\n", "new 2\n", "- old 2\n+ new 2", None),
    "pe1": Configuration("pe1", "old 1\n", "new 1 北京\n", "- old 1\n+ new 1", None),
}


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    monkeypatch.setenv("EGOVNET_AUTHOR", "li wei")


@pytest.mark.usefixtures("journal_url")
def test_who_reads_sees_one_moment_while_others_write(tmp_path: Path) -> None:
    """Else a step that comes between two looks is taken for an altered journal."""
    mine, other = (Journal(tmp_path / name, "net") for name in ("mine", "other"))
    other.begin("apply", "h", "s", {"pe1": TEXTS["pe1"]})
    with mine.database.reading() as connection:
        steps = select(func.count()).select_from(STEPS)
        before = connection.execute(steps).scalar(), audit(connection, "net").chains.head
        other.begin("apply", "h", "s", {"pe2": TEXTS["pe2"]})
        assert (connection.execute(steps).scalar(), audit(connection, "net").chains.head) == before
        assert not audit(connection, "net").faults
    assert not mine.faults()


@pytest.mark.usefixtures("journal_url")
def test_a_change_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state", "net")
    number = journal.begin("apply", "f" * 64, "2 devices, tax", TEXTS)
    (change,) = journal.changes()
    assert change == journal.change(number)
    assert (change.id, change.kind, change.author, change.network, change.state) == (
        number,
        "apply",
        "li wei",
        "net",
        OPEN,
    )  # fmt: skip -- one comparison
    assert (change.plan_hash, change.summary, change.undoes) == ("f" * 64, "2 devices, tax", None)
    assert journal.configurations(number) == TEXTS
    assert list(journal.configurations(number)) == ["pe1", "pe2"]


@pytest.mark.usefixtures("journal_url")
def test_steps_come_back_in_the_order_they_were_taken(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "net")
    number = journal.begin("apply", "h", "s", TEXTS)
    journal.steps_begin(number, "commit", ["pe1", "pe2"])
    journal.step(number, "commit", "pe2", "done")
    journal.step(number, "commit", "pe1", "failed", "CommitError: no")
    journal.step(number, "verify", "*", "failed", {"findings": ["leak"], "a": 1})
    journal.steps_begin(number, "confirm", [])
    opened, *steps = journal.steps(number)
    assert (opened.stage, opened.device, opened.phase) == ("change", "*", "begin")
    assert [(s.stage, s.device, s.phase) for s in steps] == [
        ("commit", "pe1", "begin"),
        ("commit", "pe2", "begin"),
        ("commit", "pe2", "done"),
        ("commit", "pe1", "failed"),
        ("verify", "*", "failed"),
    ]
    assert steps[3].detail == "CommitError: no"
    assert json.loads(steps[4].detail) == {"findings": ["leak"], "a": 1}
    assert [s.at for s in steps] == sorted(s.at for s in steps)


@pytest.mark.usefixtures("journal_url")
def test_what_a_device_ran_afterwards_and_the_end_of_a_change(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "net")
    one = journal.begin("apply", "h", "s", TEXTS)
    journal.after(one, {"pe1": "new 1\n"})
    journal.close(one, DONE)
    two = journal.begin("rollback", "h2", "s", TEXTS, undoes=one)
    assert journal.configurations(one)["pe1"].after == "new 1\n"
    assert journal.configurations(one)["pe2"].after is None
    assert journal.configurations(two)["pe1"].after is None
    assert [(c.id, c.state, c.undoes) for c in journal.changes()] == [
        (one, DONE, None),
        (two, OPEN, one),
    ]  # fmt: skip -- two rows
    journal.close(two, UNDONE)
    assert journal.change(two).state == UNDONE


def test_each_step_is_on_disk_when_it_returns(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "net")
    number = journal.begin("apply", "h", "s", TEXTS)
    journal.step(number, "prepare", "pe1", "begin")
    # Another reader, while the first is still open, as after a dead controller.
    other = Journal(tmp_path, "net")
    assert other.change(number).state == OPEN
    assert [step.stage for step in other.steps(number)] == ["change", "prepare"]
    with sqlite3.connect(tmp_path / "journal.db") as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert raw.execute("SELECT count(*) FROM steps").fetchone() == (2,)
    with journal.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10000


def _write(directory: Path, name: str, many: int) -> None:
    journal = Journal(directory, "net")
    for index in range(many):
        texts = {name: Configuration(name, "old\n", "new\n", "", None)}
        number = journal.begin("apply", f"{name}{index}", name, texts)
        journal.step(number, "commit", name, "done", str(index))
        journal.close(number, DONE)


@pytest.mark.usefixtures("journal_url")
def test_two_controllers_write_at_once_from_the_first_moment(tmp_path: Path) -> None:
    many = 25
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_write, args=(tmp_path, name, many)) for name in ("a", "b")]
    for process in both:
        process.start()
    for process in both:
        process.join(50)
    assert [process.exitcode for process in both] == [0, 0]
    journal = Journal(tmp_path, "net")
    changes = journal.changes()
    assert len(changes) == len({change.id for change in changes}) == 2 * many
    assert all(change.state == DONE for change in changes)
    # The chain is one, whoever wrote to it.
    assert journal.faults() == []
    for change in changes:
        _, step, _ = journal.steps(change.id)
        assert (step.device, f"{step.device}{step.detail}") == (change.summary, change.plan_hash)


@pytest.mark.usefixtures("journal_url")
def test_networks_that_share_a_journal_see_only_their_own_changes(tmp_path: Path) -> None:
    one, two = Journal(tmp_path / "one", "one"), Journal(tmp_path / "two", "two")
    number = one.begin("apply", "h", "s", TEXTS)
    assert two.changes() == []
    with pytest.raises(JournalError):
        two.change(number)
    assert one.change(number).network == "one"
    # A device of the same name is another network's device.
    other = two.begin("apply", "h", "s", TEXTS)
    assert ([c.id for c in one.changes()], [c.id for c in two.changes()]) == ([number], [other])
    assert (one.faults(), two.faults()) == ([], [])
    # All of it went to EGOVNET_JOURNAL.
    assert not (tmp_path / "one").exists()


@pytest.mark.usefixtures("journal_url")
@pytest.mark.parametrize("number", [-1, 0, 99, 2**31, 2**63, 10**30])
def test_an_unknown_change_says_where_to_look(number: int, tmp_path: Path) -> None:
    with pytest.raises(NoSuchChangeError) as caught:
        Journal(tmp_path, "net").change(number)
    assert str(caught.value) == f"no change {number} in the journal; see: egovnet history"


@pytest.mark.filterwarnings("ignore:Query string argument")
@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+nosuch://egovnet:{SECRET}@db/journal",
        f"nosuch://egovnet:{SECRET}@db/journal",
        f"{SECRET}",
        f"sqlite:////nonexistent/journal.db?password={SECRET}",
        f"mysql://egovnet:{SECRET}@db:port/journal",
    ],
)
def test_a_broken_url_is_told_without_its_password(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_JOURNAL", url)
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path, "net")
    assert "journal" in str(caught.value).lower()
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:///file::memory:?cache=shared&uri=true", "in memory"),
        ("sqlite:///file:x?mode=memory&uri=true", "in memory"),
        ("sqlite:///journal.db", "another file in each directory"),
        ("sqlite:///../journal.db", "another file in each directory"),
        ("sqlite:///file:journal.db?uri=true", "another file in each directory"),
    ],
)
def test_a_journal_that_is_no_one_file_is_refused(
    url: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a dead controller left is found there by the next, from wherever it is started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EGOVNET_JOURNAL", url)
    with pytest.raises(JournalAddressError, match=words) as caught:
        Journal(tmp_path, "net")
    assert caught.value.exit_code == 2
    assert "write sqlite:////" in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("variable", ["EGOVNET_AUTHOR", "LOGNAME"])
@pytest.mark.parametrize(
    "name", ["\udcff", "li\nwei", "li\x1b[31m", "li\u202ewei", "x" * 101, "li\u200bwei", "\ufeffli"]
)
def test_a_name_that_is_none_is_refused_before_anything_is_begun(
    variable: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EGOVNET_AUTHOR", raising=False)
    monkeypatch.setenv(variable, name)
    with pytest.raises(AuthorError, match="set EGOVNET_AUTHOR") as caught:
        author()
    assert caught.value.exit_code == 2


def test_a_user_whom_the_system_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that was given any user id."""
    for variable in ("EGOVNET_AUTHOR", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 7)
    with pytest.raises(AuthorError, match="user 2147483641 has no name"):
        author()
    monkeypatch.setenv("EGOVNET_AUTHOR", "\u674e\u4f1f")
    assert author() == "\u674e\u4f1f"


def test_a_state_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path / "file" / "net", "net")
    assert str(tmp_path / "file" / "net") in str(caught.value)
    assert "EGOVNET_STATE" in str(caught.value)


def test_a_journal_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("no database, for it is a letter" * 100)
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path, "net")
    assert str(tmp_path / "journal.db") in str(caught.value)


def test_a_journal_that_fails_in_mid_change_is_an_error_of_ours(
    tmp_path: Path, journal_url: str
) -> None:
    journal = Journal(tmp_path, "net")
    number = journal.begin("apply", "h", "s", TEXTS)
    engine = create_engine(journal_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE steps"))
    engine.dispose()
    with pytest.raises(JournalError, match=r"cannot be used: (.*steps|UndefinedTable)"):
        journal.step(number, "commit", "pe1", "begin")


def test_the_state_directory_is_its_owner_s_alone(tmp_path: Path) -> None:
    Journal(tmp_path / "state" / "net", "net")
    assert (tmp_path / "state" / "net").stat().st_mode & 0o077 == 0
