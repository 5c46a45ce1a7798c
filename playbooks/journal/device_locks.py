"""Locks on devices, in the journal's database: one change at a time touches a device.

A change takes all its locks at once or none, in the transaction that opens it, so that there is no
deadlock. A lock has a lease that its controller renews; one that ran out still locks, since its
device may be half way through a change: only `recover` takes it over.
"""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, text, update

from egovnet.playbooks.journal.errors import DevicesLockedError, LockLostError
from egovnet.playbooks.journal.locks import Lock, this_host, this_process
from egovnet.playbooks.journal.tables import LOCKS

#: Seconds for which a lock holds without a word from its controller.
LEASE_SECONDS = 60.0
_POSTGRESQL_NOW = "SELECT extract(epoch FROM clock_timestamp())"


@dataclass(frozen=True, slots=True)
class Holder:
    """The change that takes locks, who makes it, and what proves that they are its own."""

    change: int
    author: str
    token: str

    def values(self, now: float) -> dict[str, str | float]:
        """What a lock's row says of its holder, who is this process."""
        return {
            "token": self.token,
            "author": self.author,
            "host": this_host(),
            "process": this_process(os.getpid()),
            "expires": now + LEASE_SECONDS,
        }


def clock(connection: Connection) -> float:
    """Now, in seconds, by the clock that all controllers share: the database server's.

    Controllers' own clocks differ: one that is a minute ahead would take a living change over.
    """
    if connection.dialect.name == "postgresql":
        return float(connection.execute(text(_POSTGRESQL_NOW)).scalar_one())
    return time.time()


def take(connection: Connection, network: str, devices: Iterable[str], holder: Holder) -> None:
    """Take the locks of all `devices`, or none.

    Raises:
        DevicesLockedError: another change holds one.
    """
    wanted = sorted(devices)
    names = set(wanted)
    held = [lock for lock in held_locks(connection, network) if lock.device in names]
    if held:
        raise DevicesLockedError(held)
    if wanted:
        row = {
            "network": network,
            "change_id": holder.change,
            **holder.values(clock(connection)),
        }
        connection.execute(insert(LOCKS), [{**row, "device": name} for name in wanted])


def held_locks(connection: Connection, network: str) -> list[Lock]:
    """Every lock of a network."""
    rows = connection.execute(
        select(LOCKS).where(LOCKS.c.network == network).order_by(LOCKS.c.device)
    ).mappings()
    return [*_locks(connection, rows)]


def _locks(connection: Connection, rows: Iterable[RowMapping]) -> Iterator[Lock]:
    now, local = clock(connection), connection.dialect.name == "sqlite"
    # twice: a database's clock is another server's after it went over to that one
    longest = 2 * LEASE_SECONDS
    keys = ("device", "change_id", "author", "host", "process", "expires")
    for row in rows:
        yield Lock(*(*(row[key] for key in keys), now, local, longest))


def renew(connection: Connection, change: int, token: str) -> None:
    """Hold on to the change's locks for another lease.

    Raises:
        LockLostError: somebody else holds them.
    """
    foreign = connection.execute(
        select(func.count())
        .select_from(LOCKS)
        .where(LOCKS.c.change_id == change)
        .where(LOCKS.c.token != token)
    ).scalar_one()
    if foreign:
        raise LockLostError(
            f"change {change} was taken over by another controller (recover); this one stops here"
        )
    connection.execute(
        update(LOCKS)
        .where(LOCKS.c.change_id == change)
        .values(expires=clock(connection) + LEASE_SECONDS)
    )


def take_over(connection: Connection, holder: Holder, own: str = "") -> None:
    """Make the locks of a change whose controller is gone one's own, or those with the token
    `own`, of a take-over that did not come to its end.

    Raises:
        DevicesLockedError: its controller is alive, or may be.
    """
    mine = LOCKS.c.change_id == holder.change
    others = select(LOCKS).where(mine).where(LOCKS.c.token != own).order_by(LOCKS.c.device)
    rows = connection.execute(others).mappings()
    alive = [lock for lock in _locks(connection, rows) if not lock.stale]
    if alive:
        raise DevicesLockedError(alive)
    connection.execute(update(LOCKS).where(mine).values(**holder.values(clock(connection))))


def release(connection: Connection, change: int) -> None:
    """Give the change's locks back."""
    connection.execute(delete(LOCKS).where(LOCKS.c.change_id == change))


def abandon(connection: Connection, change: int) -> None:
    """Nobody is at work on the change, and its devices stay locked: for `recover` to take over."""
    connection.execute(update(LOCKS).where(LOCKS.c.change_id == change).values(expires=0.0))
