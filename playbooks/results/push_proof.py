"""What the proof says of a push: of its end, and of every state on the way there."""

from dataclasses import dataclass
from typing import Any

from egovnet.playbooks.results.assumptions import Assumption, assumptions_to
from egovnet.playbooks.results.reported_finding import ReportedFinding


@dataclass(frozen=True, slots=True)
class PushProof:
    """The verdict on a plan."""

    proved: bool
    #: One sentence.
    reason: str
    #: What denies it, the end's first.
    findings: tuple[ReportedFinding, ...]
    #: Ids of the properties that were checked.
    properties: tuple[str, ...]
    assumptions: tuple[Assumption, ...]

    def to_dict(self) -> dict[str, Any]:
        """`proof` in JSON."""
        return {
            "proved": self.proved,
            "reason": self.reason,
            "findings": [finding.to_dict() for finding in self.findings],
            "properties": list(self.properties),
            **assumptions_to(self.assumptions),
        }
