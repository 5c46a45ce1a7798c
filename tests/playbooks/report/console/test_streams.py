"""Streams that never raise: what is dropped, what is waited for, what is written all the same."""

import errno
import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from egovnet.playbooks.report.console.streams import UnfailingOutput


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def fill(writer: int) -> int:
    """How much a pipe took."""
    os.set_blocking(writer, False)
    took = 0
    try:
        while True:
            took += os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    return took


def test_a_reader_that_went_away_is_remembered(pipe: tuple[int, int]) -> None:
    output = UnfailingOutput(pipe[1], whole=True)
    assert output.write(b"one") == 3
    assert output.fault is None
    os.close(pipe[0])
    assert output.write(b"two") == 3
    assert output.fault is not None
    assert output.fault.errno == errno.EPIPE
    assert output.write(b"three") == 5


def test_who_may_not_wait_drops_lines_until_they_are_read(pipe: tuple[int, int]) -> None:
    output = UnfailingOutput(pipe[1], whole=False)
    output.patient = False
    took = fill(pipe[1])
    begun = time.monotonic()
    for _ in range(100):
        output.write(b"dropped\n")
    assert time.monotonic() - begun < 5, "a moment, once, not at each line"
    assert output.fault is None
    os.read(pipe[0], took)
    output.write(b"read again\n")
    assert os.read(pipe[0], took) == b"read again\n"


def failing_once(number: int) -> Callable[[int, bytes], int]:
    faults = [number]

    def write(descriptor: int, data: bytes) -> int:
        if faults:
            raise OSError(faults.pop(), os.strerror(number))
        return real(descriptor, data)

    real = os.write
    return write


@pytest.mark.parametrize(
    ("whole", "number", "read"),
    [
        (True, errno.ENOSPC, b""),
        (False, errno.ENOSPC, b"after\n"),
        (False, errno.EIO, b""),
        (True, errno.EBADF, b""),
    ],
)
def test_what_comes_after_a_fault(
    whole: bool, number: int, read: bytes, pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk has room again, and the next line of a log is of use; half a result is not."""
    output = UnfailingOutput(pipe[1], whole=whole)
    monkeypatch.setattr(os, "write", failing_once(number))
    output.write(b"before\n")
    output.write(b"after\n")
    os.set_blocking(pipe[0], False)
    try:
        found = os.read(pipe[0], 100)
    except BlockingIOError:
        found = b""
    assert found == read
    assert output.fault is not None
    assert output.fault.errno == number


def test_a_stream_that_never_was_takes_everything() -> None:
    output = UnfailingOutput(None, whole=True)
    stream = io.TextIOWrapper(io.BufferedWriter(output), "ascii", errors="backslashreplace")
    print("\u6d77", file=stream, flush=True)
    assert (output.fault, stream.isatty()) == (None, False)
