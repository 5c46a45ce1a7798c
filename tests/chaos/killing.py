"""A controller that is killed at one of its journal writes: a child process, ended by kill -9.

The child is forked from a process that has everything loaded, so that a run costs what its
devices cost. Forking is safe: the parent has no threads.
"""

import os
import pickle
import signal
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from egovnet.playbooks.journal.database import JournalDatabase
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.signed_records import Heads


@dataclass(frozen=True, slots=True)
class KillPoint:
    """The n-th transaction (from 1) that a controller writes to its journal, before or after."""

    write: int
    #: Whether what it writes is on disk when it dies.
    written: bool
    #: Count only what says how this stage ended on a device.
    stage: str = ""

    def __str__(self) -> str:
        what = f"outcome of {self.stage}" if self.stage else "write"
        return f"{'after' if self.written else 'before'} {what} {self.write}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a controller ended: what it returned, or that it was killed or failed."""

    killed: bool
    result: Any = None
    error: str = ""


def run(act: Callable[[], Any], kill: KillPoint | None = None) -> Ended:
    """Run `act` in a process of its own; its result must be picklable."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        _live(act, kill, send)
    os.close(send)
    with os.fdopen(receive, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"ended by signal {os.WTERMSIG(status)}"
        return Ended(killed=True)
    ended = pickle.loads(said)  # noqa: S301 -- our own child's
    assert isinstance(ended, Ended)
    return ended


def _live(act: Callable[[], Any], kill: KillPoint | None, send: int) -> None:
    """The child's life; never returns."""
    try:
        if kill is not None:
            _arm(kill)
        ended = Ended(killed=False, result=act())
    except BaseException:
        ended = Ended(killed=False, error=traceback.format_exc())
    with os.fdopen(send, "wb") as pipe:
        pickle.dump(ended, pipe)
    # Not exit(): what the parent registered is the parent's.
    os._exit(0)


def _arm(kill: KillPoint) -> None:
    """From now on the journal counts its writes, and this process dies at the one named."""
    write, chain = JournalDatabase.writing, Journal._chain
    count = 0
    told = False

    def seen(journal: Journal, connection: Connection, rows: Sequence[Mapping[str, str]]) -> Heads:
        nonlocal told
        told = any(row["stage"] == kill.stage and row["phase"] == "done" for row in rows)
        return chain(journal, connection, rows)

    @contextmanager
    def deadly(database: JournalDatabase) -> Iterator[Connection]:
        nonlocal count, told
        # one writer at a time: the flag is this transaction's
        with write(database) as connection:
            told = False
            yield connection
            count += told or not kill.stage
            mine = count if told or not kill.stage else 0
            if mine == kill.write and not kill.written:
                os.kill(os.getpid(), signal.SIGKILL)
        if mine == kill.write and kill.written:
            os.kill(os.getpid(), signal.SIGKILL)

    # this process has not long to live
    JournalDatabase.writing = deadly  # type: ignore[method-assign]
    Journal._chain = seen  # type: ignore[method-assign]


def count_writes(act: Callable[[], Any]) -> tuple[int, int]:
    """(transactions that `act` writes to journals undisturbed, which of them is the decision)."""

    def counting() -> tuple[int, int]:
        write, decide = JournalDatabase.writing, Journal.decide
        count = decision = 0

        @contextmanager
        def counted(database: JournalDatabase) -> Iterator[Connection]:
            nonlocal count
            count += 1
            with write(database) as connection:
                yield connection

        def decided(
            journal: Journal, change: int, direction: str, why: str, devices: Collection[str]
        ) -> None:
            nonlocal decision
            decision = count + 1
            decide(journal, change, direction, why, devices)

        # in a child of its own
        JournalDatabase.writing = counted  # type: ignore[method-assign]
        Journal.decide = decided  # type: ignore[method-assign]
        act()
        return count, decision

    ended = run(counting)
    assert not ended.error, ended.error
    count, decision = ended.result
    return int(count), int(decision)
