"""The journal's database: opened by its address, read and written in transactions.

SQLite in WAL mode by default; any SQLAlchemy URL in EGOVNET_JOURNAL where a team shares one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError

from egovnet.playbooks.journal.errors import (
    AlteredValueError,
    JournalAddressError,
    JournalError,
    JournalReplacedError,
)
from egovnet.playbooks.journal.private_files import close, private_directory, private_file
from egovnet.playbooks.journal.proved_server import warn_of_unproved_server
from egovnet.playbooks.journal.tables import make_tables

_FILE = "journal.db"
#: What SQLite's client says of a text that is none, before it quotes it.
_NO_TEXT = "Could not decode to UTF-8"
#: PostgreSQL's advisory lock of whoever writes; the number means nothing else.
_WRITER = 0x65676F76
#: libpq's parameters, in seconds (tcp_user_timeout and those of `options`: milliseconds).
_POSTGRESQL = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "options": "-c lock_timeout=25000 -c idle_in_transaction_session_timeout=25000",
}


def is_begun(state_directory: Path) -> bool:
    """Whether there is a journal to be asked: who only reads makes none. One at an address of its
    own counts as there."""
    return bool(os.environ.get("EGOVNET_JOURNAL")) or (state_directory / _FILE).exists()


class JournalDatabase:
    """An open database with the journal's tables.

    Raises:
        JournalAddressError: EGOVNET_JOURNAL is no address that can be used.
        JournalError: it cannot be opened, or its tables cannot be made.
    """

    def __init__(self, state_directory: Path) -> None:
        self.engine: Engine = _open(state_directory)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _sqlite_durable)
            event.listen(self.engine, "begin", _sqlite_begin)
        try:
            with self.engine.begin() as connection:
                make_tables(connection)
        except SQLAlchemyError:
            # Another controller may have made the tables in this very moment; then they are there.
            with self.writing() as connection:
                make_tables(connection)
        if self.engine.dialect.name == "sqlite" and self.engine.url.database:
            _hold_to_file(self.engine, Path(self.engine.url.database))

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writer's overlaps, on disk when this ends.

        Raises:
            JournalError: naming the journal, without its password, and the kind of fault.
        """
        try:
            with (
                self.engine.connect().execution_options(egovnet_writes=True) as connection,
                connection.begin(),
            ):
                if connection.dialect.name == "postgresql":
                    # What BEGIN IMMEDIATE is to SQLite: one writer at a time, until it commits.
                    connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
                yield connection
        except SQLAlchemyError as error:
            raise self._error(error) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment.

        Raises:
            JournalError: as `writing`.
        """
        # PostgreSQL's own choice is a moment for each statement: who compares two of them would
        # take a colleague's step between for an altered journal
        moment = (
            {"isolation_level": "REPEATABLE READ"}
            if self.engine.dialect.name == "postgresql"
            else {}
        )
        try:
            with (
                self.engine.connect().execution_options(**moment) as connection,
                connection.begin(),
            ):
                yield connection
        except SQLAlchemyError as error:
            raise self._error(error) from error

    def _error(self, error: SQLAlchemyError) -> JournalError:
        return journal_error(self.engine, error)


def journal_error(engine: Engine, error: SQLAlchemyError) -> JournalError:
    """The error that says which journal, and the kind of fault; none of its words is a secret."""
    fault = error.__cause__ or error
    if _NO_TEXT in str(fault):  # the rest of its words is the text itself
        return AlteredValueError("a text in it is not UTF-8")
    words = f": {fault}" if engine.dialect.name == "sqlite" else ""
    if words.endswith(" locked"):
        words += "; another process holds it for long: wait for its end, or see who has it (fuser)"
    # A password may stand in the query too, as PostgreSQL allows.
    url = engine.url.set(query={}).render_as_string(hide_password=True)
    return JournalError(f"journal {url} cannot be used: {type(fault).__name__}{words}")


def _open(state_directory: Path) -> Engine:
    url = given = os.environ.get("EGOVNET_JOURNAL")
    if not url:
        try:
            private_directory(state_directory)
        except OSError as error:
            raise JournalError(
                f"{state_directory}: cannot be made: {error.strerror}; set EGOVNET_STATE"
            ) from error
        url = f"sqlite:///{state_directory / _FILE}"
    try:
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "do_connect", _no_endless_wait)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        # The URL may hold a password, and so may the library's words about it.
        raise JournalAddressError(
            "EGOVNET_JOURNAL: no database URL that can be used here "
            f"({type(error).__name__}); write sqlite:////absolute/path, or install the driver"
        ) from None
    if engine.dialect.name == "sqlite":
        if given:
            _require_file(engine.url)
        _close(engine.url.database)
    warn_of_unproved_server(engine.url)
    return engine


def _no_endless_wait(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
    """A PostgreSQL server that went away without a word, or a controller that stands still while it
    writes (stopped, its host gone), holds nobody up for longer than a lease; the URL may say else.
    """
    if "dbname" not in options and "host" not in options:
        return  # SQLite: see busy_timeout
    for name, value in _POSTGRESQL.items():
        options.setdefault(name, value)


def _require_file(url: URL) -> None:
    """Refuse what is no one file: nobody could recover a change from a journal in memory, and in
    another directory a relative path is another journal, which knows nothing.
    """
    name = url.database or ":memory:"
    if ":memory:" in name or url.query.get("mode") == "memory":
        raise JournalAddressError(
            "EGOVNET_JOURNAL: a journal in memory is gone with its process; write "
            "sqlite:////absolute/path"
        )
    path = Path(name.removeprefix("file:"))
    if not path.is_absolute():
        raise JournalAddressError(
            f"EGOVNET_JOURNAL: sqlite:///{path} is another file in each directory; write "
            f"sqlite:///{path.absolute()}"
        )


def _close(database: str | None) -> None:
    """SQLite's files for their owner only; those that it adds take the first one's mode."""
    if not database or database == ":memory:" or database.startswith("file:"):
        return
    with suppress(OSError):  # what is wrong is said by who opens it
        private_file(Path(database))
    for ending in ("-wal", "-shm", "-journal"):
        close(Path(database + ending))


def _hold_to_file(engine: Engine, path: Path) -> None:
    """From now on refuse to begin where the file at `path` is another than was opened: SQLite
    goes on with a file that has no name any more, and another process has a journal of its own.

    Only of a plain path: of `file:` addresses SQLite knows better.
    """
    opened = _identity(path)
    if opened is None:
        return

    def same(_connection: Connection) -> None:
        if _identity(path) != opened:
            raise JournalReplacedError(path)

    event.listen(engine, "begin", same, insert=True)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
