"""The clock that guests' daemons read without their kernel, on this machine's own clock."""

import ctypes
import importlib.util
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from egovnet.lab import guest_clock
from egovnet.lab.guest_clock import clock_archive, compiled

_TICKS = Path(guest_clock.__file__).parent / "appliance" / "ticks.py"
_MONOTONIC, _CPU = 1, 3


class _Time(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


@pytest.fixture
def ticks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The guest's own module, with a library of this machine's compiler."""
    compiler = shutil.which("cc")
    assert compiler is not None, "no C compiler: run ./setup-host --tests"
    library = compiled(compiler, tmp_path)
    assert library is not None
    spec = importlib.util.spec_from_file_location("ticks", _TICKS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "CLOCK", library)
    return module


def _clock(library: Path) -> Callable[[int], int]:
    """Nanoseconds of a clock, by a copy of the library that is loaded for the first time."""
    own = library.with_name(f"clock-{time.monotonic_ns()}.so")
    shutil.copy2(library, own)
    get = ctypes.CDLL(str(own)).clock_gettime
    get.argtypes = [ctypes.c_int, ctypes.POINTER(_Time)]

    def read(clock: int) -> int:
        now = _Time()
        assert get(clock, ctypes.byref(now)) == 0
        return int(now.seconds) * 10**9 + int(now.nanoseconds)

    return read


@pytest.mark.parametrize("learned", [False, True])
def test_it_says_what_the_kernel_says(ticks: ModuleType, learned: bool) -> None:
    if learned:
        ticks.learn(ticks.look())
    read = _clock(ticks.CLOCK)
    for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC):
        for _ in range(2000):
            before = time.clock_gettime_ns(clock)
            now = read(clock)
            assert before - 100_000 <= now <= time.clock_gettime_ns(clock) + 100_000


def test_it_never_goes_back_while_threads_read_it(ticks: ModuleType) -> None:
    ticks.learn(ticks.look())
    read = _clock(ticks.CLOCK)
    back: list[int] = []

    def look() -> None:
        last = read(_MONOTONIC)
        end = last + 200_000_000
        while last < end:
            now = read(_MONOTONIC)
            if now < last - 100_000:
                back.append(last - now)
            last = max(last, now)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert back == []


def test_processor_time_is_not_counted(ticks: ModuleType) -> None:
    assert _clock(ticks.CLOCK)(_CPU) == 0


def test_a_host_without_a_compiler_does_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert clock_archive(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
