"""A change's side in the journal: opened with its locks, every stage noted, decided, closed."""

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.proof_gate import Override
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.journal.device_locks import LEASE_SECONDS
from egovnet.playbooks.journal.errors import DevicesLockedError, JournalError, LockLostError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, FAILED, UNDONE, Configuration
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.verification import CheckFinding
from egovnet.tasks.confirm_or_rollback import Direction

_LOCK_PAUSE = 1.0
#: Findings that a step keeps.
_FINDINGS = 20


@dataclass(slots=True)
class ChangeRecord:
    """One change in the journal; `number` is 0 until it is begun."""

    journal: Journal
    plan: Plan
    options: Options
    number: int = 0

    def begin(self, names: Collection[str]) -> None:
        """Open the change, waiting for locks as long as the options say.

        Raises:
            DevicesLockedError: another change holds a device.
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
                time.sleep(_LOCK_PAUSE)

    def _texts(self, name: str) -> Configuration:
        entry = self.plan.devices[name]
        return Configuration(name, entry.before, entry.intended, entry.diff, None)

    def note_proof(self, proof: PushProof, override: Override | None) -> None:
        """What was proved before the push, or who answers for what was not."""
        detail: dict[str, Any] = {
            "reason": proof.reason,
            "findings": [finding.to_dict() for finding in proof.findings[:_FINDINGS]],
        }
        if override is not None:
            detail |= {"unproved_by": override.name, "because": override.reason}
        self.step("proof", "*", "done" if proof.proved else "overridden", detail)

    def note_verification(self, passed: bool, findings: Iterable[CheckFinding]) -> None:
        """How the verification ended."""
        reported = [finding.to_dict() for finding in findings][:_FINDINGS]
        self.step("verify", "*", "done" if passed else "failed", {"findings": reported})

    def step(self, stage: str, device: str, phase: str, detail: Any = "") -> None:
        """A step on one device, or on all ("*")."""
        self.journal.step(self.number, stage, device, phase, detail)

    def intend(self, stage: str, names: Collection[str]) -> None:
        """A stage is about to begin on these devices."""
        self.journal.steps_begin(self.number, stage, names)

    def decide(self, direction: Direction, why: str, names: Collection[str]) -> None:
        """Which way the whole change goes."""
        self.journal.decide(self.number, direction, why, names)

    def close_kept(self, texts: Mapping[str, str]) -> None:
        """All devices run what they should."""
        self.journal.after(self.number, texts)
        self.journal.close(self.number, DONE)

    def close_undone(self, left: Mapping[str, str]) -> None:
        """All devices run what they ran, but for those `left`, which stay locked."""
        self.journal.close(self.number, FAILED if left else UNDONE, left=left)

    def close_in_doubt(self, left: Mapping[str, str]) -> None:
        """Decided, and devices `left` were not seen at its end: `recover` finds them locked."""
        self.journal.close(self.number, FAILED, left=left)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Renew the locks' leases while a stage takes its time."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(LEASE_SECONDS / 3):
                # A stage that comes to write learns of a lost lock by itself.
                with suppress(JournalError, LockLostError):
                    if self.number:
                        self.journal.renew(self.number)

        thread = threading.Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _summary(plan: Plan, names: Collection[str]) -> str:
    vpns = ", ".join(plan.affected.vpns) or "backbone"
    removed = sum(len(lines) for name, lines in plan.keys_removed.items() if name in names)
    keys = f", {removed} keys set by hand removed" if removed else ""
    return f"{len(names)} devices, {vpns}{keys}"
