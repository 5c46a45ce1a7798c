"""What a run leaves for the next, in both databases."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, insert

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.drift.history import Compliant, History
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.tables import DRIFT_PROOFS, make_tables
from egovnet.playbooks.results.drift_report import DeviceRow, Difference, DriftReport
from egovnet.playbooks.results.proof_result import proof_result
from egovnet.tasks.read_device import Seen
from tests.playbooks.proofs import LEAKING, PROVED

FIRST, SECOND = "2026-11-23T03:00:00+00:00", "2026-11-24T03:00:00+00:00"
ROWS = (
    DeviceRow("a", "beijing", "centre", read_at=FIRST, state={"BGP sessions": 4}),
    DeviceRow("b", "beijing", "centre", read_at=FIRST, state={"BGP sessions": 2}),
)
STATIC = Difference("a", DriftClass.SERVICE, "configuration", "VRF x static routes", "lacks 1 line")
LEAK = Difference("b", DriftClass.LEAK, "configuration", "VRF y ipv4", "P1")
SEEN = Seen("1" * 64, "2" * 64, "3" * 64)


def history(directory: Path) -> History:
    return History(Journal(directory, "test"))


def keep(runs: History, at: str, rows: tuple[DeviceRow, ...], found: list[Difference]) -> int:
    report = DriftReport(0, "test", at, 1.5, rows, tuple(found), proof_result(LEAKING))
    return runs.keep(report, {"b": "text of b"}, seen={"a": SEEN}, asked="4" * 64)


def test_a_difference_is_known_again(journal_url: str, tmp_path: Path) -> None:
    runs = history(tmp_path)
    found = runs.with_age([STATIC, LEAK], FIRST)
    assert [(d.first_seen, d.runs) for d in found] == [(FIRST, 1), (FIRST, 1)]
    keep(runs, FIRST, ROWS, found)
    again = history(tmp_path).with_age([STATIC, replace(LEAK, subject="another")], SECOND)
    assert [(d.first_seen, d.runs) for d in again] == [(FIRST, 2), (SECOND, 1)]


def test_what_is_gone_begins_anew_and_what_did_not_answer_stays(
    journal_url: str, tmp_path: Path
) -> None:
    runs = history(tmp_path)
    keep(runs, FIRST, ROWS, runs.with_age([STATIC, LEAK], FIRST))
    absent = (replace(ROWS[0], read_at=SECOND), replace(ROWS[1], unreachable="no answer"))
    keep(runs, SECOND, absent, [])
    again = runs.with_age([STATIC, LEAK], SECOND)
    assert [(d.first_seen, d.runs) for d in again] == [(SECOND, 1), (FIRST, 2)]


def test_a_remediated_difference_is_no_more(journal_url: str, tmp_path: Path) -> None:
    runs = history(tmp_path)
    found = runs.with_age([STATIC], FIRST)
    keep(runs, FIRST, ROWS, [replace(found[0], remediated=True)])
    assert runs.with_age([STATIC], SECOND)[0].runs == 1


def test_last_known_states(journal_url: str, tmp_path: Path) -> None:
    runs = history(tmp_path)
    keep(runs, FIRST, ROWS, runs.with_age([STATIC, LEAK], FIRST))
    now = datetime.fromisoformat(FIRST) + timedelta(hours=2)
    known = runs.last_known(["b", "never seen"], now)
    assert list(known) == ["b"]
    assert (known["b"].at, known["b"].age) == (FIRST, 7200)
    assert known["b"].classes == {"leak": 1}
    assert known["b"].state == {"BGP sessions": 2}
    assert runs.last_texts(["a", "b"]) == {"b": "text of b"}


def test_the_trend_has_the_oldest_first(journal_url: str, tmp_path: Path) -> None:
    runs = history(tmp_path)
    assert runs.trend() == ()
    found = [STATIC, LEAK]
    one, two = keep(runs, FIRST, ROWS, found), keep(runs, SECOND, ROWS, found)
    assert two > one
    assert [run.at for run in runs.trend()] == [FIRST, SECOND]
    open_then = {klass: n for klass, n in runs.trend()[0].classes.items() if n}
    assert open_then == {"leak": 1, "service": 1}
    other = History(Journal(tmp_path, "another"))
    assert other.trend() == ()


def test_many_devices_are_kept_in_few_statements(journal_url: str, tmp_path: Path) -> None:
    runs = history(tmp_path)
    rows = tuple(replace(ROWS[0], device=f"r{n}") for n in range(1203))
    found = [replace(STATIC, device=row.device) for row in rows]
    keep(runs, FIRST, rows, runs.with_age(found, FIRST))
    assert {d.runs for d in runs.with_age(found, SECOND)} == {2}


def test_what_a_device_answered_when_it_was_compliant(journal_url: str, tmp_path: Path) -> None:
    runs = history(tmp_path)
    assert runs.before("").devices == {}
    keep(runs, FIRST, ROWS, [LEAK])
    assert runs.before("").devices == {"a": Compliant(SEEN, {"BGP sessions": 4}, "4" * 64)}
    absent = tuple(replace(row, unreachable="no answer") for row in ROWS)
    keep(runs, SECOND, absent, [])
    assert runs.before("").devices == {"a": Compliant(SEEN, {"BGP sessions": 4}, "4" * 64)}


def test_an_older_journal_has_no_digests_and_comes_to_have_them(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'journal.db'}")
    with engine.begin() as connection:
        make_tables(connection)
        for column in ("meant", "runs", "stands", "asked"):
            connection.exec_driver_sql(f"ALTER TABLE drift_readings DROP COLUMN {column}")
        connection.exec_driver_sql(
            "INSERT INTO drift_readings VALUES ('test', 'a', '2026-11-23', '{}', '{}', NULL)"
        )
        make_tables(connection)
    assert History(Journal(tmp_path, "test")).before("").devices == {}


def test_the_proof_of_what_is_meant_is_kept_until_something_else_is(
    journal_url: str, tmp_path: Path
) -> None:
    runs = history(tmp_path)
    assert runs.proof("4" * 64) is None
    proof = proof_result(PROVED)
    runs.keep_proof("4" * 64, proof, FIRST)
    assert runs.proof("4" * 64) == replace(proof, proved_at=FIRST)
    runs.keep_proof("5" * 64, proof, SECOND)
    assert runs.proof("4" * 64) is None
    assert runs.proof("5" * 64) == replace(proof, proved_at=SECOND)
    runs.keep_proof("", proof, SECOND)
    assert runs.proof("") is None, "nobody knows what it was made from"


def test_who_was_not_read_in_the_last_run(journal_url: str, tmp_path: Path) -> None:
    runs = history(tmp_path)
    keep(runs, FIRST, ROWS, [])
    assert runs.before("").not_read == set()
    absent = (replace(ROWS[0], read_at=SECOND), replace(ROWS[1], unreachable="no answer"))
    keep(runs, SECOND, absent, [])
    assert runs.before("").not_read == {"b"}


#: As the version before this one kept it.
OLD_PROOF = {
    "proved": True,
    "reason": "no path between zones, nor between agencies, but those that are meant, in 7 devices",
    "findings": [],
    "checked": {
        "devices": 7,
        "vrfs": 21,
        "interfaces": 71,
        "lines": 2072,
        "lines_not_understood": 0,
        "properties": ["P1"],
        "missing": [],
    },
    "unreachable": {},
    "assumptions": ["Routers do what their text says."],
    "matrix": {
        "domains": [{"name": "party", "zone": "intranet"}],
        "cells": [
            {
                "source": "party",
                "target": "party",
                "state": "allowed",
                "reason": "one VPN",
                "findings": [],
            }
        ],
    },
}


def test_the_proof_of_an_older_version_is_read(journal_url: str, tmp_path: Path) -> None:
    journal = Journal(tmp_path, "test")
    engine = journal.engine
    row = {"network": "test", "asked": "4" * 64, "proved_at": FIRST}
    connection = engine.connect().execution_options(egovnet_writes=True)
    with connection, connection.begin():
        connection.execute(insert(DRIFT_PROOFS), row | {"proof": json.dumps(OLD_PROOF)})
    proof = History(journal).proof("4" * 64)
    assert proof is not None
    sentence = {"id": "", "sentence": "Routers do what their text says.", "properties": []}
    assert proof.to_dict() == OLD_PROOF | {"assumed": [sentence], "proved_at": FIRST}
