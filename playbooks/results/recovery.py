"""What `recover` came to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from egovnet.playbooks.results.ends import ENDS, End, sentence


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
    #: "to do", or what the journal has of it: the words of `End`.
    result: End
    devices: Mapping[str, RecoveredDevice] = field(default_factory=dict)
    #: Device -> why it is not at its end.
    left: Mapping[str, str] = field(default_factory=dict)

    @property
    def end(self) -> str:
        """How it ended, in one sentence."""
        return sentence(self.result, self.change, self.left)

    @property
    def unfinished(self) -> bool:
        """Whether `recover` has something left to do."""
        return ENDS[self.result].unfinished

    def to_dict(self) -> dict[str, Any]:
        """One of `changes` in JSON."""
        return {
            "change": self.change,
            "author": self.author,
            "summary": self.summary,
            "direction": self.direction,
            "why": self.why,
            "result": str(self.result),
            "end": self.end,
            "devices": {name: asdict(seen) for name, seen in sorted(self.devices.items())},
            "left": dict(sorted(self.left.items())),
        }


@dataclass(frozen=True, slots=True)
class RecoveryResult:
    """Every unfinished change, the newest first."""

    changes: tuple[RecoveredChange, ...] = ()
    #: Path of the lock file that was written anew; then changes were not looked for.
    lock: str | None = None

    @property
    def ends(self) -> tuple[str, ...]:
        """How each change ended."""
        return tuple(change.end for change in self.changes)

    @property
    def shown_as(self) -> str:
        """The verb whose printer prints it."""
        return "recover"

    def to_dict(self) -> dict[str, Any]:
        """What `recover --json` prints."""
        return {"changes": [change.to_dict() for change in self.changes], "lock": self.lock}
