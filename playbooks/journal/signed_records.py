"""The controllers' signatures in the journal: written at a record's end, and read."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select

from egovnet.playbooks.journal import hash_chain
from egovnet.playbooks.journal.record_statement import (
    CHANGE,
    DRIFT,
    RecordStatement,
    parse_record_statement,
)
from egovnet.playbooks.journal.records import DONE, FAILED, UNDONE
from egovnet.playbooks.journal.tables import CHAINS, CHANGES, DRIFT_RUNS, SIGNATURES, STEPS
from egovnet.playbooks.signatures.controller_key import JOURNAL, ControllerKey

#: Phases of a change's last step.
_ENDS = (DONE, UNDONE, FAILED)


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """A row of the table: what was signed, and where the row says that it belongs."""

    kind: str
    number: int
    head: str
    statement: str
    signature: str


@dataclass(frozen=True, slots=True)
class End:
    """An end of a change, as its step has it."""

    change: int
    state: str
    head: str
    #: Fingerprint of the key that was to sign it; "" of none.
    signer: str

    def __str__(self) -> str:
        return f"change {self.change}"


@dataclass(frozen=True, slots=True)
class Run:
    """A drift run, and its link."""

    number: int
    link: str

    def __str__(self) -> str:
        return f"drift run {self.number}"


#: A record that should be signed and is not.
Unsigned = End | Run


@dataclass(frozen=True, slots=True)
class Heads:
    """A journal's name, and the heads of its chains at one moment."""

    journal: str
    head: str
    drift: str


def heads(connection: Connection, network: str) -> Heads:
    """The heads of a network's chains; other writers wait until the transaction ends."""
    row = connection.execute(
        select(CHAINS.c.journal, CHAINS.c.head, CHAINS.c.drift)
        .where(CHAINS.c.network == network)
        .with_for_update()
    ).one()
    return Heads(row.journal, row.head, row.drift or hash_chain.START)


def signed(
    key: ControllerKey, network: str, record: tuple[str, int, str], at: Heads, *, late: bool = False
) -> SignedRecord:
    """What the controller signs of a record: (kind, number, state).

    Raises:
        SigningError: it cannot.
    """
    kind, number, state = record
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    statement = RecordStatement(
        network, at.journal, kind, number, state, at.head, at.drift, key.fingerprint(), moment, late
    )
    signature = key.sign(statement.text().encode(), JOURNAL)
    return SignedRecord(kind, number, statement.own_head, statement.text(), signature)


def next_change(connection: Connection, network: str) -> int:
    """A number above those of all changes that there are."""
    last = select(func.max(CHANGES.c.id)).where(CHANGES.c.network == network)
    return int(connection.execute(last).scalar_one() or 0) + 1


def write(connection: Connection, network: str, record: SignedRecord) -> None:
    """Keep a signature; one that is there for the same record and link is replaced."""
    table = SIGNATURES.c
    row = {
        "network": network,
        "kind": record.kind,
        "number": record.number,
        "head": record.head,
        "statement": record.statement,
        "signature": record.signature,
    }
    connection.execute(
        delete(SIGNATURES).where(
            *(table[key] == row[key] for key in ("network", "kind", "number", "head"))
        )
    )
    connection.execute(insert(SIGNATURES).values(**row))


def read(connection: Connection, network: str) -> Iterator[SignedRecord]:
    """All signatures of a network's records, in the order of their numbers."""
    table = SIGNATURES.c
    rows = connection.execute(
        select(table.kind, table.number, table.head, table.statement, table.signature)
        .where(table.network == network)
        .order_by(table.number, table.kind, table.head)
    )
    for row in rows:
        yield SignedRecord(*row)


def is_end(stage: str, phase: str) -> bool:
    """Whether a step is an end of its change."""
    return stage == "change" and phase in _ENDS


def signer_of(detail: str) -> str:
    """Fingerprint of the key that was to sign an end, by its step; "" of none."""
    try:
        return str(json.loads(detail).get("signer", ""))
    except (ValueError, AttributeError):
        return ""


def due(
    ends: Iterable[End],
    runs: Mapping[int, str],
    signed: Collection[tuple[str, str]],
    since: int | None,
) -> list[Unsigned]:
    """What should be signed and is not; `signed` are kinds and links of what is.

    `runs` are drift runs with their links, `since` the first change that is known to be signed.
    """
    missing: list[Unsigned] = [
        end
        for end in ends
        if (CHANGE, end.head) not in signed
        and (end.signer or (since is not None and end.change >= since))
    ]
    if since is not None or any(kind == DRIFT for kind, _ in signed):
        missing += [Run(*run) for run in runs.items() if (DRIFT, run[1]) not in signed]
    return missing


def missing(connection: Connection, network: str, since: int | None) -> list[Unsigned]:
    """The same, by a look at the ends alone: nothing is compared with anything."""
    table = STEPS.c
    rows = connection.execute(
        select(table.change_id, table.phase, table.hash, table.detail)
        .join(CHANGES)
        .where(CHANGES.c.network == network, table.stage == "change", table.phase.in_(_ENDS))
        .order_by(table.id)
    )
    ends = [End(r.change_id, r.phase, str(r.hash), signer_of(r.detail)) for r in rows if r.hash]
    runs = connection.execute(
        select(DRIFT_RUNS.c.id, DRIFT_RUNS.c.hash)
        .where(DRIFT_RUNS.c.network == network, DRIFT_RUNS.c.hash.is_not(None))
        .order_by(DRIFT_RUNS.c.id)
    )
    links = {int(number): str(link) for number, link in runs}
    kept = {(record.kind, record.head) for record in read(connection, network)}
    return due(ends, links, kept, since)


def signed_at(record: SignedRecord) -> str:
    """When a record was signed, ISO 8601; "" where its statement was altered."""
    try:
        return parse_record_statement(record.statement).at
    except (ValueError, TypeError):
        return ""
