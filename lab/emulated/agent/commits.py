"""Commits as the router's agent keeps them, and how those who wait for one are woken."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from enum import StrEnum

from egovnet.lab.emulated.router.router import Files, Snapshot


class State(StrEnum):
    """What became of a commit; `none`: the router never began it."""

    NONE = "none"
    APPLYING = "applying"
    APPLIED = "applied"
    PENDING = "pending"
    UNDOING = "undoing"
    UNDONE = "undone"
    CONFIRMED = "confirmed"
    BROKEN = "broken"
    ORPHAN = "orphan"


OPEN = frozenset((State.APPLYING, State.APPLIED, State.PENDING, State.UNDOING))


class Signal:
    """Wakes all who wait, each time something changed."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def fire(self) -> None:
        """Wake them."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, until: float | None = None) -> None:
        """Wait for the next firing, at most until a `time.monotonic()`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        left = None if until is None else max(until - time.monotonic(), 0.0)
        await asyncio.wait([future], timeout=left)


@dataclass
class Commit:
    """One commit. Its process is a task that outlives the session which began it."""

    id: str
    owner: str
    files: dict[str, str]
    before: Snapshot
    startup: Files
    boot_id: str
    state: State = State.NONE
    after: Snapshot | None = None
    texts: dict[str, str] = field(default_factory=dict)
    """reason, trouble, and what programs printed."""
    steps: list[str] = field(default_factory=list)
    deadline: float | None = None
    """When a pending commit goes back, as `time.monotonic()`."""
    request: str = ""
    """What was asked of its process and not yet taken up; one at a time."""
    process: asyncio.Task[None] | None = None
    signal: Signal = field(default_factory=Signal)
    lied: bool = False
    stalled: str = ""
    """The step at which its process stalled."""

    def is_alive(self, boot_id: str) -> bool:
        """Whether its process still runs."""
        return self.boot_id == boot_id and self.process is not None and not self.process.done()

    def left(self) -> int:
        """Whole seconds until it goes back."""
        return 0 if self.deadline is None else int(self.deadline - time.monotonic() + 0.999)


@dataclass
class Lock:
    """Who writes to the router."""

    owner: str
    since: float
    commit: Commit | None = None
    """Whose process holds it; None when it is held from elsewhere."""
    alive: bool = True
    """For one held from elsewhere: whether that process still runs."""


@dataclass
class Disk:
    """What the agent keeps in its directory: it outlives a restart."""

    commits: dict[str, Commit] = field(default_factory=dict)
    current: str = ""
    last: str = ""
    """The last confirmed commit."""
    mark: tuple[str, str, str] | None = None
    """("before" | "after", id, boot): the start-up files may be a mixture."""
    lock: Lock | None = None
    agents: set[str] = field(default_factory=set)
    """Paths of the agent's script that were put on the router."""
