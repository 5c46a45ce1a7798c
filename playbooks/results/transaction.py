"""What `apply`, and `rollback --yes`, came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.approval import Standing
from egovnet.playbooks.results.ends import ENDS, End, exit_of, sentence
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.verification import HealthReport, Verification


@dataclass(frozen=True, slots=True)
class WaveResult:
    """A wave, how far it came, and what its health gate found."""

    name: str
    devices: tuple[str, ...]
    #: "not begun", "begun", "committed", "healthy" or "unhealthy".
    state: str = "not begun"
    findings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """One of `waves` in JSON."""
        return {
            "name": self.name,
            "devices": list(self.devices),
            "state": self.state,
            "findings": list(self.findings),
        }


@dataclass(frozen=True, slots=True)
class StepResult:
    """One of the transactions of a plan in steps, as it ended."""

    step: int
    of: int
    #: Id in the journal; None: no change was opened.
    change: int | None
    result: str
    devices: tuple[str, ...] = ()
    #: Accesses ("site/access") that the network lacks since, until the next one.
    lacking: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """One of `steps` in JSON."""
        return {
            "step": self.step,
            "of": self.of,
            "change": self.change,
            "result": self.result,
            "devices": list(self.devices),
            "lacking": list(self.lacking),
        }


@dataclass(frozen=True, slots=True)
class TransactionResult:
    """One run of a plan, or why there was none."""

    #: What the journal has of it: the words of `End`.
    result: End
    plan_hash: str
    affected: Affected = field(default_factory=Affected)
    #: Id in the journal; None: no change was opened.
    change: int | None = None
    devices: tuple[str, ...] = ()
    proof: PushProof | None = None
    waves: tuple[WaveResult, ...] = ()
    #: Devices of the plan that this run stopped before.
    remaining: tuple[str, ...] = ()
    #: Device -> why it is left out, as it was.
    left_out: Mapping[str, str] = field(default_factory=dict)
    failed_stage: str | None = None
    failures: Mapping[str, str] = field(default_factory=dict)
    #: Device -> why it was not seen at the change's end.
    not_undone: Mapping[str, str] = field(default_factory=dict)
    #: The verification at the end; None: it did not come to that.
    verification: Verification | HealthReport | None = None
    #: Of a plan in steps, those that were run, this one the last.
    steps: tuple[StepResult, ...] = ()
    #: Where it was refused by the inventory's policy: why.
    approvals: Standing | None = None

    @property
    def exit(self) -> Exit:
        """The exit code that belongs to it."""
        failures = bool(self.failures or self.left_out or self.not_undone)
        return exit_of(self.result, self.failed_stage, failures=failures)

    @property
    def end(self) -> str:
        """How it ended, in one sentence."""
        words = sentence(self.result, self.change, self.not_undone, self.left_out)
        return "; ".join(filter(None, (words, self._steps_left)))

    @property
    def _steps_left(self) -> str:
        """What of a plan in steps is still to do; "" when nothing is."""
        done = [step for step in self.steps if step.result == End.DONE]
        if not self.steps or len(done) == self.steps[-1].of:
            return ""
        lacking = done[-1].lacking if done else ()
        without = f", and the network lacks {', '.join(lacking)} meanwhile" if lacking else ""
        return (
            f"{len(done)} of {self.steps[-1].of} steps are done{without}: egovnet plan --steps "
            "goes on from here"
        )

    @property
    def ends(self) -> tuple[str, ...]:
        """The same, as all results have it that change the network."""
        return (self.end,)

    @property
    def shown_as(self) -> str:
        """The verb whose printer prints it."""
        return "apply"

    @property
    def unfinished(self) -> bool:
        """Whether `recover` has something to do."""
        return ENDS[self.result].unfinished

    def to_dict(self) -> dict[str, Any]:
        """What `apply --json` prints when it pushed, or refused to."""
        return {
            "change": self.change,
            "result": str(self.result),
            "end": self.end,
            "plan_hash": self.plan_hash,
            "devices": list(self.devices),
            "affected": self.affected.to_dict(),
            "interrupted": [one.to_dict() for one in self.affected.interrupted],
            "proof": self.proof and self.proof.to_dict(),
            "waves": [wave.to_dict() for wave in self.waves],
            "remaining": list(self.remaining),
            "left_out": dict(sorted(self.left_out.items())),
            "failed_stage": self.failed_stage,
            "failures": dict(sorted(self.failures.items())),
            "not_undone": dict(sorted(self.not_undone.items())),
            "verification": self.verification.to_dict() if self.verification else {},
            "steps": [step.to_dict() for step in self.steps],
            "approvals": self.approvals and self.approvals.to_dict(),
        }
