"""Whoever alters the journal's database is seen, wherever it is altered."""

import sqlite3
from pathlib import Path

import pytest

from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, Configuration

TEXTS = {
    name: Configuration(name, f"old {name}\n", f"new {name}\n", "+ x", None)
    for name in ("pe1", "pe2")
}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Two changes of one network."""
    made = Journal(tmp_path, "net")
    for number in (1, 2):
        change = made.begin("apply", "f" * 64, "2 devices", TEXTS, ticket=f"T-{number}")
        made.steps_begin(change, "commit", TEXTS)
        for name in TEXTS:
            made.step(change, "commit", name, "done")
        made.decide(change, "forward", "verified", TEXTS)
        made.after(change, {name: text.intended for name, text in TEXTS.items()})
        made.close(change, DONE)
    return made


def test_a_journal_as_it_was_written_has_no_faults(journal: Journal) -> None:
    assert journal.faults() == []
    assert journal.head() == journal.seal(2) != journal.seal(1)
    assert Journal(Path(str(journal.engine.url.database)).parent, "net").faults() == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE steps SET detail = 'no' WHERE device = 'pe1' AND phase = 'done'", "step "),
        ("UPDATE steps SET at = '2020' WHERE id = 1", "step 1 "),
        ("UPDATE steps SET hash = NULL WHERE id = 1", "step 2 "),
        ("DELETE FROM steps WHERE id = 3", "step 4 "),
        ("DELETE FROM steps WHERE id = (SELECT max(id) FROM steps)", "newest steps are gone"),
        ("UPDATE changes SET author = 'nobody' WHERE id = 1", "change 1: its author"),
        ("UPDATE changes SET ticket = NULL WHERE id = 2", "change 2: its ticket"),
        ("UPDATE changes SET state = 'undone' WHERE id = 2", "its state is undone"),
        ("DELETE FROM changes WHERE id = 1", "gone"),
        ("UPDATE configurations SET before = 'x' WHERE device = 'pe1'", "texts are not"),
        ("UPDATE configurations SET after = 'x' WHERE device = 'pe2'", "what pe2 ran afterwards"),
        ("DELETE FROM configurations WHERE change_id = 2", "texts are not"),
        (
            "INSERT INTO steps (change_id, at, stage, device, phase, detail, hash) "
            "SELECT change_id, at, stage, device, phase, detail, hash FROM steps WHERE id = 2",
            "step ",
        ),
        ("UPDATE chains SET head = '" + "0" * 64 + "'", "newest steps"),
    ],
)
def test_tampering_shows(journal: Journal, statement: str, told: str) -> None:
    with sqlite3.connect(str(journal.engine.url.database)) as raw:
        assert raw.execute(statement).rowcount > 0
    found = journal.faults()
    assert found
    assert any(told in fault for fault in found), found


def test_a_journal_of_before_the_chain_goes_on_with_one(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "journal.db") as raw:
        raw.executescript(
            "CREATE TABLE changes (id INTEGER PRIMARY KEY, kind VARCHAR(20) NOT NULL,"
            " author VARCHAR(100) NOT NULL, created VARCHAR(40) NOT NULL,"
            " network VARCHAR(100) NOT NULL, plan_hash VARCHAR(64) NOT NULL,"
            " summary TEXT NOT NULL, undoes INTEGER, state VARCHAR(20) NOT NULL);"
            "CREATE TABLE steps (id INTEGER PRIMARY KEY, change_id INTEGER NOT NULL,"
            " at VARCHAR(40) NOT NULL, stage VARCHAR(20) NOT NULL, device VARCHAR(100) NOT NULL,"
            " phase VARCHAR(10) NOT NULL, detail TEXT NOT NULL);"
            "INSERT INTO changes VALUES (1,'apply','li','2026','net','h','s',NULL,'done');"
            "INSERT INTO steps VALUES (1,1,'2026','commit','pe1','done','');"
        )
    journal = Journal(tmp_path, "net")
    assert journal.change(1).ticket is None
    change = journal.begin("apply", "h", "s", TEXTS)
    journal.close(change, DONE)
    assert [step.stage for step in journal.steps(1)] == ["commit"]
    assert journal.faults() == []
    with sqlite3.connect(tmp_path / "journal.db") as raw:
        raw.execute("UPDATE steps SET detail = 'x' WHERE change_id = ?", (change,))
    assert journal.faults()
