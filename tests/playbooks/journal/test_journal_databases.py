"""What only a database that several reach can do to the journal: races, passwords, an end."""

import multiprocessing
import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.journal.database import journal_error
from egovnet.playbooks.journal.errors import DevicesLockedError, JournalError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, OPEN, Configuration
from tests.playbooks.postgresql import PostgresServer, postgres_server

#: How often two processes are let loose on one another.
ROUNDS = 30
PASSWORD = "hunter2/of@all:%things"


def texts(*devices: str) -> dict[str, Configuration]:
    return {
        name: Configuration(name, f"old {name}\n", f"new {name}\n", f"-old\n+new {name}", None)
        for name in devices
    }


@pytest.fixture(autouse=True)
def _author(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_AUTHOR", "li wei")


def _open(directory: Path, barrier: Barrier, results: "Queue[str]") -> None:
    for index in range(ROUNDS):
        barrier.wait(30)
        try:
            Journal(directory, f"net{index}")
        except EgovnetError as error:
            results.put(str(error))
        else:
            results.put("open")


def _race(directory: Path, barrier: Barrier, results: "Queue[str]") -> None:
    journal = Journal(directory, "net")
    for _ in range(ROUNDS):
        barrier.wait(30)
        number = None
        try:
            number = journal.begin("apply", "h", "s", texts("pe1", "pe2"))
            results.put("began")
        except DevicesLockedError:
            results.put("locked")
        except EgovnetError as error:
            results.put(str(error))
        barrier.wait(30)
        if number is not None:
            journal.close(number, DONE)


def _at_once(work: Callable[[Path, Barrier, "Queue[str]"], None], directory: Path) -> Counter[str]:
    """What two processes say that do `work` step by step at the same moments."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    both = [context.Process(target=work, args=(directory, barrier, results)) for _ in "ab"]
    for process in both:
        process.start()
    said = Counter(results.get(timeout=60) for _ in range(2 * ROUNDS))
    for process in both:
        process.join(30)
    assert [process.exitcode for process in both] == [0, 0]
    return said


@pytest.mark.usefixtures("journal_url")
def test_two_controllers_that_are_a_network_s_first_both_have_its_journal(tmp_path: Path) -> None:
    assert _at_once(_open, tmp_path) == {"open": 2 * ROUNDS}


@pytest.mark.usefixtures("journal_url")
def test_of_two_changes_to_a_device_at_once_one_begins(tmp_path: Path) -> None:
    Journal(tmp_path, "net")
    assert _at_once(_race, tmp_path) == {"began": ROUNDS, "locked": ROUNDS}
    journal = Journal(tmp_path, "net")
    assert len(journal.changes()) == ROUNDS
    assert journal.faults() == []


def test_no_error_shows_a_device_s_text(tmp_path: Path, journal_url: str) -> None:
    journal = Journal(tmp_path, "net")
    engine = create_engine(journal_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE configurations"))
    engine.dispose()
    held = {"pe1": Configuration("pe1", f"password {PASSWORD}\n", "new\n", "", None)}
    with pytest.raises(JournalError, match="cannot be used") as caught:
        journal.begin("apply", "h", "s", held)
    _hides(caught.value, PASSWORD)


# -- PostgreSQL alone ----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["password", "database", "gone", "in the query"])
def test_no_error_shows_a_password(
    fault: str, tmp_path: Path, postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = {
        "password": postgresql.url(password=PASSWORD),
        "database": postgresql.url("nosuch"),
        "gone": f"postgresql+psycopg://egovnet:{quote(PASSWORD, safe='')}@127.0.0.1:1/x",
        "in the query": f"postgresql+psycopg://egovnet@127.0.0.1:{postgresql.port}/postgres"
        f"?password={quote(PASSWORD, safe='')}",
    }[fault]
    monkeypatch.setenv("EGOVNET_JOURNAL", url)
    with pytest.raises(JournalError, match=r"journal postgresql\+psycopg://egovnet") as caught:
        Journal(tmp_path, "net")
    _hides(caught.value, PASSWORD, quote(PASSWORD, safe=""), postgresql.password)


def test_a_server_that_stops_in_mid_change_is_an_error_and_the_change_is_there_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_server() as server:
        monkeypatch.setenv("EGOVNET_JOURNAL", server.fresh())
        journal = Journal(tmp_path, "net")
        number = journal.begin("apply", "h", "s", texts("pe1"))
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'journal0'"
        )
        with pytest.raises(JournalError, match="cannot be used") as caught:
            journal.step(number, "commit", "pe1", "begin")
        _hides(caught.value, server.password)
        # The next asks anew, and all is as it was left.
        journal.step(number, "commit", "pe1", "begin")
        assert journal.change(number).state == OPEN
        assert journal.faults() == []
    assert server.process.returncode == 0
    assert not server.log.exists()
    with pytest.raises(JournalError, match="cannot be used") as caught:
        journal.step(number, "commit", "pe1", "done")
    _hides(caught.value, server.password)


def _hides(error: BaseException, *passwords: str) -> None:
    """Neither the message nor what is chained to it shows one of the passwords."""
    whole = "".join(traceback.format_exception(error))
    assert "JournalError" in whole
    assert [password for password in passwords if password in whole] == []


# -- the server of the tests ---------------------------------------------------------------------


def test_the_server_is_as_a_team_s_would_be(postgresql: PostgresServer) -> None:
    for setting, value in (
        ("synchronous_commit", "on"),
        ("password_encryption", "scram-sha-256"),
        ("listen_addresses", "127.0.0.1"),
    ):
        assert postgresql.execute(f"SHOW {setting}") == [(value,)]


def test_the_server_lets_nobody_in_without_the_password(postgresql: PostgresServer) -> None:
    assert postgresql.answers()
    for password in ("", "wrong"):
        guest = PostgresServer(postgresql.port, password, postgresql.process, postgresql.log)
        assert not guest.answers()
    assert postgresql.fresh() != postgresql.fresh()


def test_without_a_server_the_tests_fail_and_say_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.playbooks.postgresql._DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(pytest.fail.Exception, match=r"run: \./setup-host --tests"),
        postgres_server(),
    ):
        raise AssertionError("there is no server")


def test_a_journal_that_somebody_holds_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with engine.connect() as other, pytest.raises(SQLAlchemyError) as caught:
            other.exec_driver_sql("BEGIN IMMEDIATE")
    told = str(journal_error(engine, caught.value))
    assert "database is locked; another process holds it for long: wait for its end" in told
