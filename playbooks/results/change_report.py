"""A change as a paper that a team passes on: one that is planned, or one of the journal."""

from dataclasses import dataclass
from typing import Any

from egovnet.playbooks.results.history import HistoryEntry, ShownStep
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Approval:
    """Who answers for a change, and the words that were given with it."""

    who: str
    words: str
    #: ISO 8601; "" where nobody noted it.
    at: str = ""


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """`history` and `steps` are of a change of the journal; a planned one has none."""

    plan: PlanResult
    made: Provenance
    author: str
    history: HistoryEntry | None = None
    steps: tuple[ShownStep, ...] = ()
    approvals: tuple[Approval, ...] = ()

    @property
    def title(self) -> str:
        """Such as "reference: change 7"."""
        if self.history is not None:
            return f"{self.plan.network}: change {self.history.id}"
        return f"{self.plan.network}: plan {self.plan.hash[:12]}"

    @property
    def denied(self) -> str:
        """Why it may not be pushed as it is, in one sentence; "" if it may."""
        proofs = [step.proof for step in (self.plan, *self.plan.then) if step.proof is not None]
        if self.plan.unreachable:
            names = ", ".join(sorted(self.plan.unreachable))
            return f"{names} did not answer"
        unproved = next((proof for proof in proofs if not proof.proved), None)
        if unproved is not None:
            return f"not proved: {unproved.reason}"
        if self.plan.needs and self.history is None:
            return f"it needs confirmation: {' '.join(self.plan.needs)}"
        return ""

    @property
    def ended(self) -> str:
        """What became of a change of the journal that is not done; "" if it is, or of a plan."""
        if self.history is None or self.history.state == "done":
            return ""
        return f"change {self.history.id} is {self.history.state}"

    def to_dict(self) -> dict[str, Any]:
        """What change.json holds."""
        return {
            "made": self.made.to_dict(),
            "author": self.author,
            "change": self.history and self.history.to_dict(),
            "approvals": [
                {"who": one.who, "words": one.words, "at": one.at} for one in self.approvals
            ],
            "plan": self.plan.to_dict(),
        }
