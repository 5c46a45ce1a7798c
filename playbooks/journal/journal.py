"""The journal: what was intended, before it is done, and what came of it.

Steps are only ever added, and chained by hash (`hash_chain`), so that tampering shows. SQLite in
WAL mode by default; any SQLAlchemy URL in EGOVNET_JOURNAL where a team shares one. Every method
returns when what it wrote is on disk.
"""

import getpass
import json
import os
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from egovnet.playbooks.journal import audit as journal_audit
from egovnet.playbooks.journal import device_locks, hash_chain
from egovnet.playbooks.journal.device_locks import Holder
from egovnet.playbooks.journal.errors import JournalAddressError, JournalError, NoSuchChangeError
from egovnet.playbooks.journal.group_commit import GroupCommit
from egovnet.playbooks.journal.locks import Lock
from egovnet.playbooks.journal.records import FAILED, OPEN, Change, Configuration, Decision, Step
from egovnet.playbooks.journal.tables import CHAINS, CHANGES, CONFIGURATIONS, STEPS, make_tables

#: PostgreSQL's advisory lock of whoever writes; the number means nothing else.
_WRITER = 0x65676F76


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def author() -> str:
    """Who is at the keyboard: EGOVNET_AUTHOR, else the login name."""
    return os.environ.get("EGOVNET_AUTHOR") or getpass.getuser()


class Journal:
    """Open journal of one network."""

    def __init__(self, state_directory: Path, network: str) -> None:
        self.network = network
        url = os.environ.get("EGOVNET_JOURNAL")
        if not url:
            try:
                state_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise JournalError(
                    f"{state_directory}: cannot be made: {error.strerror}; set EGOVNET_STATE"
                ) from error
            url = f"sqlite:///{state_directory / 'journal.db'}"
        try:
            self._engine = create_engine(url, hide_parameters=True)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            # The URL may hold a password, and so may the library's words about it.
            raise JournalAddressError(
                "EGOVNET_JOURNAL: no database URL that can be used here "
                f"({type(error).__name__}); write sqlite:////absolute/path, or install the driver"
            ) from None
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _sqlite_durable)
            event.listen(self._engine, "begin", _sqlite_begin)
        self._tokens: dict[int, str] = {}
        self._group = GroupCommit(self._append)
        try:
            with self._engine.begin() as connection:
                make_tables(connection)
        except SQLAlchemyError:
            # Another controller may have made the tables in this very moment; then they are there.
            with self._writing() as connection:
                make_tables(connection)
        self.name = self._name()

    # -- transactions ----------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that no other writer's overlaps, on disk when this ends.

        Raises:
            JournalError: naming the journal, without its password, and the kind of fault.
        """
        try:
            with (
                self._engine.connect().execution_options(egovnet_writes=True) as connection,
                connection.begin(),
            ):
                if connection.dialect.name == "postgresql":
                    # What BEGIN IMMEDIATE is to SQLite: one writer at a time, until it commits.
                    connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
                yield connection
        except SQLAlchemyError as error:
            raise self._error(error) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self._error(error) from error

    def _error(self, error: SQLAlchemyError) -> JournalError:
        fault = error.__cause__ or error
        words = f": {fault}" if self._engine.dialect.name == "sqlite" else ""
        # A password may stand in the query too, as PostgreSQL allows.
        url = self._engine.url.set(query={}).render_as_string(hide_password=True)
        return JournalError(f"journal {url} cannot be used: {type(fault).__name__}{words}")

    @property
    def engine(self) -> Engine:
        """The database, for those who report on it."""
        return self._engine

    def _name(self) -> str:
        """What tells this journal's changes from another's on a device."""
        with self._writing() as connection:
            row = connection.execute(
                select(CHAINS.c.journal).where(CHAINS.c.network == self.network)
            ).first()
            if row is not None:
                return str(row[0])
            name = secrets.token_hex(4)
            connection.execute(
                insert(CHAINS).values(network=self.network, journal=name, head=hash_chain.START)
            )
            return name

    # -- a change's life -------------------------------------------------------------------

    def begin(
        self,
        kind: str,
        plan_hash: str,
        summary: str,
        devices: Mapping[str, Configuration],
        undoes: int | None = None,
        *,
        ticket: str | None = None,
        stop_after: str | None = None,
    ) -> int:
        """Open a change with its devices' texts and locks, before anything is done; its id.

        Raises:
            DevicesLockedError: another change holds a device; nothing was written.
        """
        header: dict[str, Any] = {
            "kind": kind,
            "author": author(),
            "created": _now(),
            "network": self.network,
            "plan_hash": plan_hash,
            "summary": summary,
            "undoes": undoes,
            "ticket": ticket,
            "stop_after": stop_after,
        }
        texts = [
            {
                "device": entry.device,
                "before": entry.before,
                "intended": entry.intended,
                "diff": entry.diff,
                "after": entry.after,
            }
            for entry in devices.values()
        ]
        token = secrets.token_hex(16)
        with self._writing() as connection:
            result = connection.execute(insert(CHANGES).values(**header, state=OPEN))
            change = int((result.inserted_primary_key or (0,))[0])
            holder = Holder(change, header["author"], token)
            device_locks.take(connection, self.network, devices, holder)
            if texts:
                connection.execute(
                    insert(CONFIGURATIONS), [{**row, "change_id": change} for row in texts]
                )
            detail = {**header, "devices": journal_audit.fingerprints(texts)}
            self._chain(connection, [_row(change, "change", "*", "begin", detail)])
        self._tokens[change] = token
        return change

    def step(self, change: int, stage: str, device: str, phase: str, detail: Any = "") -> None:
        """Write one step. Committed to disk when this returns."""
        self._group.add([_row(change, stage, device, phase, detail)])

    def steps_begin(self, change: int, stage: str, devices: Collection[str]) -> None:
        """Write the intention of one stage on many devices, and hold on to their locks.

        Raises:
            LockLostError: another controller took the change over; nothing was written.
        """
        if not devices:
            return
        with self._writing() as connection:
            self._hold(connection, change)
            rows = [_row(change, stage, device, "begin", "") for device in devices]
            self._chain(connection, rows)

    def decide(self, change: int, direction: str, why: str, devices: Collection[str]) -> None:
        """Write which way all `devices` of the change go, for whoever has to finish it.

        Raises:
            LockLostError: another controller took the change over; nothing was written.
        """
        detail = {"why": why, "devices": sorted(devices)}
        with self._writing() as connection:
            self._hold(connection, change)
            self._chain(connection, [_row(change, "decision", "*", direction, detail)])

    def decision(self, change: int) -> Decision | None:
        """The last decision on a change; None when there is none."""
        decided = [step for step in self.steps(change) if step.stage == "decision"]
        if not decided:
            return None
        detail = json.loads(decided[-1].detail)
        return Decision(decided[-1].phase, detail["why"], tuple(detail["devices"]))

    def renew(self, change: int) -> None:
        """Hold on to the change's locks for another lease.

        Raises:
            LockLostError: another controller took the change over.
        """
        with self._writing() as connection:
            self._hold(connection, change)

    def take_over(self, change: int) -> None:
        """Become the controller of a change whose own is gone.

        Raises:
            DevicesLockedError: its controller is alive, or may be.
        """
        token = secrets.token_hex(16)
        with self._writing() as connection:
            device_locks.take_over(connection, Holder(change, author(), token))
            self._chain(connection, [_row(change, "recover", "*", "begin", f"by {author()}")])
        self._tokens[change] = token

    def after(self, change: int, texts: Mapping[str, str]) -> None:
        """Keep what each device runs after the change."""
        with self._writing() as connection:
            for device, text in texts.items():
                connection.execute(
                    update(CONFIGURATIONS)
                    .where(CONFIGURATIONS.c.change_id == change)
                    .where(CONFIGURATIONS.c.device == device)
                    .values(after=text)
                )
            detail = {name: hash_chain.fingerprint(text) for name, text in texts.items()}
            self._chain(connection, [_row(change, "after", "*", "done", detail)])

    def close(self, change: int, state: str, *, left: Collection[str] = ()) -> None:
        """The change's end: DONE, UNDONE or FAILED.

        A failed change names the devices `left` that were not seen at its end; all its devices
        stay locked, so that `recover` finds them as it left them.
        """
        with self._writing() as connection:
            connection.execute(update(CHANGES).where(CHANGES.c.id == change).values(state=state))
            self._chain(connection, [_row(change, "change", "*", state, {"left": sorted(left)})])
            end = device_locks.abandon if state == FAILED else device_locks.release
            end(connection, change)
        self._tokens.pop(change, None)

    def _hold(self, connection: Connection, change: int) -> None:
        device_locks.renew(connection, change, self._tokens.get(change, ""))

    def _append(self, rows: list[Mapping[str, Any]]) -> None:
        with self._writing() as connection:
            self._chain(connection, rows)

    def _chain(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add steps to the chain; other writers of this network wait."""
        mine = CHAINS.c.network == self.network
        head = connection.execute(select(CHAINS.c.head).where(mine).with_for_update()).scalar_one()
        chained = []
        for row in rows:
            head = hash_chain.link(head, row)
            chained.append({**row, "hash": head})
        connection.execute(insert(STEPS), chained)
        connection.execute(update(CHAINS).where(mine).values(head=head))

    # -- reading ---------------------------------------------------------------------------

    def changes(self) -> list[Change]:
        """The network's history, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(
                select(CHANGES).where(CHANGES.c.network == self.network).order_by(CHANGES.c.id)
            )
            return [Change(**row) for row in rows.mappings()]

    def change(self, number: int) -> Change:
        """One change.

        Raises:
            JournalError: the network's history has no such change.
        """
        with self._reading() as connection:
            row = (
                connection.execute(
                    select(CHANGES)
                    .where(CHANGES.c.id == number)
                    .where(CHANGES.c.network == self.network)
                )
                .mappings()
                .first()
            )
        if row is None:
            raise NoSuchChangeError(f"no change {number} in the journal; see: egovnet history")
        return Change(**row)

    def steps(self, change: int) -> list[Step]:
        """What was done in a change, in order."""
        with self._reading() as connection:
            rows = connection.execute(
                select(STEPS).where(STEPS.c.change_id == change).order_by(STEPS.c.id)
            ).mappings()
            return [Step(r["at"], r["stage"], r["device"], r["phase"], r["detail"]) for r in rows]

    def configurations(self, change: int) -> dict[str, Configuration]:
        """The devices' texts in a change, by name."""
        with self._reading() as connection:
            rows = connection.execute(
                select(CONFIGURATIONS)
                .where(CONFIGURATIONS.c.change_id == change)
                .order_by(CONFIGURATIONS.c.device)
            ).mappings()
            return {
                r["device"]: Configuration(
                    r["device"], r["before"], r["intended"], r["diff"], r["after"]
                )
                for r in rows
            }

    def locks(self) -> list[Lock]:
        """Who holds which device now."""
        with self._reading() as connection:
            return device_locks.held_locks(connection, self.network)

    def head(self) -> str:
        """The last hash of the network's chain."""
        with self._reading() as connection:
            return str(
                connection.execute(
                    select(CHAINS.c.head).where(CHAINS.c.network == self.network)
                ).scalar_one()
            )

    def seal(self, change: int) -> str:
        """The chain's hash at a change's end, over all up to there; zeros when there is none."""
        with self._reading() as connection:
            found = connection.execute(
                select(STEPS.c.hash)
                .where(STEPS.c.change_id == change)
                .where(STEPS.c.stage == "change")
                .order_by(STEPS.c.id.desc())
            ).first()
        return str(found[0]) if found else hash_chain.START

    def faults(self) -> list[str]:
        """Where the journal is not as it was written; empty when it is. Linear in its size."""
        with self._reading() as connection:
            return journal_audit.faults(connection, self.network)


def _row(change: int, stage: str, device: str, phase: str, detail: Any) -> dict[str, Any]:
    text = detail if isinstance(detail, str) else json.dumps(detail, sort_keys=True)
    return {
        "change_id": change,
        "at": _now(),
        "stage": stage,
        "device": device,
        "phase": phase,
        "detail": text,
    }


def _sqlite_durable(connection: Any, _record: Any) -> None:
    # Transactions are begun by _sqlite_begin: sqlite3 itself begins them too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    """Whoever will write begins as the one writer: upgrading later would fail, not wait."""
    writes = connection.get_execution_options().get("egovnet_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
