"""Whether a journal is as it was written: its chains, what they say of the rest, what was signed.

Nobody's key is asked here: that a signature holds is `signature_check`'s to say.
"""

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from egovnet.playbooks.journal import hash_chain, signed_records
from egovnet.playbooks.journal.record_statement import (
    CHANGE,
    DRIFT,
    RecordStatement,
    parse_record_statement,
)
from egovnet.playbooks.journal.records import OPEN
from egovnet.playbooks.journal.signed_records import (
    End,
    SignedRecord,
    Unsigned,
    due,
    is_end,
    signer_of,
)
from egovnet.playbooks.journal.tables import (
    CHAINS,
    CHANGE_INTENTS,
    CHANGES,
    CONFIGURATIONS,
    DRIFT_RUNS,
    INTENT_CONTENTS,
    STEPS,
)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that is not as it was written; the first of several sorts first."""

    #: CHANGE or DRIFT, and its number: changes sort first.
    kind: str
    number: int
    words: str
    #: It is signed, and nobody here can say whether that holds: by a key that is not listed
    #: (another controller's, or a forger's), or there is no ssh-keygen.
    unknown_signer: bool = False


@dataclass(slots=True)
class Chains:
    """A network's chains as they are: what may be signed."""

    network: str
    journal: str
    head: str
    drift: str
    #: Every link, the start included.
    links: set[str] = field(default_factory=lambda: {hash_chain.START})
    drift_links: set[str] = field(default_factory=lambda: {hash_chain.START})
    ends: list[End] = field(default_factory=list)
    #: Drift run -> its link.
    runs: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Audit:
    """What an audit found."""

    chains: Chains
    faults: list[Fault] = field(default_factory=list)
    #: Signatures that belong to a record as it is: whether they hold is not asked yet.
    signed: list[tuple[RecordStatement, SignedRecord]] = field(default_factory=list)
    #: Ends of changes, and drift runs, that should be signed and are not.
    unsigned: list[Unsigned] = field(default_factory=list)


def audit(connection: Connection, network: str, *, since: int | None = None) -> Audit:
    """Where the journal of `network` was altered. Linear in its size.

    `since` is the first change that is known to have been signed; None: of none that is known.
    """
    mine = CHANGES.c.network == network
    steps = [
        dict(row)
        for row in connection.execute(
            select(STEPS).join(CHANGES).where(mine).order_by(STEPS.c.id)
        ).mappings()
    ]
    runs = [
        dict(row)
        for row in connection.execute(
            select(DRIFT_RUNS).where(DRIFT_RUNS.c.network == network).order_by(DRIFT_RUNS.c.id)
        ).mappings()
    ]
    row = connection.execute(select(CHAINS).where(CHAINS.c.network == network)).mappings().one()
    chains = _chains(row, steps, runs)
    found = Audit(chains)
    broken = [Fault(CHANGE, *each) for each in hash_chain.breaks(steps, chains.head)]
    if not broken:
        # What a broken chain says of changes and texts proves nothing.
        found.faults += _rows_altered(connection, network, steps)
    found.faults += broken
    found.faults += [Fault(DRIFT, *each) for each in hash_chain.drift_breaks(runs, row["drift"])]
    _compare_signed(found, list(signed_records.read(connection, network)), since)
    found.faults.sort()
    return found


def content_faults(connection: Connection, network: str) -> Iterator[Fault]:
    """Which changes' inventories, as the journal keeps them, are not as they were written.

    Linear in all that was ever kept.
    """
    contents: dict[str, bytes | None] = {}
    for row in connection.execute(select(INTENT_CONTENTS)):
        try:
            text = zlib.decompress(row.content)
        except zlib.error:
            text = b""
        contents[row.digest] = text if hashlib.sha256(text).hexdigest() == row.digest else None
    rows = connection.execute(
        select(CHANGE_INTENTS)
        .join(CHANGES, CHANGES.c.id == CHANGE_INTENTS.c.change_id)
        .where(CHANGES.c.network == network)
        .order_by(CHANGE_INTENTS.c.change_id)
    )
    reported: set[str] = set()
    for row in rows:
        for digest in (row.before, row.after):
            parts = _parts(contents.get(digest)) if digest else ()
            if digest not in reported and (
                parts is None or any(contents.get(part) is None for part in parts)
            ):
                reported.add(digest)
                yield Fault(
                    CHANGE,
                    row.change_id,
                    f"change {row.change_id}: a file of the inventory it was made from is not "
                    "what was written",
                )


def _parts(listing: bytes | None) -> Collection[str] | None:
    """Digests of the files that a list names; None: it is not a list of files."""
    try:
        files = json.loads(listing or b"")
        return [str(digest) for digest in files.values()]
    except (ValueError, AttributeError):
        return None


def fingerprints(texts: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Device -> hashes of its texts before and as intended, and of the diff."""
    return {
        row["device"]: [hash_chain.fingerprint(row[k]) for k in ("before", "intended", "diff")]
        for row in texts
    }


def _chains(
    row: RowMapping, steps: Iterable[Mapping[str, Any]], runs: Iterable[Mapping[str, Any]]
) -> Chains:
    head, drift = row["head"], row["drift"] or hash_chain.START
    chains = Chains(row["network"], row["journal"], head, drift)
    for step in steps:
        link = str(step["hash"] or hash_chain.START)
        chains.links.add(link)
        if is_end(step["stage"], step["phase"]):
            signer = signer_of(step["detail"])
            chains.ends.append(End(step["change_id"], step["phase"], link, signer))
    for run in runs:
        if run["hash"] is not None:
            chains.runs[run["id"]] = run["hash"]
            chains.drift_links.add(run["hash"])
    return chains


def _compare_signed(found: Audit, records: Sequence[SignedRecord], since: int | None) -> None:
    """Hold what was signed to the chains, and the chains to what was signed."""
    chains = found.chains
    ends = {(end.change, end.head): end for end in chains.ends}
    seen: set[tuple[str, str]] = set()
    wrongs: list[Fault] = []
    for record in records:
        try:
            statement = parse_record_statement(record.statement)
        except (ValueError, TypeError):
            words = f"{record.kind} {record.number}: what was signed of it is not as it was written"
            wrongs.append(Fault(record.kind, record.number, words))
            continue
        wrong = _misplaced(record, statement, chains) or (
            _not_this_run(statement, chains)
            if statement.kind == DRIFT
            else _not_this_end(statement, chains, ends)
        )
        if wrong:
            wrongs.append(Fault(statement.kind, statement.number, wrong))
            continue
        seen.add((statement.kind, statement.own_head))
        found.signed.append((statement, record))
    # one that was altered, or does not belong here, is reported as such
    seen |= {(record.kind, record.head) for record in records}
    named = {(fault.kind, fault.number) for fault in wrongs}
    found.unsigned += [
        each
        for each in due(chains.ends, chains.runs, seen, since)
        if ((CHANGE, each.change) if isinstance(each, End) else (DRIFT, each.number)) not in named
    ]
    found.faults += wrongs


def _misplaced(record: SignedRecord, statement: RecordStatement, chains: Chains) -> str:
    kept = (record.kind, record.number, record.head)
    if kept != (statement.kind, statement.number, statement.own_head):
        return f"{statement.record}: its signature is kept for {record.kind} {record.number}"
    if (statement.network, statement.journal) != (chains.network, chains.journal):
        return (
            f"{statement.record}: signed in the journal {statement.journal} of "
            f"{statement.network}, and this is {chains.journal} of {chains.network}"
        )
    return ""


def _not_this_end(
    statement: RecordStatement, chains: Chains, ends: Mapping[tuple[int, str], End]
) -> str:
    end = ends.get((statement.number, statement.head))
    if end is None:
        return (
            f"{statement.record} was signed with {statement.head[:12]} at its end, and the journal "
            "has no such link: the chain was made anew"
        )
    if end.state != statement.state:
        return f"{statement.record} was signed as {statement.state}, and its step is {end.state}"
    if end.signer and not statement.late and end.signer != statement.controller:
        return f"{statement.record} was to be signed with {end.signer}, not {statement.controller}"
    return _other_chain_gone(statement, statement.drift in chains.drift_links, "drift runs")


def _not_this_run(statement: RecordStatement, chains: Chains) -> str:
    if chains.runs.get(statement.number) != statement.drift:
        return (
            f"{statement.record} was signed with {statement.drift[:12]}, and the journal has no "
            "such link: its chain was made anew"
        )
    return _other_chain_gone(statement, statement.head in chains.links, "changes")


def _other_chain_gone(statement: RecordStatement, holds: bool, what: str) -> str:
    if holds:
        return ""
    return (
        f"{statement.record} was signed when the chain of {what} had a link that it has no more: "
        "it was cut off, or made anew"
    )


def _rows_altered(
    connection: Connection, network: str, steps: Sequence[Mapping[str, Any]]
) -> Iterator[Fault]:
    """Which changes, texts and intents are not as their steps say."""
    mine = CHANGES.c.network == network
    texts: dict[int, list[Mapping[str, Any]]] = {}
    for row in connection.execute(select(CONFIGURATIONS).join(CHANGES).where(mine)).mappings():
        texts.setdefault(row["change_id"], []).append(dict(row))
    intents = {
        row.change_id: (row.before, row.after) for row in connection.execute(select(CHANGE_INTENTS))
    }
    said = _what_steps_say(steps)
    first = min(said, default=0)
    for row in connection.execute(select(CHANGES).where(mine).order_by(CHANGES.c.id)).mappings():
        number = row["id"]
        if number in said:
            words = _altered(dict(row), texts.get(number, []), said[number])
            intent = said[number].intent
            if intent is not None and intents.get(number) != intent:
                words = [*words, f"change {number}: the inventory it was made from is another"]
        else:
            # older ones have no such step
            words = [f"change {number} is in no step: it was added"] if number > first > 0 else []
        for each in words:
            yield Fault(CHANGE, number, each)


@dataclass(slots=True)
class _Said:
    """What a change's steps say of it."""

    header: dict[str, Any]
    state: str = OPEN
    #: Device -> hash of what it ran afterwards.
    after: dict[str, str] = field(default_factory=dict)
    intent: tuple[str | None, str | None] | None = None


def _what_steps_say(steps: Iterable[Mapping[str, Any]]) -> dict[int, _Said]:
    said: dict[int, _Said] = {}
    for step in steps:
        number, stage = step["change_id"], step["stage"]
        if (stage, step["phase"]) == ("change", "begin"):
            said[number] = _Said(json.loads(step["detail"]))
        elif number in said and stage == "change":
            said[number].state = step["phase"]
        elif number in said and stage == "after":
            said[number].after.update(json.loads(step["detail"]))
        elif number in said and stage == "intent":
            detail = json.loads(step["detail"])
            said[number].intent = (detail["before"], detail["after"])
    return said


def _altered(
    row: Mapping[str, Any], texts: Sequence[Mapping[str, Any]], said: _Said
) -> Sequence[str]:
    """What of a change and its texts is not as its steps say."""
    what, found = f"change {row['id']}", []
    for key, value in said.header.items():
        if key != "devices" and row[key] != value:
            found.append(f"{what}: its {key} is not what was written")
    if row["state"] != said.state:
        found.append(f"{what}: its state is {row['state']}, and its steps say {said.state}")
    if fingerprints(texts) != said.header["devices"]:
        found.append(f"{what}: a device's texts are not what was written")
    for text in texts:
        seen = text["after"]
        hashed = None if seen is None else hash_chain.fingerprint(seen)
        if hashed != said.after.get(text["device"]):
            found.append(f"{what}: what {text['device']} ran afterwards is not what was written")
    return found
