"""Standard output and error that never raise, and that hold nothing up while routers are worked on.

A reader goes away (`| head`), a terminal vanishes, a disk is full, a descriptor was never open, a
pager stands still, a locale knows no Chinese: none of these may end a controller half way through a
change, or make its worker threads wait. `take_over` puts streams in the place of `sys.stdout` and
`sys.stderr` whose lowest layer keeps the fault instead of raising it, so that whoever prints (rich,
logging, click, `print`) has nothing to take care of. What became of the output is asked at the end.
"""

import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: Seconds for which a reader that stands still is waited for while routers are worked on.
_GRACE = 0.5
#: A pipe or terminal that is ready takes as much without making its writer wait (PIPE_BUF).
_CHUNK = 4096
#: What goes away again: the next line may be written.
_PASSING = (errno.ENOSPC, errno.EDQUOT)


class UnfailingOutput(io.RawIOBase):
    """The lowest layer of a stream: what cannot be written is dropped, and why is kept.

    `whole` says that what comes after a gap is of no use: nothing is written any more then.
    """

    def __init__(self, descriptor: int | None, *, whole: bool) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._whole = whole
        self._stalled = False
        #: Whether a reader that stands still is waited for, however long.
        self.patient = True
        #: Why something is missing of what was to be written; None: nothing is.
        self.fault: OSError | None = None

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The descriptor; OSError when there never was one."""
        if self._descriptor is None:
            raise io.UnsupportedOperation("fileno")
        return self._descriptor

    def isatty(self) -> bool:
        """Whether a terminal is there."""
        return self._descriptor is not None and os.isatty(self._descriptor)

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write all of it, or drop it; returns its length in either case."""
        view = memoryview(data)
        if self._descriptor is not None and not self._gone():
            try:
                self._write(self._descriptor, view)
            except OSError as error:
                self.fault = self.fault or error
        return len(view)

    def _gone(self) -> bool:
        """Whether nothing will be written any more."""
        if self.fault is None:
            return False
        return self._whole or self.fault.errno not in _PASSING

    def _write(self, descriptor: int, view: memoryview) -> None:
        while view:
            if not self.patient and not self._ready(descriptor):
                return
            try:
                view = view[os.write(descriptor, view[:_CHUNK]) :]
            except BlockingIOError:
                # the descriptor is another program's too, which made it non-blocking
                self._ready(descriptor)

    def _ready(self, descriptor: int) -> bool:
        """Whether a write would not wait; waits for that a moment, or as long as it takes."""
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT)
        if self.patient:
            return bool(poll.poll())
        self._stalled = not poll.poll(0 if self._stalled else _GRACE * 1000)
        return not self._stalled


@dataclass
class Streams:
    """Both streams of the process."""

    out: UnfailingOutput
    err: UnfailingOutput

    def urgent(self, line: str) -> None:
        """One line on standard error, past every buffer: also from a signal's handler."""
        self.err.write(f"{line}\n".encode(errors="backslashreplace"))


_taken: Streams | None = None


def take_over() -> Streams:
    """Put unfailing streams in the place of `sys.stdout` and `sys.stderr`; the same when again."""
    global _taken  # noqa: PLW0603 -- a process has one standard output
    if _taken is None:
        out = UnfailingOutput(_descriptor(sys.stdout, 1), whole=True)
        err = UnfailingOutput(_descriptor(sys.stderr, 2), whole=False)
        _fill_the_gaps()
        sys.stdout = _text(out, sys.stdout, by_line=out.isatty())
        sys.stderr = _text(err, sys.stderr, by_line=True)
        _taken = Streams(out, err)
    return _taken


@contextmanager
def never_held_up() -> Iterator[None]:
    """Who prints within is not made to wait by a reader that stands still: lines are dropped."""
    outputs = () if _taken is None else (_taken.out, _taken.err)
    for output in outputs:
        output.patient = False
    try:
        yield
    finally:
        for output in outputs:
            output.patient = True


def flush() -> None:
    """Hand over what is still in the buffers."""
    for stream in (sys.stdout, sys.stderr):
        # a test's stream may be closed already
        with suppress(OSError, ValueError):
            stream.flush()


def _descriptor(stream: TextIO | None, number: int) -> int | None:
    """The stream's descriptor; None where Python found none when it started."""
    if stream is None:
        return None
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return number


def _fill_the_gaps() -> None:
    """Whoever opens a file next must not be given 0, 1 or 2: others write there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # the lowest that is free


def _text(raw: UnfailingOutput, before: TextIO | None, *, by_line: bool) -> io.TextIOWrapper:
    """A text stream over `raw`, in the encoding of the one before; it takes every character."""
    if before is not None:
        with suppress(OSError, ValueError):
            before.flush()
    encoding = getattr(before, "encoding", None) or "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding, errors="backslashreplace", line_buffering=by_line
    )
