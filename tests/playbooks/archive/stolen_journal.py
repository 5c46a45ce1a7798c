"""A journal with an archive, and what a thief who may write either does to it."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from egovnet.inventory.history.snapshot import Intent
from egovnet.playbooks.archive.catch_up import catch_up
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.history import History
from egovnet.playbooks.journal import hash_chain
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.records import DONE, UNDONE, Configuration
from egovnet.playbooks.journal.tables import CHAINS, SIGNATURES, STEPS
from egovnet.playbooks.results.drift_report import DeviceRow, DriftReport
from egovnet.playbooks.results.proof_result import proof_result
from tests.playbooks.proofs import PROVED

#: Changes of the journal; one of them was undone, and a drift run came after each.
CHANGES_MADE = 4


def days(workspace: Workspace, first: int = 1, last: int = CHANGES_MADE) -> None:
    """A change a day, with an intent, and a drift run each night."""
    journal = workspace.journal
    for number in range(first, last + 1):
        texts = {
            name: Configuration(name, f"{name} {number}\n", f"{name} {number + 1}\n", "+ x", None)
            for name in ("bj-pe1", "bj-pe2")
        }
        change = journal.begin("apply", f"{number:064x}", "2 devices", texts, ticket=f"T-{number}")
        intents = Intents(journal.engine)
        digest = intents.keep(Intent({"vpns.yaml": f"day: {number}\n"}))
        intents.attach(change, None, digest)
        detail = {"before": None, "after": digest, "apart": []}
        journal.step(change, "intent", "*", "done", detail)
        journal.step(change, "proof", "*", "done", {"reason": "no path", "findings": []})
        journal.steps_begin(change, "commit", texts)
        journal.after(change, {name: text.intended for name, text in texts.items()})
        journal.close(change, UNDONE if number == 3 else DONE)
        night(workspace, number)
    notes = catch_up(workspace)
    assert notes == (), notes


def night(workspace: Workspace, number: int) -> None:
    """A drift run that found nothing."""
    rows = tuple(DeviceRow(name, "beijing", "centre") for name in ("bj-pe1", "bj-pe2"))
    report = DriftReport(
        0, "x", f"2026-11-{number:02}T02:00:00+00:00", 1.25, rows, (), proof_result(PROVED)
    )
    History(workspace.journal).keep(report, {}, seen={}, asked="")


def database(workspace: Workspace) -> Path:
    return workspace.state / "journal.db"


def rows(workspace: Workspace, table: str) -> list[dict[str, Any]]:
    with sqlite3.connect(database(workspace)) as raw:
        raw.row_factory = sqlite3.Row
        return [dict(row) for row in raw.execute(f"SELECT rowid AS _row, * FROM {table}")]  # noqa: S608


def put(workspace: Workspace, table: str, row: int, values: Mapping[str, Any]) -> None:
    """Write values into a row, as a thief does: no rule of egovnet's is asked."""
    names = ", ".join(f"{name} = ?" for name in values)
    with sqlite3.connect(database(workspace)) as raw:
        raw.execute(f"UPDATE {table} SET {names} WHERE rowid = ?", (*values.values(), row))  # noqa: S608


def chain_anew(workspace: Workspace) -> None:
    """Every hash of every step, and the head: the chain holds again."""
    with workspace.journal.database.writing() as connection:
        head = hash_chain.START
        for step in connection.execute(select(STEPS).order_by(STEPS.c.id)).mappings().all():
            head = hash_chain.link(head, dict(step))
            connection.execute(update(STEPS).where(STEPS.c.id == step["id"]).values(hash=head))
        connection.execute(update(CHAINS).values(head=head))


def cut_off(workspace: Workspace, first: int) -> None:
    """The last changes, with every row that is theirs, and the chain mended."""
    with sqlite3.connect(database(workspace)) as raw:
        for table in ("steps", "configurations", "change_intents"):
            raw.execute(f"DELETE FROM {table} WHERE change_id >= ?", (first,))  # noqa: S608
        raw.execute("DELETE FROM signatures WHERE kind = 'change' AND number >= ?", (first,))
        raw.execute("DELETE FROM changes WHERE id >= ?", (first,))
    chain_anew(workspace)


def forget_signatures(workspace: Workspace) -> None:
    """No signature, nor a word in the chain that there was to be one."""
    with workspace.journal.database.writing() as connection:
        connection.execute(delete(SIGNATURES))
    with sqlite3.connect(database(workspace)) as raw:
        raw.execute("""UPDATE steps SET detail = '{"left": []}' WHERE detail LIKE '%"signer"%'""")
    chain_anew(workspace)
