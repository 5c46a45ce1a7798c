"""A controller that is killed at one of its journal writes: a child process, ended by kill -9.

The child is forked from a process that has everything loaded, so that a run costs what its
devices cost. Forking is safe: the parent has no threads.
"""

import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from playbooks.journal import Journal


@dataclass(frozen=True, slots=True)
class KillPoint:
    """The n-th transaction (from 1) that a controller writes to its journal, before or after."""

    write: int
    #: Whether what it writes is on disk when it dies.
    written: bool

    def __str__(self) -> str:
        return f"{'after' if self.written else 'before'} write {self.write}"


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
    write = Journal._writing
    count = 0

    @contextmanager
    def deadly(journal: Journal) -> Iterator[Connection]:
        nonlocal count
        count += 1
        mine = count
        with write(journal) as connection:
            yield connection
            if mine == kill.write and not kill.written:
                os.kill(os.getpid(), signal.SIGKILL)
        if mine == kill.write and kill.written:
            os.kill(os.getpid(), signal.SIGKILL)

    Journal._writing = deadly  # type: ignore[method-assign] # this process has not long to live


def count_writes(act: Callable[[], Any]) -> int:
    """How many transactions `act` writes to journals, when nothing goes wrong."""

    def counting() -> int:
        write = Journal._writing
        count = 0

        @contextmanager
        def counted(journal: Journal) -> Iterator[Connection]:
            nonlocal count
            count += 1
            with write(journal) as connection:
                yield connection

        Journal._writing = counted  # type: ignore[method-assign] # in a child of its own
        act()
        return count

    ended = run(counting)
    assert not ended.error, ended.error
    return int(ended.result)
