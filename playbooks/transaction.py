"""The transaction: all devices new, or all as they were.

Stages in order, each with its undo:

    prepare   every device still runs what the plan saw, and its own check accepts the new text
    commit    every device runs the new text, with its confirm timer counting down
    verify    control plane and packets are as intended
    confirm   every device keeps the new text

A failure in any stage takes every touched device back; a device that cannot be reached goes
back by its own timer. What remains open: a controller that dies between the first and the last
confirm leaves the confirmed devices new and the others going back.
"""

import difflib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nornir.core import Nornir

from playbooks.context import Context
from playbooks.fleet import FleetResult, Progress, run
from playbooks.gate import Gate, Override
from playbooks.journal import DONE, FAILED, UNDONE, Configuration, Journal, JournalError
from playbooks.outcome import Exit, Outcome, gravest
from playbooks.plan import Plan
from tasks.commit import commit
from tasks.confirm import confirm
from tasks.dry_run import DryRun, dry_run
from tasks.undo import undo

#: Verification of a transaction: returns what to report, and whether it passed.
Verify = Callable[[], tuple[dict[str, Any], bool]]

DEFAULT_CONFIRM_TIMEOUT = 300
#: Seconds for which a device that does not go back is asked again.
UNDO_PATIENCE = 60
_UNDO_PAUSE = 5


@dataclass
class _Halt(Exception):  # noqa: N818 -- a stage's end, not a defect
    """A stage did not succeed; everything done so far goes back."""

    stage: str
    failures: dict[str, str]
    verification_failed: bool = False


@dataclass
class Transaction:
    """One run of a plan over its devices."""

    context: Context
    plan: Plan
    verify: Verify
    progress: Progress
    confirm_timeout: int = DEFAULT_CONFIRM_TIMEOUT
    proof: Gate | None = None
    #: Who answers for a push that is not proved.
    override: Override | None = None
    change: int = 0
    touched: list[str] = field(default_factory=list)
    verification: dict[str, Any] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Carry the plan out, or take everything back. Exit 0, 4 or 5."""
        plan = self.plan
        journal = self.context.journal
        self.change = journal.begin(
            plan.kind,
            plan.hash,
            _summary(plan),
            {
                name: Configuration(name, entry.before, entry.intended, entry.diff, None)
                for name, entry in plan.devices.items()
            },
            plan.undoes,
        )
        self._note_proof()
        nornir = self.context.nornir(plan.devices)
        try:
            try:
                for _, stage in STAGES:
                    stage(self, nornir)
            except _Halt as halt:
                return self._take_back(nornir, halt)
            except BaseException as error:
                # Ctrl-C and our own defects too: nothing may stay half done.
                self._take_back(nornir, _Halt("interrupted", {"*": type(error).__name__}))
                raise
            journal.after(self.change, {n: e.intended for n, e in plan.devices.items()})
            journal.close(self.change, DONE)
            return self._outcome("done", Exit.DONE, {})
        finally:
            nornir.close_connections(on_good=True, on_failed=True)
            self.progress.finish()

    def _note_proof(self) -> None:
        """What was proved before the push, or who answers for what was not, into the journal."""
        if self.proof is None:
            return
        said = self.proof.data()
        detail: dict[str, Any] = {"reason": said["reason"], "findings": said["findings"][:20]}
        if self.override is not None:
            detail |= {"unproved_by": self.override.name, "because": self.override.reason}
        state = "done" if self.proof.proved else "overridden"
        self.context.journal.step(self.change, "proof", "*", state, detail)

    # -- stages ----------------------------------------------------------------------------

    def prepare(self, nornir: Nornir) -> None:
        """Fence and check: nothing has moved since the plan, and each device accepts its text."""
        answers = self._on_all(
            nornir,
            "prepare",
            dry_run,
            {n: {"intended": e.intended, "keep": True} for n, e in self._items()},
        )
        moved = {
            name: _moved(entry.before, answers.results[name])
            for name, entry in self._items()
            if name in answers.results and answers.results[name].running_hash != entry.running_hash
        }
        if answers.failures or moved:
            raise _Halt("prepare", {**answers.failures, **moved})

    def commit(self, nornir: Nornir) -> None:
        """Commit everywhere, each device ready to go back by itself."""
        self.touched = list(self.plan.devices)
        message = f"egovnet change {self.change}"
        answers = self._on_all(
            nornir,
            "commit",
            commit,
            {
                name: {"revert_in": self.confirm_timeout, "message": message}
                for name, _ in self._items()
            },
        )
        if answers.failures:
            raise _Halt("commit", answers.failures)

    def verified(self, _nornir: Nornir) -> None:
        """Look at the network as it is now; a leak or a missing path halts."""
        journal = self.context.journal
        journal.step(self.change, "verify", "*", "begin")
        self.verification, passed = self.verify()
        journal.step(
            self.change,
            "verify",
            "*",
            "done" if passed else "failed",
            {"findings": self.verification.get("findings", [])[:20]},
        )
        if not passed:
            raise _Halt("verify", {}, verification_failed=True)

    def confirm(self, nornir: Nornir) -> None:
        """Keep it everywhere."""
        answers = self._on_all(nornir, "confirm", confirm, {n: {} for n, _ in self._items()})
        if answers.failures:
            raise _Halt("confirm", answers.failures)

    # -- undo ------------------------------------------------------------------------------

    def _take_back(self, nornir: Nornir, halt: _Halt) -> Outcome:
        journal = self.context.journal
        # A journal that fails must not keep the devices from going back.
        with suppress(JournalError):
            journal.step(self.change, halt.stage, "*", "failed", dict(halt.failures))
        left: dict[str, str] = {}
        if self.touched:
            arguments = {name: {"before": self.plan.devices[name].before} for name in self.touched}
            answers = self._undo_all(nornir, arguments)
            deadline = time.monotonic() + UNDO_PATIENCE
            while answers.failures and time.monotonic() < deadline:
                # A router whose session broke in commit waits for a verdict, then goes back.
                time.sleep(_UNDO_PAUSE)
                again = {name: arguments[name] for name in answers.failures}
                answers = self._undo_all(nornir, again)
            left = answers.failures
        with suppress(JournalError):
            journal.close(self.change, FAILED if left else UNDONE)
        codes = [Exit.LEAK_OR_FAILED_VERIFICATION] if halt.verification_failed else []
        if halt.failures or left:
            codes.append(Exit.DEVICES_FAILED)
        return self._outcome(
            "failed" if left else "undone", gravest(codes), halt.failures, halt.stage, left
        )

    def _undo_all(self, nornir: Nornir, arguments: dict[str, dict[str, Any]]) -> FleetResult:
        journal = self.context.journal

        def note(name: str, state: str, detail: str) -> None:
            with suppress(JournalError):
                journal.step(self.change, "undo", name, state, detail)

        with suppress(JournalError):
            journal.steps_begin(self.change, "undo", list(arguments))
        return run(nornir, "undo", undo, arguments, self.progress, listener=note)

    # -- helpers ---------------------------------------------------------------------------

    def _items(self) -> list[tuple[str, Any]]:
        return list(self.plan.devices.items())

    def _on_all(
        self, nornir: Nornir, stage: str, task: Any, arguments: dict[str, dict[str, Any]]
    ) -> FleetResult:
        journal: Journal = self.context.journal
        journal.steps_begin(self.change, stage, list(arguments))
        return run(
            nornir,
            stage,
            task,
            arguments,
            self.progress,
            listener=lambda name, state, detail: journal.step(
                self.change, stage, name, state, detail
            ),
        )

    def _outcome(
        self,
        result: str,
        code: Exit,
        failures: dict[str, str],
        stage: str | None = None,
        left: dict[str, str] | None = None,
    ) -> Outcome:
        data: dict[str, Any] = {
            "change": self.change,
            "result": result,
            "plan_hash": self.plan.hash,
            "devices": sorted(self.plan.devices),
            "affected": self.plan.affected,
            "proof": self.proof.data() if self.proof else None,
            "failed_stage": stage,
            "failures": dict(sorted(failures.items())),
            "not_undone": dict(sorted((left or {}).items())),
            "verification": self.verification,
        }
        notes: tuple[str, ...] = ()
        if left:
            notes = (
                "not seen to go back: "
                + ", ".join(sorted(left))
                + f"; their own timers undo within {self.confirm_timeout} s of the commit",
            )
        return Outcome(self.plan.kind, data, code, notes)


STAGES: tuple[tuple[str, Callable[[Transaction, Nornir], None]], ...] = (
    ("prepare", Transaction.prepare),
    ("commit", Transaction.commit),
    ("verify", Transaction.verified),
    ("confirm", Transaction.confirm),
)


def _summary(plan: Plan) -> str:
    vpns = ", ".join(plan.affected.get("vpns", [])) or "backbone"
    return f"{len(plan.devices)} devices, {vpns}"


def _moved(before: str, now: DryRun) -> str:
    """What changed on a device since the plan, as a few diff lines."""
    lines = [
        line
        for line in difflib.unified_diff(
            before.splitlines(), now.running.splitlines(), lineterm="", n=0
        )
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    more = f" (and {len(lines) - 6} more lines)" if len(lines) > 6 else ""
    return "changed since the plan was made: " + "; ".join(lines[:6]) + more + "; plan again"
