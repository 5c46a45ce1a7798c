"""What `recover` came to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RecoveredDevice:
    """What a device says of a change's commit."""

    commit: str
    #: Until it goes back by itself, when it is pending.
    seconds_left: int
    #: "old", "new", "both" or "other".
    runs: str


@dataclass(frozen=True, slots=True)
class RecoveredChange:
    """An unfinished change, and what was or would be done."""

    change: int
    author: str
    summary: str
    #: "forward" or "back".
    direction: str
    why: str
    #: "to do", "done", "undone" or "in doubt".
    result: str
    devices: Mapping[str, RecoveredDevice] = field(default_factory=dict)
    #: Device -> why it is not at its end.
    left: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """One of `changes` in JSON."""
        return {
            "change": self.change,
            "author": self.author,
            "summary": self.summary,
            "direction": self.direction,
            "why": self.why,
            "result": self.result,
            "devices": {name: asdict(seen) for name, seen in sorted(self.devices.items())},
            "left": dict(sorted(self.left.items())),
        }


@dataclass(frozen=True, slots=True)
class RecoveryResult:
    """Every unfinished change, the newest first."""

    changes: tuple[RecoveredChange, ...] = ()
    #: Path of the lock file that was written anew; then changes were not looked for.
    lock: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """What `recover --json` prints."""
        return {"changes": [change.to_dict() for change in self.changes], "lock": self.lock}
