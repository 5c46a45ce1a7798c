"""A verb in a process of its own, struck at one of its journal writes, and all that a shell sees.

The child is forked from a process that has everything loaded and is what the console script is:
its streams, its signals, its exit code. Forking is safe: the parent has no threads.
"""

import fcntl
import hashlib
import json
import os
import resource
import signal
import statistics
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from egovnet.playbooks.cli.console_script import run
from egovnet.playbooks.cli.options import verb
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import JournalDatabase
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.signed_records import Heads
from egovnet.playbooks.results.outcome import AnyOutcome

#: How a controller is asked to end, or loses what it prints to.
SIGNALS = ("INT", "TERM", "HUP", "QUIT")
#: As rare as they are in the field.
_RARE = ("XCPU", "USR1")
#: The same, and again at every write that follows: nobody waits.
IMPATIENT = ("INT again and again", "TERM, then HUP")
#: The harness' own exit code: printing made the controller wait.
HELD_UP = 71
#: Seconds without a write after which a change is over, or is held up.
_LULL = 2.0
#: However many share the processor: a test that waits longer for its lull is one that stands still.
_SLOWEST = 10.0
#: What is digested to see how much of the processor there is: some 5 ms each.
_WORK = bytes(4_000_000)
#: Bytes: more than is printed, less than a journal's write-ahead log.
_QUOTA = 8192
#: Writes to journals of this process; the same when the reader that stood still went away.
_writes = [0, 0]
OUTPUTS = ("closed pipe", "reader that stands still", "gone terminal", "full disk")
#: Every file of the process is at its quota from then on, the journal's first.
JOURNAL_FULL = "journal full"
KILL = "KILL"
#: What `live` is given as `befall`.
BEFALL = "else"
HOWS = (*SIGNALS, *IMPATIENT, *OUTPUTS)


@dataclass(frozen=True, slots=True)
class Strike:
    """What befalls a verb at its n-th transaction (from 1) with its journals, before or after."""

    how: str
    write: int
    written: bool = True
    #: Count only what says something of this stage.
    stage: str = ""

    def __str__(self) -> str:
        what = f"{self.stage or 'write'} {self.write}"
        return f"{self.how} {'after' if self.written else 'before'} {what}"


@dataclass(frozen=True)
class Lived:
    """What a shell sees of a process: its exit code (less than 0: the signal), and its output."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 -- JSON is any
        """The one object on stdout."""
        return json.loads(self.out)


@dataclass
class _Outputs:
    """Where the child prints: files, or what its strike takes from it."""

    out: Path
    err: Path
    #: Called at the strike.
    take_away: Callable[[], None] = lambda: None

    def begin(self, output: str, strike: Strike | None, ignored: Sequence[int]) -> None:
        """What a new process finds."""
        self.connect(output or (strike.how if strike else ""))
        if output:
            self.take_away()
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, closefd=False) for number, mode in enumerate("rww")
        )
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)

    def connect(self, how: str) -> None:
        """Make descriptors 1 and 2 what the strike needs."""
        if how in ("closed pipe", "reader that stands still", "pipe that is full"):
            reader, writer = os.pipe()
            os.dup2(writer, 1)
            os.dup2(writer, 2)
            os.close(writer)
            if how == "closed pipe":
                self.take_away = lambda: os.close(reader)
            else:
                _fill(1)
            if how == "reader that stands still":
                threading.Thread(target=_go_away, args=(reader,), daemon=True).start()
        elif how == "gone terminal":
            master, terminal = os.openpty()
            shown = _terminal(master)
            os.setsid()
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
            for number in range(3):
                os.dup2(terminal, number)
            os.close(terminal)
            # its shell is sent a hang-up by the kernel, as when a window is closed
            self.take_away = lambda: os.kill(shown, signal.SIGKILL)
        else:
            for number, path in ((1, self.out), (2, self.err)):
                target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                os.dup2(target, number)
                os.close(target)
        if how == "full disk":
            self.take_away = lambda: _onto("/dev/full", 1)


def _go_away(reader: int) -> None:
    """A reader that stands still until nothing is written to the journal any more.

    Who waited for it goes on writing then, and ends with `HELD_UP`.
    """
    seen = -1
    while seen != _writes[0] or not seen:
        seen = _writes[0]
        time.sleep(_LULL * times_slower())
    _writes[1] = seen
    os.close(reader)


def times_slower() -> float:
    """How many times longer than alone a verb takes now: of a processor that many share there are
    moments only, and fewer for who gives way to others.

    By how long pieces of work take for their own processor time, the one in the middle of five
    (one may have met a moment of nothing), squared: the routers that a verb waits for share that
    fate. At most `_SLOWEST`.
    """
    found = []
    for _ in range(5):
        began, used = time.monotonic(), time.thread_time()
        for _ in range(4):  # digests of that much leave the interpreter to other threads
            hashlib.sha256(_WORK).digest()
        used = max(time.thread_time() - used, 1e-3)
        found.append(max(1.0, (time.monotonic() - began) / used))
    return float(min(statistics.median(found) ** 2, _SLOWEST))


def _fill(descriptor: int) -> None:
    """A pipe that nobody reads takes nothing more."""
    os.set_blocking(descriptor, False)
    try:
        while True:
            os.write(descriptor, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(descriptor, True)


def _terminal(master: int) -> int:
    """A process that shows what a terminal is sent, and has its only end; its id."""
    child = os.fork()
    if child == 0:
        os.closerange(3, master)
        os.closerange(master + 1, 1024)
        try:
            while os.read(master, 4096):
                pass
        except OSError:
            os._exit(0)  # nobody has the other end any more
    os.close(master)
    return child


def _onto(path: str, number: int) -> None:
    target = os.open(path, os.O_WRONLY)
    os.dup2(target, number)
    os.close(target)


def live(
    act: Callable[[Workspace], AnyOutcome],
    strike: Strike | None = None,
    *arguments: str,
    prepare: Callable[[], None] = lambda: None,
    output: str = "",
    befall: Callable[[], None] = lambda: None,
    ignored: Sequence[int] = (),
    longest: float = 120.0,
) -> Lived:
    """Run `act` as a verb, with the common options `arguments`; `prepare` is called in the child.

    Of an output that is taken away, at a strike or from the beginning, nothing printed is known.
    Signals that are `ignored` were so when the process began.
    """
    with tempfile.TemporaryDirectory() as directory:
        outputs = _Outputs(Path(directory) / "out", Path(directory) / "err")
        child = os.fork()
        if child == 0:
            outputs.take_away = befall

            def begin() -> None:
                outputs.begin(output, strike, ignored)
                prepare()

            _live(act, strike, arguments, outputs, begin)
        status = _wait(child, longest)
        texts = [
            path.read_text(encoding="utf-8") if path.exists() else ""
            for path in (outputs.out, outputs.err)
        ]
    return Lived(os.waitstatus_to_exitcode(status), *texts)


def _wait(child: int, longest: float) -> int:
    """Its status; a child that does not end is no reason to wait for ever."""
    deadline = time.monotonic() + longest
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return status
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError(f"it did not end within {longest:.0f} s")


def _live(
    act: Callable[[Workspace], AnyOutcome],
    strike: Strike | None,
    arguments: tuple[str, ...],
    outputs: _Outputs,
    prepare: Callable[[], None],
) -> None:
    """The child's life; never returns."""
    code = 70
    try:
        prepare()
        if strike is not None:
            arm(strike, outputs.take_away)

        @verb
        def acting(workspace: Workspace) -> AnyOutcome:
            return act(workspace)

        sys.argv = ["egovnet", *arguments]
        run(click.command()(acting))
    except SystemExit as end:
        code = HELD_UP if 0 < _writes[1] < _writes[0] else int(end.code or 0)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        import traceback  # noqa: PLC0415 -- of a defect of the harness itself

        traceback.print_exc(file=sys.__stderr__)
    finally:
        # not exit(): what the parent registered is the parent's
        os._exit(code)


def arm(strike: Strike, take_away: Callable[[], None]) -> None:
    """From now on the journal counts its writes, and the strike falls at the one named."""
    write, chain = JournalDatabase.writing, Journal._chain
    count, told = 0, False

    def fall(number: int) -> None:
        first = number == strike.write
        if strike.how in (*SIGNALS, *_RARE, KILL) and first:
            os.kill(os.getpid(), getattr(signal, f"SIG{strike.how}"))
        elif strike.how == IMPATIENT[0]:
            os.kill(os.getpid(), signal.SIGINT)
        elif strike.how == IMPATIENT[1]:
            os.kill(os.getpid(), signal.SIGTERM if first else signal.SIGHUP)
        elif strike.how == JOURNAL_FULL and first:
            resource.setrlimit(resource.RLIMIT_FSIZE, (_QUOTA, _QUOTA))
        elif first:
            take_away()

    def seen(journal: Journal, connection: Connection, rows: Sequence[Mapping[str, str]]) -> Heads:
        nonlocal told
        told = any(row["stage"] == strike.stage for row in rows)
        return chain(journal, connection, rows)

    @contextmanager
    def striking(database: JournalDatabase) -> Iterator[Connection]:
        nonlocal count, told
        # one writer at a time: the flag is this transaction's
        with write(database) as connection:
            told = False
            yield connection
            _writes[0] += 1
            count += told or not strike.stage
            mine = count if told or not strike.stage or count > strike.write else 0
            if mine >= strike.write and not strike.written:
                fall(mine)
        if mine >= strike.write and strike.written:
            fall(mine)

    if strike.write == 0:
        fall(0)
    # this process has not long to live
    JournalDatabase.writing = striking  # type: ignore[method-assign]
    Journal._chain = seen  # type: ignore[method-assign]
