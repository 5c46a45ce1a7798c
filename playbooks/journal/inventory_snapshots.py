"""The intent each change was made from, kept in the journal's database.

A file is kept once for each content, compressed, under its SHA-256; an intent is a list of files
under its own. A change has the intent that the network had before it and the one it was made
from; None is one that nobody knows, such as before the first change.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakSet

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from egovnet.inventory.history.snapshot import Intent
from egovnet.playbooks.journal.errors import JournalError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, Change
from egovnet.playbooks.journal.tables import CHANGE_INTENTS as _CHANGES
from egovnet.playbooks.journal.tables import INTENT_CONTENTS as _CONTENTS
from egovnet.playbooks.journal.tables import METADATA as _METADATA

#: Databases that have the tables: to look costs a question for each of them.
_WITH_TABLES: WeakSet[Engine] = WeakSet()
#: Keys in one question: databases bound how many there may be.
_AT_ONCE = 500


class _TakenError(JournalError):
    """A row with this key is there already."""


@dataclass(frozen=True, slots=True)
class Attached:
    """Digests of a change's intents."""

    before: str | None
    after: str | None


class Intents:
    """The intents in a journal's database; tables are made when they are not there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        if engine in _WITH_TABLES:
            return
        try:
            _METADATA.create_all(engine)
        except SQLAlchemyError:
            # Another controller may have made them in this very moment; then they are there.
            with self._transaction() as connection:
                _METADATA.create_all(connection)
        _WITH_TABLES.add(engine)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction, on disk when this ends.

        Raises:
            JournalError: naming the journal, without its password, and the kind of fault.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError as error:
            raise _TakenError from error
        except SQLAlchemyError as error:
            url = self._engine.url.set(query={}).render_as_string(hide_password=True)
            fault = type(error.__cause__ or error).__name__
            # A database's own words may quote what was written: the kind of fault is enough.
            raise JournalError(f"journal {url}: intents cannot be used: {fault}") from None

    def keep(self, intent: Intent) -> str:
        """Keep an intent; returns its digest. What is there already is not written again.

        Raises:
            JournalError: the journal cannot be written.
        """
        contents = {_digest(text.encode()): text.encode() for text in intent.files.values()}
        contents[intent.digest] = intent.listing
        while missing := contents.keys() - self._known(contents):
            rows = [{"digest": key, "content": zlib.compress(contents[key])} for key in missing]
            try:
                with self._transaction() as connection:
                    connection.execute(insert(_CONTENTS), rows)
            except _TakenError:
                continue  # another controller kept some of it in this moment
        return intent.digest

    def get(self, digest: str) -> Intent:
        """The intent of a digest.

        Raises:
            JournalError: the journal has not all of it.
        """
        listed = self.listing(digest)
        contents = self._read(listed.values())
        return Intent({path: contents[key].decode() for path, key in listed.items()})

    def listing(self, digest: str) -> dict[str, str]:
        """Path -> digest of each file of an intent.

        Raises:
            JournalError: the journal has lost it.
        """
        listed: dict[str, str] = json.loads(self._read([digest])[digest])
        return listed

    def texts(self, digests: Iterable[str]) -> dict[str, str]:
        """Texts of files by their digests.

        Raises:
            JournalError: the journal has lost one.
        """
        return {digest: content.decode() for digest, content in self._read(digests).items()}

    def attach(self, change: int, before: str | None, after: str | None) -> None:
        """Say what a change's intents are; said again, it is replaced."""
        values = {"before": before, "after": after}
        with self._transaction() as connection:
            where = _CHANGES.c.change_id == change
            if connection.execute(update(_CHANGES).where(where).values(values)).rowcount == 0:
                connection.execute(insert(_CHANGES).values(change_id=change, **values))

    def of(self, change: int) -> Attached | None:
        """A change's intents; None for one made before intents were kept."""
        with self._transaction() as connection:
            found = connection.execute(select(_CHANGES).where(_CHANGES.c.change_id == change))
            row = found.mappings().first()
        return Attached(row["before"], row["after"]) if row else None

    def _known(self, digests: Iterable[str]) -> set[str]:
        wanted = list(digests)
        column = _CONTENTS.c.digest
        with self._transaction() as connection:
            return {
                digest
                for at in range(0, len(wanted), _AT_ONCE)
                for digest in connection.scalars(
                    select(column).where(column.in_(wanted[at : at + _AT_ONCE]))
                )
            }

    def _read(self, digests: Iterable[str]) -> dict[str, bytes]:
        wanted = sorted(set(digests))
        found: dict[str, bytes] = {}
        with self._transaction() as connection:
            for at in range(0, len(wanted), _AT_ONCE):
                some = _CONTENTS.c.digest.in_(wanted[at : at + _AT_ONCE])
                for row in connection.execute(select(_CONTENTS).where(some)).mappings():
                    found[row["digest"]] = zlib.decompress(row["content"])
        broken = [key for key in wanted if key not in found or _digest(found[key]) != key]
        if broken:
            raise JournalError(f"the journal has lost a part of an intent, {broken[0][:12]}")
        return found


def network_runs(intents: Intents, changes: Iterable[Change]) -> str | None:
    """Digest of the intent after the last of `changes` that was done; None: nobody knows."""
    last = max((change.id for change in changes if change.state == DONE), default=0)
    attached = intents.of(last)
    return attached.after if attached else None


def last_applied(journal: Journal) -> Intent | None:
    """The intent that the network runs, by its journal; None: nobody knows.

    Raises:
        JournalError: the journal has not all of it.
    """
    intents = Intents(journal.engine)
    digest = network_runs(intents, journal.last_done())
    return None if digest is None else intents.get(digest)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
