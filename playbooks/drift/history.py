"""What earlier runs found, in the journal's database: since when, how often, last known states.

Devices that were not asked, or did not answer, keep what is known of them.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from egovnet.playbooks.drift.seal import Seal
from egovnet.playbooks.journal.database import journal_error
from egovnet.playbooks.journal.errors import AlteredValueError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.tables import (
    DRIFT_DIFFERENCES,
    DRIFT_PROOFS,
    DRIFT_READINGS,
    DRIFT_RUNS,
)
from egovnet.playbooks.results.drift_report import (
    DeviceRow,
    Difference,
    DriftReport,
    EarlierRun,
    LastKnown,
)
from egovnet.playbooks.results.proof_result import ProofResult
from egovnet.tasks.read_device import Seen

#: Runs that the trend goes back.
RUNS = 365
#: Databases take only so many values in one statement.
_ROWS = 200


@dataclass(frozen=True, slots=True)
class Compliant:
    """A device that had no difference: its answer's digests, and its state in few numbers."""

    seen: Seen
    numbers: Mapping[str, int]
    #: Digest of what the whole inventory intended then.
    asked: str


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the devices from earlier runs."""

    #: Digest of what is intended in this run, as in Compliant.
    asked: str
    #: Those that had no difference when they last answered.
    devices: Mapping[str, Compliant]
    #: Those that were not read in the last run: most often they are dead.
    not_read: frozenset[str]

    def of(self, device: str) -> tuple[Seen | None, bool]:
        """What it answered, and whether the whole inventory intended the same then."""
        known = self.devices.get(device)
        if known is None:
            return None, False
        return known.seen, bool(self.asked) and known.asked == self.asked


class History:
    """The drift runs of one network."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._engine = journal.engine
        self._network = journal.network
        self._seal = Seal(journal.state_directory)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            connection = self._engine.connect().execution_options(egovnet_writes=True)
            with connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise journal_error(self._engine, error) from None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise journal_error(self._engine, error) from None

    def trend(self) -> tuple[EarlierRun, ...]:
        """Earlier runs, the oldest first."""
        table = DRIFT_RUNS
        with self._reading() as connection:
            rows = connection.execute(
                select(table)
                .where(table.c.network == self._network)
                .order_by(table.c.id.desc())
                .limit(RUNS)
            ).all()
        return tuple(
            EarlierRun(
                row.started,
                row.devices,
                row.unreachable,
                bool(row.proved),
                json.loads(row.classes),
            )
            for row in reversed(rows)
        )

    def with_age(self, differences: Sequence[Difference], now: str) -> list[Difference]:
        """The differences with when each was first seen, and in how many runs in a row.

        What was first seen after `now` was seen now: nobody gives a difference a grace that never
        ends by a day to come.

        Raises:
            AlteredValueError: a moment that is none.
        """
        table = DRIFT_DIFFERENCES
        with self._reading() as connection:
            rows = connection.execute(select(table).where(table.c.network == self._network)).all()
        known = {(row.device, row.kind, row.subject): row for row in rows}
        aged = []
        for difference in differences:
            row = known.get(_key(difference))
            first, runs = (now, 1) if row is None else (_by(row.first_seen, now), row.runs + 1)
            aged.append(replace(difference, first_seen=first, runs=runs))
        return aged

    def last_known(self, devices: Collection[str], now: datetime) -> dict[str, LastKnown]:
        """How each of `devices` was when it last answered; without those that never did."""
        wanted = set(devices)
        return {
            row.device: LastKnown(
                row.read_at,
                int((now - _moment(row.read_at)).total_seconds()),
                json.loads(row.classes),
                json.loads(row.state),
            )
            for row in self._readings()
            if row.device in wanted
        }

    def last_texts(self, devices: Collection[str]) -> dict[str, str]:
        """Running configurations of those of `devices` that were not compliant when last read."""
        wanted = set(devices)
        return {
            row.device: row.text for row in self._readings() if row.device in wanted and row.text
        }

    def before(self, asked: str) -> Before:
        """What earlier runs know of the devices; `asked` is the digest of this run's inventory.

        That one was compliant is believed of this controller's own rows only.
        """
        rows = self._readings()
        last = max((row.read_at for row in rows), default="")
        compliant = {
            row.device: Compliant(
                Seen(row.meant, row.runs, row.stands), json.loads(row.state), row.asked or ""
            )
            for row in rows
            if row.meant and row.runs and row.stands and self._seal.holds(dict(row._mapping))
        }
        return Before(asked, compliant, frozenset(r.device for r in rows if r.read_at < last))

    def proof(self, asked: str) -> ProofResult | None:
        """The proof of a compliant network, if it was kept for the inventory `asked`."""
        table = DRIFT_PROOFS
        with self._reading() as connection:
            row = connection.execute(
                select(table).where(table.c.network == self._network, table.c.asked == asked)
            ).first()
        if row is None or not asked or not self._seal.holds(dict(row._mapping)):
            return None
        return replace(ProofResult.from_dict(json.loads(row.proof)), proved_at=row.proved_at)

    def keep_proof(self, asked: str, proof: ProofResult, now: str) -> None:
        """Keep the proof of a compliant network, in place of the last one."""
        table = DRIFT_PROOFS
        row = {"network": self._network, "asked": asked, "proved_at": now}
        row |= {"proof": json.dumps(proof.to_dict())}
        row |= {"seal": self._seal.of(row)}
        with self._writing() as connection:
            connection.execute(delete(table).where(table.c.network == self._network))
            connection.execute(insert(table), row)

    def _readings(self) -> Sequence[Any]:
        table = DRIFT_READINGS
        with self._reading() as connection:
            return connection.execute(select(table).where(table.c.network == self._network)).all()

    def keep(
        self,
        report: DriftReport,
        texts: Mapping[str, str],
        *,
        seen: Mapping[str, Seen],
        asked: str,
    ) -> int:
        """Keep everything of a run that later ones need, in one transaction; returns its number.

        `texts` are running configurations of devices that are not compliant, `seen` the digests
        of those that are; `asked` is the digest of what was intended.
        """
        read = [row for row in report.devices if not row.unreachable]
        differences = report.differences
        states = _states(self._network, differences, read, texts, seen=seen, asked=asked)
        with self._writing() as connection:
            row = {
                "network": self._network,
                "started": report.started,
                "seconds": report.seconds,
                "devices": len(report.devices),
                "unreachable": len(report.unreachable),
                "proved": int(report.proved),
                "classes": json.dumps(report.classes()),
            }
            number, at = self._journal.keep_drift_run(connection, row)
            self._replace(connection, DRIFT_DIFFERENCES, _ages(self._network, differences, read))
            self._replace(
                connection,
                DRIFT_READINGS,
                {
                    name: [one | {"seal": self._seal.of(one)} for one in rows]
                    for name, rows in states.items()
                },
            )
        self._journal.sign_drift_run(number, at)
        return number

    def _replace(
        self, connection: Connection, table: Any, rows_of: Mapping[str, list[dict[str, Any]]]
    ) -> None:
        """The rows of the devices in `rows_of`, in place of those they had."""
        names = list(rows_of)
        for start in range(0, len(names), _ROWS):
            some = names[start : start + _ROWS]
            connection.execute(
                delete(table).where(table.c.network == self._network, table.c.device.in_(some))
            )
            rows = [row for name in some for row in rows_of[name]]
            if rows:
                connection.execute(insert(table), rows)


def _by(moment: str, now: str) -> str:
    """A moment, or now where it is yet to come. Raises AlteredValueError."""
    return now if _moment(moment) > datetime.fromisoformat(now) else moment


def _moment(text: str) -> datetime:
    """Raises AlteredValueError: it is none, or without a zone, so that it cannot be compared."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min
    if found.tzinfo is None:
        raise AlteredValueError(f"what drift remembers was seen at {text!r}, which is no moment")
    return found


def _key(difference: Difference) -> tuple[str, str, str]:
    device, kind, subject = difference.key
    return device, kind, subject[:300]


def _ages(
    network: str, differences: Iterable[Difference], read: Iterable[DeviceRow]
) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {row.device: [] for row in read}
    seen: set[tuple[str, str, str]] = set()
    for difference in differences:
        key = _key(difference)
        if difference.device not in rows or key in seen or difference.remediated:
            continue
        seen.add(key)
        rows[difference.device].append(
            {
                "network": network,
                "device": key[0],
                "kind": key[1],
                "subject": key[2],
                "first_seen": difference.first_seen,
                "runs": difference.runs,
            }
        )
    return rows


def _states(
    network: str,
    differences: Iterable[Difference],
    read: Iterable[DeviceRow],
    texts: Mapping[str, str],
    *,
    seen: Mapping[str, Seen],
    asked: str,
) -> dict[str, list[dict[str, Any]]]:
    counts: dict[str, Counter[str]] = {}
    for difference in differences:
        if not difference.remediated:
            counts.setdefault(difference.device, Counter())[difference.klass.value] += 1
    states = {}
    for row in read:
        digests = seen.get(row.device)
        state = {
            "network": network,
            "device": row.device,
            "read_at": row.read_at,
            "classes": json.dumps(dict(counts.get(row.device, {}))),
            "state": json.dumps(dict(row.state)),
            "text": texts.get(row.device),
            "meant": digests and digests.intended,
            "runs": digests and digests.running,
            "stands": digests and digests.state,
            "asked": asked,
        }
        states[row.device] = [state]
    return states
