"""What a run leaves for the next, in both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.drift.history import Compliant, History
from egovnet.playbooks.journal.errors import AlteredValueError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.tables import make_tables
from egovnet.playbooks.results.drift_report import DeviceRow, Difference, DriftReport
from egovnet.playbooks.results.proof_result import ProofResult, proof_result
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


@pytest.mark.parametrize("moment", ["2099-01-01T00:00:00+00:00", "2026-11-24T03:00:01+00:00"])
def test_who_is_seen_in_days_to_come_is_seen_now(
    moment: str, journal_url: str, tmp_path: Path
) -> None:
    """Else a grace would never end, by one line written into the database."""
    runs = history(tmp_path)
    keep(runs, FIRST, ROWS, [replace(STATIC, first_seen=moment, runs=1)])
    (found,) = runs.with_age([STATIC], SECOND)
    assert found.first_seen == SECOND
    keep(runs, SECOND, ROWS, [found])
    assert runs.with_age([STATIC], "2026-11-25T03:00:00+00:00")[0].first_seen == SECOND


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-11-24T03:00:00", "9" * 40])
def test_a_moment_that_is_none_is_refused(moment: str, journal_url: str, tmp_path: Path) -> None:
    runs = history(tmp_path)
    rows = (replace(ROWS[0], read_at=moment), ROWS[1])
    keep(runs, FIRST, rows, [replace(STATIC, first_seen=moment, runs=1)])
    for ask in (
        lambda: runs.with_age([STATIC], SECOND),
        lambda: runs.last_known(["a"], datetime.fromisoformat(SECOND)),
    ):
        with pytest.raises(AlteredValueError, match="which is no moment"):
            ask()


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
        for column in ("meant", "runs", "stands", "asked", "seal"):
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


def test_the_proof_of_an_older_version_is_read() -> None:
    proof = replace(ProofResult.from_dict(OLD_PROOF), proved_at=FIRST)
    sentence = {"id": "", "sentence": "Routers do what their text says.", "properties": []}
    assert proof.to_dict() == OLD_PROOF | {"assumed": [sentence], "proved_at": FIRST}


#: What a thief writes into a row of who was compliant, or of what was proved.
WRITTEN = (
    *(("drift_readings", column) for column in ("meant", "runs", "stands", "asked", "state")),
    *(("drift_readings", "seal"), ("drift_proofs", "proof"), ("drift_proofs", "seal")),
    *(("drift_proofs", "proved_at"), ("drift_readings", "device")),
)


@pytest.mark.parametrize(("table", "column"), WRITTEN)
@pytest.mark.parametrize("value", ["5" * 40, None])
def test_what_others_wrote_makes_nobody_compliant(
    table: str, column: str, value: str | None, journal_url: str, tmp_path: Path
) -> None:
    runs = history(tmp_path)
    keep(runs, FIRST, ROWS, [])
    runs.keep_proof("4" * 64, proof_result(PROVED), FIRST)
    connection = Journal(tmp_path, "test").engine.connect()
    with connection.execution_options(egovnet_writes=True), connection.begin():
        what = "NULL" if value is None else f"'{value}'"
        rows = "WHERE device = 'a'" if table == "drift_readings" else ""
        try:
            connection.exec_driver_sql(f"UPDATE {table} SET {column} = {what} {rows}")  # noqa: S608
        except IntegrityError:
            return
    again = history(tmp_path)
    assert (table == "drift_proofs") == ("a" in again.before("").devices)
    assert (table == "drift_readings") == (again.proof("4" * 64) is not None)


def test_what_another_controller_saw_is_seen_anew(journal_url: str, tmp_path: Path) -> None:
    """Of a shared journal: it may be somebody who writes there."""
    runs = history(tmp_path)
    keep(runs, FIRST, ROWS, [])
    (tmp_path / "drift_key").unlink()
    other = history(tmp_path)
    assert other.before("").devices == {}
    keep(other, SECOND, ROWS, [])
    assert other.before("").devices
    assert (tmp_path / "drift_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("left", [b"", b"short", b"x" * 33])
def test_a_key_that_is_none_seals_nothing(left: bytes, tmp_path: Path) -> None:
    runs = history(tmp_path)
    (tmp_path / "drift_key").write_bytes(left)
    keep(runs, FIRST, ROWS, [])
    assert history(tmp_path).before("").devices == {}
