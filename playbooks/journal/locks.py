"""Who holds a device, and whether its controller may still be at work."""

import socket
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Lock:
    """Who holds a device."""

    device: str
    change: int
    author: str
    host: str
    process: str
    #: By the clock of the journal's database, which all controllers share, and when it was read.
    expires: float
    read: float = field(default_factory=time.time)

    @property
    def stale(self) -> bool:
        """Whether nobody can be at work any more: the lease ran out, or its process is dead."""
        return self.expires <= self.read or self._dead()

    def _dead(self) -> bool:
        """Whether its process was on this host, and is no more."""
        if self.host != this_host():
            return False
        pid, _, started = self.process.partition("/")
        return _started_at(pid) != started

    def __str__(self) -> str:
        until = datetime.fromtimestamp(self.expires, UTC).strftime("%H:%M:%S UTC")
        if self.stale:
            return f"change {self.change} of {self.author}, whose controller is gone"
        return f"change {self.change} of {self.author} on {self.host}, lease until {until}"


def this_host() -> str:
    """This host's name and boot: a process id of before a restart names nobody."""
    return f"{socket.gethostname()}/{_boot()}"


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        return "?"


@cache
def this_process(pid: int) -> str:
    """A process of this host, until the host restarts: its id and the tick that it started at."""
    return f"{pid}/{_started_at(str(pid))}"


def _started_at(pid: str) -> str:
    """The tick at which a process started; "" when there is none, "?" where one cannot know."""
    proc = Path("/proc")
    if not (proc / "self").exists():
        return "?"
    try:
        fields = (proc / pid / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    words = fields.rpartition(")")[2].split()
    return "" if words[0] in "ZX" else words[19]
