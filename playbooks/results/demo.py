"""What `demo` came to."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A step of the story, and whether it was true."""

    title: str
    ok: bool
    seconds: float
    seen: str


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The story as far as it went."""

    #: Every step was true.
    ok: bool
    steps: tuple[DemoStep, ...]

    @property
    def seconds(self) -> float:
        """All steps together."""
        return sum(step.seconds for step in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """What `demo --json` prints."""
        return {
            "ok": self.ok,
            "seconds": self.seconds,
            "steps": [asdict(step) for step in self.steps],
        }
