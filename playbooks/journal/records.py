"""What the journal holds: changes, their steps, decisions and texts."""

from dataclasses import dataclass

#: States of a change. `open` is one whose controller has not finished with it, `failed` one of
#: which a device was not seen to be where it should be: `recover` finishes both.
OPEN, DONE, UNDONE, FAILED = "open", "done", "undone", "failed"
#: Kind of a change that puts back what was meant all along.
REMEDIATE = "remediate"
#: Kind of a change that pushed nothing: what ran already became known.
ADOPT = "adopt"
#: Stage of a verification by itself, in the change that was done last.
VERIFY_ALONE = "verify-alone"
#: Findings that a step keeps.
FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the history."""

    id: int
    kind: str
    author: str
    created: str
    network: str
    plan_hash: str
    summary: str
    undoes: int | None
    state: str
    ticket: str | None = None
    stop_after: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An intention ("begin") or its outcome ("done", "failed") on one device, or on all ("*")."""

    at: str
    stage: str
    device: str
    phase: str
    detail: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Which way a whole change goes ("forward", "back"), why, and for which devices."""

    direction: str
    why: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """A device's text in a change: before, as intended, the diff shown, and as read back."""

    device: str
    before: str
    intended: str
    diff: str
    after: str | None
