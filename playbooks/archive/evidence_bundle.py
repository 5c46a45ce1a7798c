"""The files of a bundle of evidence: what the journal has since a time, for whoever has no egovnet.

Equal journals give equal bundles, byte for byte, where the controller's key signs deterministically
(Ed25519 does).
"""

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from egovnet.playbooks.archive import bundle_check
from egovnet.playbooks.archive.bundle_check import NO_POLICY
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal import hash_chain, signed_records
from egovnet.playbooks.journal.record_statement import (
    CHANGE,
    RecordStatement,
    parse_record_statement,
)
from egovnet.playbooks.journal.tables import (
    CHAINS,
    CHANGES,
    CONFIGURATIONS,
    DRIFT_RUNS,
    STEPS,
)
from egovnet.playbooks.results.without_secrets import hidden
from egovnet.playbooks.signatures.controller_key import BUNDLE, ControllerKey
from egovnet.templates.registry import redact

#: The folder that a bundle unpacks to.
FOLDER = "egovnet-evidence"
_FILES = Path(__file__).parent / "evidence_files"
#: Stages whose steps hold public keys and hashes only, which look like others.
_PUBLIC = ("approval", "policy", "plan")
#: Of files that a bundle has, in seconds since 1970: none of them has a time of its own.
_EPOCH, _ZIP_EPOCH = 0, (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a bundle, and what is in them."""

    files: Mapping[str, bytes]
    #: As `bundle_check.read` has them.
    parts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Signed:
    statement: RecordStatement
    record: signed_records.SignedRecord


def evidence_bundle(workspace: Workspace, since: datetime | None) -> Bundle:
    """The bundle of what was done since a time; None: since the journal's begin.

    Its caller has seen that the journal is as it was written.

    Raises:
        SigningError: the bundle cannot be signed.
    """
    journal = workspace.journal
    key = journal.key or ControllerKey(workspace.state)
    with journal.database.reading() as connection:
        # who signs the bundle is in its list of keys, also where nothing was signed before
        key.remember(journal.name, signed_records.next_change(connection, journal.network))
        parts = _parts(connection, workspace, key, since)
        diffs = dict(_diffs(connection, [change["id"] for change in parts["changes"]]))
    files = {**_records(parts), **_signature_files(parts), **_approval_files(parts), **diffs}
    files["report.txt"] = bundle_check.report(parts)
    for name in ("README.md", "check.sh"):
        files[name] = (_FILES / name).read_text(encoding="utf-8")
    files["check.py"] = Path(bundle_check.__file__).read_text(encoding="utf-8")
    encoded = {name: text.encode() for name, text in files.items()}
    sums = "".join(
        f"{hashlib.sha256(encoded[name]).hexdigest()}  {name}\n" for name in sorted(encoded)
    ).encode()
    encoded["SHA256SUMS"] = sums
    encoded["SHA256SUMS.sig"] = key.sign(sums, BUNDLE).encode()
    return Bundle(encoded, parts)


def packed(files: Mapping[str, bytes], *, as_zip: bool) -> bytes:
    """One file of all: a zip, or a tar."""
    made = io.BytesIO()
    if as_zip:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(f"{FOLDER}/{name}", _ZIP_EPOCH)
                entry.external_attr, entry.create_system = 0o100644 << 16, 3
                archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
        return made.getvalue()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(files):
            info = tarfile.TarInfo(f"{FOLDER}/{name}")
            info.size, info.mtime, info.mode = len(files[name]), _EPOCH, 0o644
            tar.addfile(info, io.BytesIO(files[name]))
    return made.getvalue()


def _parts(
    connection: Connection, workspace: Workspace, key: ControllerKey, since: datetime | None
) -> dict[str, Any]:
    network = workspace.journal.network
    mine = CHANGES.c.network == network
    steps = _rows(connection, select(STEPS).join(CHANGES).where(mine).order_by(STEPS.c.id))
    runs = _rows(
        connection,
        select(DRIFT_RUNS).where(DRIFT_RUNS.c.network == network).order_by(DRIFT_RUNS.c.id),
    )
    chain = connection.execute(select(CHAINS).where(CHAINS.c.network == network)).mappings().one()
    signed = [
        _Signed(parse_record_statement(record.statement), record)
        for record in signed_records.read(connection, network)
    ]
    at, run_at = _begin(steps, runs, signed, since)
    policies = bundle_check.policies_of(steps)
    chosen, chosen_runs = [_shown(step) for step in steps[at:]], runs[run_at:]
    numbers = {step["change_id"] for step in chosen}
    links = {step["hash"] for step in chosen} | {run["hash"] for run in chosen_runs}
    changes = _rows(connection, select(CHANGES).where(mine).order_by(CHANGES.c.id))
    used = {
        bundle_check.lines_of(text).get("policy") for *_, text, _ in bundle_check.approvals(chosen)
    }.union(bundle_check.policies_of(chosen))
    in_force = [step for step in steps[:at] if step["stage"] == "policy"]
    name = str(chain["journal"])
    return {
        "marks": {
            "egovnet": version("egovnet"),
            "network": network,
            "journal": name,
            "since": since.isoformat() if since else "",
            "first": _before(steps, at),
            "head": chain["head"],
            "first_drift": _before(runs, run_at),
            "drift": chain["drift"] or hash_chain.START,
            "signed_from": key.since(name),
            "policy": json.loads(in_force[-1]["detail"])["digest"] if in_force else NO_POLICY,
            "keeps_plans": any(step["stage"] == "plan" for step in steps[:at]),
        },
        "steps": chosen,
        "changes": [_hidden(change) for change in changes if change["id"] in numbers],
        "runs": chosen_runs,
        "signatures": [
            (each.record.statement, each.record.signature)
            for each in signed
            if each.statement.own_head in links
        ],
        "policies": {digest: policies[digest] for digest in sorted(policies) if digest in used},
        "controllers": key.controllers().text,
    }


def _rows(connection: Connection, question: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(question).mappings()]


def _begin(
    steps: Sequence[Mapping[str, Any]],
    runs: Sequence[Mapping[str, Any]],
    signed: Iterable[_Signed],
    since: datetime | None,
) -> tuple[int, int]:
    """Where both chains begin in the bundle: so early that all that is signed in it is in it."""
    if since is None:
        return 0, 0
    at = next((n for n, step in enumerate(steps) if _moment(step["at"]) >= since), len(steps))
    run_at = next((n for n, run in enumerate(runs) if _moment(run["started"]) >= since), len(runs))
    # the start of a chain is every bundle's
    places = {hash_chain.START: len(steps)} | {s["hash"]: n for n, s in enumerate(steps, 1)}
    run_places = {hash_chain.START: len(runs)} | {r["hash"]: n for n, r in enumerate(runs, 1)}
    statements = [each.statement for each in signed]
    while True:
        inside = [
            (places.get(each.head, 0), run_places.get(each.drift, 0))
            for each in statements
            if (places.get(each.head, 0) > at and each.kind == CHANGE)
            or (run_places.get(each.drift, 0) > run_at and each.kind != CHANGE)
        ]
        earlier = (
            min((n for n, _ in inside), default=at),
            min((n for _, n in inside), default=run_at),
        )
        fresh = min(at, earlier[0]), min(run_at, earlier[1])
        if fresh == (at, run_at):
            return fresh
        at, run_at = fresh


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _before(records: Sequence[Mapping[str, Any]], at: int) -> str:
    return str(records[at - 1]["hash"] or hash_chain.START) if at else hash_chain.START


def _shown(step: dict[str, Any]) -> dict[str, Any]:
    """A step as it may be handed out: one that quotes a key, by its hash only."""
    if step["stage"] in _PUBLIC or hidden(step["detail"]) == step["detail"]:
        return step
    return {**step, "detail": "", "withheld": True}


def _hidden(change: dict[str, Any]) -> dict[str, Any]:
    return {
        key: hidden(value) if isinstance(value, str) else value for key, value in change.items()
    }


def _records(parts: Mapping[str, Any]) -> dict[str, str]:
    def lines(records: Iterable[Mapping[str, Any]]) -> str:
        return "".join(f"{json.dumps(record, sort_keys=True)}\n" for record in records)

    times = [json.loads(text)["at"] for text, _ in parts["signatures"]]
    newest = max(map(_moment, times), default=datetime.now(UTC)).astimezone(UTC)
    return {
        "bundle.json": json.dumps(parts["marks"], indent=1, sort_keys=True) + "\n",
        "steps.jsonl": lines(parts["steps"]),
        "changes.jsonl": lines(parts["changes"]),
        "drift.jsonl": lines(parts["runs"]),
        "policies.json": json.dumps(parts["policies"], indent=1, sort_keys=True) + "\n",
        "controllers": parts["controllers"],
        "time": f"{newest:%Y%m%d%H%M%S}\n",
    }


def _signature_files(parts: Mapping[str, Any]) -> dict[str, str]:
    files: dict[str, str] = {}
    for text, signature in parts["signatures"]:
        said = parse_record_statement(text)
        name = f"signatures/{said.kind}-{said.number:04}-{said.own_head[:12]}"
        files |= {f"{name}.json": text, f"{name}.sig": signature}
    return files


def _approval_files(parts: Mapping[str, Any]) -> dict[str, str]:
    files: dict[str, str] = {}
    counted: dict[int, int] = {}
    for change, _, text, signature in bundle_check.approvals(parts["steps"]):
        counted[change] = counted.get(change, 0) + 1
        name = f"approvals/{change:04}-{counted[change]}"
        policy = parts["policies"].get(bundle_check.lines_of(text).get("policy"))
        files |= {f"{name}.txt": text, f"{name}.sig": signature}
        if policy is not None:
            files[f"{name}.signers"] = policy[1]
    return files


def _diffs(connection: Connection, changes: Sequence[int]) -> Iterator[tuple[str, str]]:
    table = CONFIGURATIONS.c
    for change in changes:
        rows = connection.execute(
            select(table.device, table.diff).where(table.change_id == change).order_by(table.device)
        )
        for device, diff in rows:
            yield f"diffs/{change:04}/{device}.diff", redact(diff)
