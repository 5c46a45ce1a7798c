"""A change's side in the journal: opened with its locks, every stage noted, decided, closed."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from egovnet.playbooks.change.held_lease import held_lease
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.proof_gate import Override
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.words import NOTHING_SAID
from egovnet.playbooks.change.write_end import write_end
from egovnet.playbooks.core.interrupts import Interrupts
from egovnet.playbooks.journal.errors import DevicesLockedError, JournalError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, FAILED, FINDINGS, OPEN, UNDONE, Configuration
from egovnet.playbooks.results.listed import first_of
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.verdict import counted
from egovnet.playbooks.results.verification import AccessesSeen, CheckFinding
from egovnet.tasks.confirm_or_rollback import Direction

_LOCK_PAUSE = 1.0
#: Moves of services that a summary names.
_MOVES = 3


@dataclass(slots=True)
class ChangeRecord:
    """One change in the journal; `number` is 0 until it is begun.

    `state` and `direction` are what the journal has of it, as far as it could be written.
    """

    journal: Journal
    plan: Plan
    options: Options
    interrupts: Interrupts
    number: int = 0
    state: str = OPEN
    direction: str | None = None

    def begin(self, names: Collection[str]) -> None:
        """Open the change, waiting for locks as long as the options say.

        Raises:
            DevicesLockedError: another change holds a device.
            Interrupted: a signal came meanwhile.
        """
        deadline = time.monotonic() + self.options.wait
        while True:
            try:
                self.number = self.journal.begin(
                    self.plan.kind,
                    self.plan.hash,
                    _summary(self.plan, names),
                    {name: self._texts(name) for name in names},
                    self.plan.undoes,
                    ticket=self.options.ticket,
                    stop_after=self.options.stop_after,
                )
                return
            except DevicesLockedError as error:
                stale = any(lock.stale for lock in error.locks.values())
                if stale or time.monotonic() >= deadline:
                    raise
                with self.interrupts.allowed():
                    time.sleep(_LOCK_PAUSE)

    def _texts(self, name: str) -> Configuration:
        entry = self.plan.devices[name]
        return Configuration(name, entry.before, entry.intended, entry.diff, None)

    def note_proof(self, proof: PushProof, override: Override | None) -> None:
        """What was proved before the push, or who answers for what was not."""
        detail: dict[str, Any] = {
            "reason": proof.reason,
            "findings": [finding.to_dict() for finding in proof.findings[:FINDINGS]],
        }
        if override is not None:
            detail |= {"unproved_by": override.name, "because": override.reason}
        self.step("proof", "*", "done" if proof.proved else "overridden", detail)

    def note_words(self) -> None:
        """What the change gives to the other zone or interrupts, and what was said for it."""
        plan = self.plan
        if plan.words != NOTHING_SAID:
            changes = [change.to_dict() for change in plan.zone_changes]
            disruptive = [one.to_dict() for one in plan.affected.disruptive]
            detail = {**plan.words.to_dict(), "zone_changes": changes, "disrupts": disruptive}
            self.step("words", "*", "done", detail)

    def note_verification(
        self, passed: bool, findings: Iterable[CheckFinding], seen: AccessesSeen
    ) -> None:
        """How the verification ended, and what it saw of customers."""
        reported = [finding.to_dict() for finding in findings][:FINDINGS]
        detail = {"findings": reported, **seen.to_dict()}
        self.step("verify", "*", "done" if passed else "failed", detail)

    def step(self, stage: str, device: str, phase: str, detail: Any = "") -> None:
        """A step on one device, or on all ("*")."""
        self.journal.step(self.number, stage, device, phase, detail)

    def intend(self, stage: str, names: Collection[str]) -> None:
        """A stage is about to begin on these devices."""
        self.journal.steps_begin(self.number, stage, names)

    def decide(self, direction: Direction, why: str, names: Collection[str]) -> None:
        """Which way the whole change goes.

        Raises:
            JournalError: it is not known to be written.
        """
        try:
            self.journal.decide(self.number, direction, why, names)
        except JournalError:
            # A connection may break when all is written but the answer.
            written = self.journal.decision(self.number)
            if written is None or written.direction != direction:
                raise
        self.direction = direction

    def close_kept(self, texts: Mapping[str, str]) -> None:
        """All devices run what they should."""

        def kept() -> None:
            self.journal.after(self.number, texts)
            self.journal.close(self.number, DONE)

        self._close(DONE, kept)

    def close_undone(self, left: Mapping[str, str]) -> None:
        """All devices run what they ran, but for those `left`, which stay locked."""
        state = FAILED if left else UNDONE
        self._close(state, lambda: self.journal.close(self.number, state, left=left))

    def close_in_doubt(self, left: Mapping[str, str]) -> None:
        """Decided, and devices `left` were not seen at its end: `recover` finds them locked."""
        self._close(FAILED, lambda: self.journal.close(self.number, FAILED, left=left))

    def _close(self, state: str, write: Callable[[], None]) -> None:
        """Write the end; where the journal cannot take it, the change stays open."""
        if write_end(self.journal, self.number, state, write):
            self.state = state

    def holding(self) -> AbstractContextManager[None]:
        """Renew the locks' leases while a stage takes its time."""
        return held_lease(self.journal, lambda: self.number)


def _summary(plan: Plan, names: Collection[str]) -> str:
    vpns = ", ".join(plan.affected.vpns) or "backbone"
    removed = sum(len(lines) for name, lines in plan.keys_removed.items() if name in names)
    keys = f", {removed} keys set by hand removed" if removed else ""
    leaving = "".join(f", {one.router} {one.how}" for one in plan.leaving)
    if not names and plan.moves:
        return f"services: {first_of([move.words for move in plan.moves], _MOVES)}"
    return f"{counted(len(names), 'device')}, {vpns}{keys}{leaving}"
