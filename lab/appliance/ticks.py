"""The library that answers what time it is (lab/guest_clock.py) learns how long a tick takes."""

import ctypes
import struct
import time
from pathlib import Path

CLOCK = Path("/usr/lib/egovnet/clock.so")
"""Only under User Mode Linux, and where the host could compile it."""
_UNKNOWN = struct.pack("<Q", 0xFEEDC10CFEEDC10C)
_ENOUGH = 0.3
"""Seconds between the two looks: an error of 10 microseconds is 30 in a million then."""

Look = tuple[int, int]


def look() -> Look | None:
    """Nanoseconds and ticks at one and the same time, as nearly as three tries have it."""
    if not CLOCK.exists():
        return None
    library = ctypes.CDLL(str(CLOCK))
    library.ticks.restype = ctypes.c_uint64
    tries = []
    for _ in range(3):
        before = library.ticks()
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        after = library.ticks()
        tries.append((after - before, (now, (before + after) // 2)))
    return min(tries)[1]


def learn(first: Look | None) -> None:
    """Write the rate since a first look into the library; who loads it later goes by it."""
    if first is None:
        return
    time.sleep(max(0.0, _ENOUGH - (time.monotonic_ns() - first[0]) / 1e9))
    second = look()
    if second is None:
        return
    rate = ((second[0] - first[0]) << 32) // (second[1] - first[1])
    learned = CLOCK.with_suffix(".new")
    learned.write_bytes(CLOCK.read_bytes().replace(_UNKNOWN, struct.pack("<Q", rate)))
    learned.chmod(0o755)
    learned.rename(CLOCK)
