"""Who holds a device, and whether its controller may still be at work."""

import socket
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

#: The boot of a host that does not say it.
_UNKNOWN = "?"


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
    #: Whether all who use the journal run under this host's kernel, as with SQLite.
    local: bool = False
    #: Seconds of the longest lease that anybody takes.
    longest: float = float("inf")

    @property
    def stale(self) -> bool:
        """Whether nobody can be at work any more: the lease ran out, or its process is dead.

        A lease that is longer than any was taken before the clock was set back: whoever lives
        renews it, or is seen to live.
        """
        ran_out = self.expires <= self.read
        no_lease = self.expires > self.read + self.longest and not self.lives_here
        return ran_out or no_lease or self._dead()

    @property
    def lives_here(self) -> bool:
        """Whether its process is on this host, and alive."""
        pid, _, started = self.process.partition("/")
        return self.host == this_host() and _started_at(pid) == started

    @property
    def seems_late(self) -> bool:
        """Whether its lease ran out while its process lives here: it hangs, or the clock was set
        forward, and the process says so soon. What was let go is not late."""
        return 0 < self.expires <= self.read and self.lives_here

    def _dead(self) -> bool:
        """Whether its process was on this host, and is no more; by a restart too."""
        if self.host == this_host():
            return not self.lives_here
        boot = self.host.rpartition("/")[2]
        return self.local and _UNKNOWN not in (boot, _boot()) and boot != _boot()

    def __str__(self) -> str:
        if self.stale:
            return f"change {self.change} of {self.author}, whose controller is gone"
        until = datetime.fromtimestamp(self.expires, UTC).strftime("%H:%M:%S UTC")
        return f"change {self.change} of {self.author} on {self.host}, lease until {until}"


def this_host() -> str:
    """This host's name and boot: a process id of before a restart names nobody."""
    return f"{socket.gethostname()}/{_boot()}"


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        return _UNKNOWN


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
