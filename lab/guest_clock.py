"""A library that answers what time it is without the kernel, for the daemons of a guest.

Under User Mode Linux a system call is two changes between processes of the host, 10 to 50
microseconds, and reading a clock is one. FRR reads one six times for each thing that it does: with
this library bfdd takes 45 % of the processor time that it takes without. Guests of other backends
need it not: there the C library reads clocks by itself.

It is compiled from guest_clock.c where the host has a C compiler and trusts the processor's ticks
(its own clock goes by them); elsewhere a lab does without, and is slower.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from egovnet.lab.cpio_archive import CpioWriter

SOURCE = Path(__file__).with_name("guest_clock.c")
INSIDE = "usr/lib/egovnet/clock.so"
"""Its place in a guest; appliance/ticks.py has it too."""
_OPTIONS = ("-O2", "-shared", "-fPIC", "-ffreestanding", "-fno-stack-protector", "-nostdlib")
_CLOCK = Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")


def clock_archive(cache: Path) -> Path | None:
    """A cpio archive with the library, built in `cache` if it is not there; None: do without."""
    compiler = shutil.which("cc")
    try:
        ticks = _CLOCK.read_text(encoding="ascii").strip() == "tsc"
    except OSError:
        ticks = False
    if compiler is None or not ticks:
        return None
    recipe = SOURCE.read_bytes() + " ".join(_OPTIONS).encode()
    archive = cache / f"clock-{hashlib.sha256(recipe).hexdigest()[:12]}.cpio"
    if not archive.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as scratch:
            library = compiled(compiler, Path(scratch))
            if library is None:
                return None
            made = Path(scratch) / "clock.cpio"
            with made.open("wb") as stream:
                writer = CpioWriter(stream)
                writer.file(INSIDE, library.read_bytes(), 0o755)
                writer.close()
            made.rename(archive)
    return archive


def compiled(compiler: str, directory: Path) -> Path | None:
    """The library, in `directory`; None where the compiler has no headers or another target."""
    library = directory / "clock.so"
    command = [compiler, *_OPTIONS, "-o", str(library), str(SOURCE)]
    done = subprocess.run(command, capture_output=True, check=False)
    return library if done.returncode == 0 else None
