"""The journal: what was intended, before it is done, and what came of it.

Rows are only ever added, but for a change's state. SQLite in WAL mode by default; any
SQLAlchemy URL in EGOVNET_JOURNAL where a team shares one.
"""

import getpass
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from inventory.errors import EgovnetError

_METADATA = MetaData()

_CHANGES = Table(
    "changes",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("author", String(100), nullable=False),
    Column("created", String(40), nullable=False),
    Column("network", String(100), nullable=False),
    Column("plan_hash", String(64), nullable=False),
    Column("summary", Text, nullable=False),
    Column("undoes", Integer, nullable=True),
    Column("state", String(20), nullable=False),
)

_STEPS = Table(
    "steps",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("change_id", ForeignKey("changes.id"), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("device", String(100), nullable=False),
    Column("phase", String(10), nullable=False),
    Column("detail", Text, nullable=False),
)

_CONFIGURATIONS = Table(
    "configurations",
    _METADATA,
    Column("change_id", ForeignKey("changes.id"), primary_key=True),
    Column("device", String(100), primary_key=True),
    Column("before", Text, nullable=False),
    Column("intended", Text, nullable=False),
    Column("diff", Text, nullable=False),
    Column("after", Text, nullable=True),
)

#: States of a change. `open` is one whose controller has not finished with it.
OPEN, DONE, UNDONE, FAILED = "open", "done", "undone", "failed"


class JournalError(EgovnetError):
    """The journal cannot be opened or written, or has no such change."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the history."""

    id: int
    kind: str
    author: str
    created: str
    network: str
    plan_hash: str
    summary: str
    undoes: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Step:
    """An intention ("begin") or its outcome ("done", "failed") on one device, or on all ("*")."""

    at: str
    stage: str
    device: str
    phase: str
    detail: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """A device's text in a change: before, as intended, the diff shown, and as read back."""

    device: str
    before: str
    intended: str
    diff: str
    after: str | None


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
            self._engine = create_engine(url)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            # The URL may hold a password, and so may the library's words about it.
            raise JournalError(
                "EGOVNET_JOURNAL: no database URL that can be used here "
                f"({type(error).__name__}); write sqlite:////absolute/path, or install the driver"
            ) from None
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _sqlite_durable)
        try:
            _METADATA.create_all(self._engine)
        except SQLAlchemyError:
            # Another controller may have made the tables in this very moment; then they are there.
            with self._transaction() as connection:
                _METADATA.create_all(connection)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction, on disk when this ends.

        Raises:
            JournalError: naming the journal, without its password, and the kind of fault.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            fault = error.__cause__ or error
            words = f": {fault}" if self._engine.dialect.name == "sqlite" else ""
            # A password may stand in the query too, as PostgreSQL allows.
            url = self._engine.url.set(query={}).render_as_string(hide_password=True)
            raise JournalError(
                f"journal {url} cannot be used: {type(fault).__name__}{words}"
            ) from error

    @property
    def engine(self) -> Engine:
        """The database, for those who report on it."""
        return self._engine

    def begin(
        self,
        kind: str,
        plan_hash: str,
        summary: str,
        devices: Mapping[str, Configuration],
        undoes: int | None = None,
    ) -> int:
        """Open a change with its devices' texts, before anything is done; returns its id."""
        with self._transaction() as connection:
            result = connection.execute(
                insert(_CHANGES).values(
                    kind=kind,
                    author=author(),
                    created=_now(),
                    network=self.network,
                    plan_hash=plan_hash,
                    summary=summary,
                    undoes=undoes,
                    state=OPEN,
                )
            )
            (change,) = result.inserted_primary_key or (0,)
            if devices:
                connection.execute(
                    insert(_CONFIGURATIONS),
                    [
                        {
                            "change_id": change,
                            "device": entry.device,
                            "before": entry.before,
                            "intended": entry.intended,
                            "diff": entry.diff,
                            "after": entry.after,
                        }
                        for entry in devices.values()
                    ],
                )
        return change

    def step(self, change: int, stage: str, device: str, phase: str, detail: Any = "") -> None:
        """Write one step. Committed to disk when this returns."""
        text = detail if isinstance(detail, str) else json.dumps(detail, sort_keys=True)
        with self._transaction() as connection:
            connection.execute(
                insert(_STEPS).values(
                    change_id=change,
                    at=_now(),
                    stage=stage,
                    device=device,
                    phase=phase,
                    detail=text,
                )
            )

    def steps_begin(self, change: int, stage: str, devices: list[str]) -> None:
        """Write the intention of one stage on many devices, in one transaction."""
        if not devices:
            return
        now = _now()
        with self._transaction() as connection:
            connection.execute(
                insert(_STEPS),
                [
                    {
                        "change_id": change,
                        "at": now,
                        "stage": stage,
                        "device": device,
                        "phase": "begin",
                        "detail": "",
                    }
                    for device in devices
                ],
            )

    def after(self, change: int, texts: Mapping[str, str]) -> None:
        """Keep what each device runs after the change."""
        with self._transaction() as connection:
            for device, text in texts.items():
                connection.execute(
                    update(_CONFIGURATIONS)
                    .where(_CONFIGURATIONS.c.change_id == change)
                    .where(_CONFIGURATIONS.c.device == device)
                    .values(after=text)
                )

    def close(self, change: int, state: str) -> None:
        """The change's end: DONE, UNDONE or FAILED."""
        with self._transaction() as connection:
            connection.execute(update(_CHANGES).where(_CHANGES.c.id == change).values(state=state))

    def changes(self) -> list[Change]:
        """The network's history, oldest first."""
        with self._transaction() as connection:
            rows = connection.execute(
                select(_CHANGES).where(_CHANGES.c.network == self.network).order_by(_CHANGES.c.id)
            )
            return [Change(**row) for row in rows.mappings()]

    def change(self, number: int) -> Change:
        """One change.

        Raises:
            JournalError: the network's history has no such change.
        """
        with self._transaction() as connection:
            row = (
                connection.execute(
                    select(_CHANGES)
                    .where(_CHANGES.c.id == number)
                    .where(_CHANGES.c.network == self.network)
                )
                .mappings()
                .first()
            )
        if row is None:
            raise JournalError(f"no change {number} in the journal; see: egovnet history")
        return Change(**row)

    def steps(self, change: int) -> list[Step]:
        """What was done in a change, in order."""
        with self._transaction() as connection:
            rows = connection.execute(
                select(_STEPS).where(_STEPS.c.change_id == change).order_by(_STEPS.c.id)
            ).mappings()
            return [Step(r["at"], r["stage"], r["device"], r["phase"], r["detail"]) for r in rows]

    def configurations(self, change: int) -> dict[str, Configuration]:
        """The devices' texts in a change, by name."""
        return {entry.device: entry for entry in self._configurations(change)}

    def _configurations(self, change: int) -> Iterator[Configuration]:
        with self._transaction() as connection:
            rows = connection.execute(
                select(_CONFIGURATIONS)
                .where(_CONFIGURATIONS.c.change_id == change)
                .order_by(_CONFIGURATIONS.c.device)
            ).mappings()
            for r in rows:
                yield Configuration(r["device"], r["before"], r["intended"], r["diff"], r["after"])


def _sqlite_durable(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()
