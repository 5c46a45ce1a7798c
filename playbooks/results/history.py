"""What `history` and `show` came to: changes as the journal has them."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A change."""

    id: int
    kind: str
    author: str
    #: ISO 8601.
    created: str
    network: str
    plan_hash: str
    summary: str
    #: The change that it undoes.
    undoes: int | None
    #: "open", "done", "undone" or "failed".
    state: str
    ticket: str | None
    #: The wave after which it was to stop.
    stop_after: str | None
    #: Fingerprint of the controller's key that signed its end; None: it is not signed.
    signed_by: str | None = None
    #: ISO 8601.
    signed_at: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """One of `changes` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class History:
    """Every change of the network, oldest first."""

    changes: tuple[HistoryEntry, ...]
    #: Where the journal is not as it was written; the first record that does not hold is first.
    faults: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What `history --json` prints."""
        return {
            "changes": [change.to_dict() for change in self.changes],
            "faults": list(self.faults),
        }


@dataclass(frozen=True, slots=True)
class ChangedDevice:
    """A device of a change, and its native diff."""

    device: str
    diff: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of a change."""

    at: str
    stage: str
    device: str
    phase: str
    detail: str


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change with its diffs and steps."""

    change: HistoryEntry
    devices: tuple[ChangedDevice, ...]
    steps: tuple[ShownStep, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `show --json` prints."""
        return {
            "change": self.change.to_dict(),
            "devices": [asdict(device) for device in self.devices],
            "steps": [asdict(step) for step in self.steps],
        }
