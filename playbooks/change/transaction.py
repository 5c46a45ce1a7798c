"""The transaction: all devices new, or all as they were, whatever dies.

`STAGES` says in which order, and what undoes each. A failure before the decision undoes the stages
begun, last first; the decision is one record in the journal, made when every device runs the new
text, the network was verified, and every device's timer has long to run. From then on the change
goes forward, by this controller or by `recover`. Whatever dies before it, the devices' own timers,
which all end at the same moment, bring everything back.

What remains open: a controller that dies between the first and the last confirmation, and nobody
runs `recover` while the timers (`hold`) run.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from nornir.core import Nornir

from egovnet.playbooks.change.config_changed import moved
from egovnet.playbooks.change.finish_devices import Resolution, Resolver, commit_id
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.proof_gate import Gate, Override
from egovnet.playbooks.change.transaction_options import HealthCheck, Options, Verify
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.run_on_devices import FleetResult, Progress, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.device_locks import LEASE_SECONDS
from egovnet.playbooks.journal.errors import DevicesLockedError, JournalError, LockLostError
from egovnet.playbooks.journal.records import DONE, FAILED, UNDONE, Configuration
from egovnet.playbooks.results.outcome import Exit, Outcome, gravest
from egovnet.tasks.commit import commit
from egovnet.tasks.confirm_or_rollback import DeviceChange, Direction
from egovnet.tasks.device import Deadline
from egovnet.tasks.dry_run import dry_run
from egovnet.tasks.extend import extend

_LOCK_PAUSE = 1.0


@dataclass
class _Halt(Exception):  # noqa: N818 -- a stage's end, not a defect
    """A stage did not succeed; everything done so far goes back."""

    stage: str
    failures: dict[str, str]
    verification_failed: bool = False


@dataclass
class Transaction:
    """One run of a plan's waves over their devices."""

    workspace: Workspace
    plan: Plan
    verify: Verify
    progress: Progress
    waves: tuple[Wave, ...]
    health: HealthCheck
    options: Options = field(default_factory=Options)
    proof: Gate | None = None
    #: Who answers for a push that is not proved.
    override: Override | None = None
    #: Called when the change stands in the journal, before any device is touched.
    on_begin: Callable[[int], None] | None = None
    change: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    verification: dict[str, Any] = field(default_factory=dict)
    resolution: Resolution | None = None
    _began: list["Stage"] = field(default_factory=list)
    _refused: dict[str, str] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)
    _decided: bool = False
    _wave_states: dict[str, str] = field(default_factory=dict)
    _wave_findings: dict[str, list[str]] = field(default_factory=dict)
    #: When every device's timer ends, by time.monotonic.
    _deadline: float = 0.0

    def run(self) -> Outcome:
        """Carry the plan out, or take everything back. Exit 0, 4 or 5."""
        try:
            with connected(self.workspace, self._names()) as nornir:
                return self._run(nornir)
        except DevicesLockedError as error:
            reasons = {name: f"held by {lock}" for name, lock in error.locks.items()}
            return self._outcome("refused", Exit.DEVICES_FAILED, reasons, "fence", note=str(error))
        except LockLostError as error:
            # Whoever took the change over decides; this controller touches nothing more.
            return self._outcome(
                "taken over", Exit.DEVICES_FAILED, {"*": str(error)}, self._began[-1].name
            )
        finally:
            self.progress.finish()

    def _run(self, nornir: Nornir) -> Outcome:
        try:
            for stage in STAGES:
                self._began.append(stage)
                with self._holding():
                    stage.do(self, nornir)
        except _Halt as halt:
            return self._take_back(nornir, halt)
        except (DevicesLockedError, LockLostError):
            raise
        except BaseException as error:
            # Ctrl-C and our own defects too: nothing may stay half done.
            with suppress(LockLostError):
                self._interrupted(nornir, error)
            raise
        return self._ended()

    # -- stages ----------------------------------------------------------------------------

    def fence(self, nornir: Nornir) -> None:
        """Open the change with its devices' locks; each device still runs what the plan saw."""
        self.change = self._begin()
        if self.on_begin is not None:
            self.on_begin(self.change)
        self._note_proof()
        if len(self.waves) > 1:
            self.health.take_baseline(self._names())
        answers = self._on_all(
            nornir,
            "fence",
            dry_run,
            {name: {"intended": e.intended, "keep": True} for name, e in self._items()},
        )
        stale = {
            name: moved(entry.before, answers.results[name].running)
            for name, entry in self._items()
            if name in answers.results and answers.results[name].running_hash != entry.running_hash
        }
        lost = {n: why for n, why in answers.failures.items() if n in answers.unanswered}
        # The device's own check of the text came in the same round trip: it is prepare's to judge.
        self._refused = {n: why for n, why in answers.failures.items() if n not in lost}
        self._leave_out("fence", {**lost, **stale})

    def prepare(self, _nornir: Nornir) -> None:
        """Every device's own check accepts the text, which is loaded and waits."""
        self.workspace.journal.steps_begin(self.change, "prepare", self._names())
        for name in self._names():
            why = self._refused.get(name, "")
            self.workspace.journal.step(
                self.change, "prepare", name, "failed" if why else "done", why
            )
        self._leave_out("prepare", self._refused)

    def commit(self, nornir: Nornir) -> None:
        """Commit wave by wave, each device ready to go back by itself; health between waves."""
        for number, wave in enumerate(self.waves):
            self._commit_wave(nornir, wave)
            if number + 1 < len(self.waves):
                self._gate(nornir, wave)
        self._leave_out("commit", {})

    def verified(self, _nornir: Nornir) -> None:
        """Look at the network as it is now; a leak or a missing path halts."""
        journal = self.workspace.journal
        journal.step(self.change, "verify", "*", "begin")
        apart = frozenset(self.plan.devices.keys() - self._touched)
        self.verification, passed = self.verify(apart)
        findings = self.verification.get("findings", [])[:20]
        state = "done" if passed else "failed"
        journal.step(self.change, "verify", "*", state, {"findings": findings})
        if not passed:
            raise _Halt("verify", {}, verification_failed=True)

    def confirm(self, nornir: Nornir) -> None:
        """Every timer long, then the decision, then keep it everywhere."""
        if self._deadline - time.monotonic() < self.options.hold:
            self._set_timers(nornir, self.options.hold, "confirm")
        why = "every device runs its new text and the network was verified"
        self.workspace.journal.decide(self.change, Direction.FORWARD, why, self._touched)
        self._decided = True
        self.resolution = self._resolver(nornir, self._touched).resolve(Direction.FORWARD)

    # -- undo ------------------------------------------------------------------------------

    def take_devices_back(self, nornir: Nornir) -> None:
        """Undo of commit: every device that was touched runs its old text, and is seen to."""
        if not self._touched:
            return
        # A journal that fails must not keep the devices from going back.
        with suppress(JournalError):
            why = "a stage failed before it was decided"
            self.workspace.journal.decide(self.change, Direction.BACK, why, self._touched)
        self.resolution = self._resolver(nornir, self._touched).resolve(Direction.BACK)

    def unlock(self, _nornir: Nornir) -> None:
        """Undo of fence: the change is closed, and its devices are free but for those left."""
        left = self.resolution.left if self.resolution else {}
        with suppress(JournalError):
            self.workspace.journal.close(self.change, FAILED if left else UNDONE, left=left)

    def _interrupted(self, nornir: Nornir, error: BaseException) -> None:
        """What was decided is finished, what was not goes back."""
        if self._decided:
            self.resolution = self._resolver(nornir, self._touched).resolve(Direction.FORWARD)
            self._ended()
        elif self.change:
            self._take_back(nornir, _Halt("interrupted", {"*": type(error).__name__}))

    def _take_back(self, nornir: Nornir, halt: _Halt) -> Outcome:
        with suppress(JournalError):
            self.workspace.journal.step(self.change, halt.stage, "*", "failed", halt.failures)
        with self._holding():
            for stage in reversed(self._began):
                if stage.undo is not None:
                    stage.undo(self, nornir)
        left = self.resolution.left if self.resolution else {}
        codes = [Exit.LEAK_OR_FAILED_VERIFICATION] if halt.verification_failed else []
        if halt.failures or left:
            codes.append(Exit.DEVICES_FAILED)
        result = "failed" if left else "undone"
        return self._outcome(result, gravest(codes), halt.failures, halt.stage, left)

    def _ended(self) -> Outcome:
        """The change was decided and carried to its end, as far as the devices answered."""
        journal = self.workspace.journal
        resolution = self.resolution or Resolution(Direction.FORWARD)
        if resolution.direction is Direction.BACK:
            journal.close(self.change, FAILED if resolution.left else UNDONE, left=resolution.left)
            result = "failed" if resolution.left else "undone"
            return self._outcome(
                result, Exit.DEVICES_FAILED, resolution.turned, "confirm", resolution.left
            )
        if resolution.left:
            journal.close(self.change, FAILED, left=resolution.left)
            return self._outcome(
                "in doubt", Exit.DEVICES_FAILED, resolution.left, "confirm", resolution.left
            )
        journal.after(self.change, {n: self.plan.devices[n].intended for n in self._touched})
        journal.close(self.change, DONE)
        code = Exit.DEVICES_FAILED if self.left_out else Exit.DONE
        return self._outcome("done", code, {})

    # -- the journal's side ----------------------------------------------------------------

    def _begin(self) -> int:
        """Open the change, waiting for locks as long as the options say."""
        deadline = time.monotonic() + self.options.wait
        while True:
            try:
                return self.workspace.journal.begin(
                    self.plan.kind,
                    self.plan.hash,
                    _summary(self.plan, self._names()),
                    {
                        name: Configuration(name, entry.before, entry.intended, entry.diff, None)
                        for name, entry in self._items()
                    },
                    self.plan.undoes,
                    ticket=self.options.ticket,
                    stop_after=self.options.stop_after,
                )
            except DevicesLockedError as error:
                stale = any(lock.stale for lock in error.locks.values())
                if stale or time.monotonic() >= deadline:
                    raise
                time.sleep(_LOCK_PAUSE)

    def _note_proof(self) -> None:
        """What was proved before the push, or who answers for what was not, into the journal."""
        if self.proof is None:
            return
        said = self.proof.data()
        detail: dict[str, Any] = {"reason": said["reason"], "findings": said["findings"][:20]}
        if self.override is not None:
            detail |= {"unproved_by": self.override.name, "because": self.override.reason}
        state = "done" if self.proof.proved else "overridden"
        self.workspace.journal.step(self.change, "proof", "*", state, detail)

    @contextmanager
    def _holding(self) -> Iterator[None]:
        """Renew the locks' leases while a stage takes its time."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(LEASE_SECONDS / 3):
                # A stage that comes to write learns of a lost lock by itself.
                with suppress(JournalError, LockLostError):
                    if self.change:
                        self.workspace.journal.renew(self.change)

        thread = threading.Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    # -- the devices' side -----------------------------------------------------------------

    def _commit_wave(self, nornir: Nornir, wave: Wave) -> None:
        names = [name for name in wave.devices if name not in self.left_out]
        if not names:
            return
        self._touched.update(names)
        self._wave_states[wave.name] = "begun"
        self._deadline = self._deadline or time.monotonic() + self.options.confirm_timeout
        message = f"egovnet change {self.change}"
        arguments = {
            name: {
                "change_id": commit_id(self.workspace, self.change),
                "deadline": Deadline(self._deadline),
                "message": message,
                "intended": self.plan.devices[name].intended,
            }
            for name in names
        }
        answers = self._on_all(nornir, "commit", commit, arguments)
        if answers.failures:
            self._drop(nornir, answers.failures)
        self._wave_states[wave.name] = "committed"

    def _drop(self, nornir: Nornir, failures: dict[str, str]) -> None:
        """Leave failed devices out if so many may be, and they are seen to be as they were."""
        if len(self.left_out) + len(failures) > self.options.max_failures:
            raise _Halt("commit", failures)
        back = self._resolver(nornir, failures).resolve(Direction.BACK)
        if back.left:
            raise _Halt("commit", failures)
        self._touched.difference_update(failures)
        self.left_out |= failures

    def _gate(self, nornir: Nornir, wave: Wave) -> None:
        """The health of all devices pushed so far; then everybody's timer begins anew."""
        journal = self.workspace.journal
        journal.step(self.change, "health", wave.name, "begin")
        report, passed = self.health.check(sorted(self._touched))
        state = "done" if passed else "failed"
        journal.step(self.change, "health", wave.name, state, report)
        self._wave_states[wave.name] = "healthy" if passed else "unhealthy"
        if not passed:
            self._wave_findings[wave.name] = [str(f["message"]) for f in report["findings"]]
            raise _Halt("health", dict(report.get("unreachable", {})), verification_failed=True)
        self._set_timers(nornir, self.options.confirm_timeout, "commit")

    def _set_timers(self, nornir: Nornir, seconds: int, stage: str) -> None:
        """All timers to one moment."""
        self._deadline = time.monotonic() + seconds
        change_id = commit_id(self.workspace, self.change)
        deadline = Deadline(self._deadline)
        arguments = {n: {"change_id": change_id, "deadline": deadline} for n in self._touched}
        answers = self._on_all(nornir, "extend", extend, arguments)
        if answers.failures:
            raise _Halt(stage, answers.failures)

    def _leave_out(self, stage: str, failures: Mapping[str, str]) -> None:
        """Go on without devices that failed untouched, if so many may be; halt else."""
        if len(self.left_out) + len(failures) > self.options.max_failures:
            raise _Halt(stage, dict(failures))
        self.left_out |= failures
        if len(self.left_out) == len(self._all_names()):
            raise _Halt(stage, self.left_out)

    def _resolver(self, nornir: Nornir, names: Collection[str]) -> Resolver:
        change_id = commit_id(self.workspace, self.change)
        devices = {
            name: DeviceChange(change_id, entry.before, entry.intended)
            for name, entry in self.plan.devices.items()
            if name in names
        }
        return Resolver(
            self.workspace, nornir, self.change, devices, self.progress, self.options.patience
        )

    def _on_all(
        self, nornir: Nornir, stage: str, task: Any, arguments: dict[str, dict[str, Any]]
    ) -> FleetResult:
        journal = self.workspace.journal
        journal.steps_begin(self.change, stage, arguments)
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

    def _all_names(self) -> list[str]:
        return [name for wave in self.waves for name in wave.devices]

    def _names(self) -> list[str]:
        return [name for name in self._all_names() if name not in self.left_out]

    def _items(self) -> list[tuple[str, Any]]:
        return [(name, self.plan.devices[name]) for name in self._names()]

    def _outcome(
        self,
        result: str,
        code: Exit,
        failures: dict[str, str],
        stage: str | None = None,
        left: dict[str, str] | None = None,
        *,
        note: str = "",
    ) -> Outcome:
        names = set(self._all_names())
        data: dict[str, Any] = {
            "change": self.change or None,
            "result": result,
            "plan_hash": self.plan.hash,
            "devices": sorted(names),
            "affected": self.plan.affected,
            "proof": self.proof.data() if self.proof else None,
            "waves": [
                {
                    "name": wave.name,
                    "devices": list(wave.devices),
                    "state": self._wave_states.get(wave.name, "not begun"),
                    "findings": self._wave_findings.get(wave.name, []),
                }
                for wave in self.waves
            ],
            "remaining": sorted(self.plan.devices.keys() - names),
            "left_out": dict(sorted(self.left_out.items())),
            "failed_stage": stage,
            "failures": dict(sorted(failures.items())),
            "not_undone": dict(sorted((left or {}).items())),
            "verification": self.verification,
        }
        notes = [note] if note else []
        if left:
            notes.append(
                f"not seen at the change's end: {', '.join(sorted(left))}; they stay locked; "
                f"run: egovnet recover {self.change}"
            )
        return Outcome(self.plan.kind, data, code, tuple(notes))


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the transaction, and what undoes it."""

    name: str
    do: Callable[[Transaction, Nornir], None]
    undo: Callable[[Transaction, Nornir], None] | None


STAGES: tuple[Stage, ...] = (
    Stage("fence", Transaction.fence, Transaction.unlock),
    # a loaded candidate is the session's: it goes with it
    Stage("prepare", Transaction.prepare, None),
    Stage("commit", Transaction.commit, Transaction.take_devices_back),
    # looks only
    Stage("verify", Transaction.verified, None),
    # until the decision commit's undo is its own; after it the change goes forward, or is resolved
    Stage("confirm", Transaction.confirm, None),
)


def _summary(plan: Plan, names: Collection[str]) -> str:
    vpns = ", ".join(plan.affected.get("vpns", [])) or "backbone"
    return f"{len(names)} devices, {vpns}"
