"""The transaction: all devices new, or all as they were, whatever dies.

`STAGES` says in which order, and what undoes each. A failure before the decision undoes the stages
begun, last first; the decision is one record in the journal, made when every device runs the new
text, the network was verified, and every device's timer has long to run. From then on the change
goes forward, by this controller or by `recover`. Whatever dies before it, the devices' own timers,
which all end at the same moment, bring everything back.

A signal that asks the controller to end is a failure like another: it is heeded between stages and
where they only read or wait, up to the decision. How a change ended is what was written to the
journal (`results.ends`), for every way to end.

What remains open: a controller that dies between the first and the last confirmation, and nobody
runs `recover` while the timers (`hold`) run.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from egovnet.playbooks.change.change_record import ChangeRecord
from egovnet.playbooks.change.finish_devices import Resolution
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.proof_gate import Override
from egovnet.playbooks.change.pushed_devices import Halt, PushedDevices
from egovnet.playbooks.change.transaction_options import HealthCheck, Options, Verify
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.interrupts import Interrupts
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import DevicesLockedError, JournalError, LockLostError
from egovnet.playbooks.results.ends import End, end_of
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.transaction import TransactionResult, WaveResult
from egovnet.playbooks.results.verification import AccessesSeen, HealthReport, Verification
from egovnet.tasks.confirm_or_rollback import Direction

Ended = Outcome[TransactionResult]


@dataclass
class Transaction:
    """A plan's waves, and everybody who takes part in pushing them."""

    workspace: Workspace
    plan: Plan
    verify: Verify
    progress: Progress
    waves: tuple[Wave, ...]
    health: HealthCheck
    options: Options = field(default_factory=Options)
    proof: PushProof | None = None
    #: Who answers for a push that is not proved.
    override: Override | None = None
    #: Called when the change is in the journal, before any device is touched.
    on_begin: Callable[[int], None] | None = None
    #: Devices of the plan that an earlier, stopped run of it has done.
    done_before: Collection[str] = ()

    def run(self) -> Ended:
        """Carry the plan out, or take everything back. Exit 0, 4 or 5.

        What came of the change is in the workspace's `ends`, also when this raises.

        Raises:
            Interrupted: by a signal; what was begun was taken back before, as far as `ends` says.
            JournalError: the journal failed, likewise.
        """
        names = tuple(name for wave in self.waves for name in wave.devices)
        interrupts = self.workspace.interrupts
        interrupts.resume()
        record = ChangeRecord(self.workspace.journal, self.plan, self.options, interrupts)
        try:
            with connected(self.workspace, names) as nornir:
                devices = PushedDevices(
                    self.workspace, nornir, self.plan, self.options, record, self.progress, names
                )
                run = _Run(self, record, devices)
                with interrupts.shielded(run.standing):
                    ended = run.run()
                    # no signal comes between a change's end and its being told
                    interrupts.settle()
                return ended
        finally:
            self.progress.finish()


@dataclass
class _Run:
    """One run of a transaction's stages."""

    transaction: Transaction
    record: ChangeRecord
    devices: PushedDevices
    verification: Verification | HealthReport | None = None
    resolution: Resolution | None = None
    _began: list["Stage"] = field(default_factory=list)
    #: Devices whose own check refused the text, and why.
    _refused: dict[str, str] = field(default_factory=dict)
    _waves: dict[str, WaveResult] = field(default_factory=dict)
    #: Whoever took the change over writes its end.
    _taken_over: bool = False

    def run(self) -> Ended:
        try:
            return self._stages()
        except DevicesLockedError as error:
            reasons = {name: f"held by {lock}" for name, lock in error.locks.items()}
            return self._outcome(reasons, "fence", note=str(error))
        except LockLostError as error:
            return self._lost(error)

    def _lost(self, error: LockLostError) -> Ended:
        """Whoever took the change over decides; this controller touches nothing more."""
        self._taken_over = True
        return self._outcome({"*": str(error)}, self._began[-1].name)

    def _stages(self) -> Ended:
        try:
            for stage in STAGES:
                self._interrupts.check()
                self._began.append(stage)
                with self.record.holding():
                    stage.do(self)
        except Halt as halt:
            return self._take_back(halt)
        except (DevicesLockedError, LockLostError):
            raise
        except BaseException as error:
            # Signals and our own defects too: nothing may stay half done.
            try:
                self._interrupted(error)
            except LockLostError as lost:
                self._lost(lost)
            raise
        return self._ended()

    @property
    def _interrupts(self) -> Interrupts:
        return self.transaction.workspace.interrupts

    @property
    def _decided(self) -> bool:
        return self.record.direction == Direction.FORWARD

    def standing(self) -> str:
        """What comes of the change when a signal asks the controller to end now."""
        number, routers = self.record.number, _routers(len(self.devices.touched))
        if not number:
            return "no change was begun; this ends in a moment"
        if self._decided:
            words = f"change {number} is decided, and goes on to its end on {routers}"
        elif not self.devices.touched:
            return f"change {number} has touched no router, and is closed"
        else:
            words = f"change {number} is not decided, and goes back on {routers}"
        return f"{words}. Another {self._no_sooner()}"

    def _no_sooner(self) -> str:
        return (
            "Ctrl-C does not end this sooner; a controller that is killed leaves it to the "
            f"routers' own timers ({self.devices.seconds_left} s) and to: "
            f"egovnet recover {self.record.number}"
        )

    # -- stages ----------------------------------------------------------------------------

    def fence(self) -> None:
        """Open the change with its devices' locks; each device still runs what the plan saw."""
        whole = self.transaction
        self.record.begin(self.devices.remaining)
        self._outcome({})
        if whole.on_begin is not None:
            whole.on_begin(self.record.number)
        if whole.proof is not None:
            self.record.note_proof(whole.proof, whole.override)
        self.record.note_words()
        if len(whole.waves) > 1:
            with self._interrupts.allowed():
                whole.health.take_baseline(self.devices.remaining)
        self._refused = self.devices.load()

    def prepare(self) -> None:
        """Every device's own check accepts the text, which is loaded and waits."""
        self.record.intend("prepare", self.devices.remaining)
        for name in self.devices.remaining:
            why = self._refused.get(name, "")
            self.record.step("prepare", name, "failed" if why else "done", why)
        self.devices.leave_out("prepare", self._refused)

    def commit(self) -> None:
        """Commit wave by wave, each device ready to go back by itself; health between waves."""
        for number, wave in enumerate(self.transaction.waves):
            self._interrupts.check()
            names = [name for name in wave.devices if name not in self.devices.left_out]
            if names:
                self._note(wave, "begun")
                self.devices.commit(names)
                self._note(wave, "committed")
            if number + 1 < len(self.transaction.waves):
                self._gate(wave)
        self.devices.committed()
        self.devices.leave_out("commit", {})

    def _gate(self, wave: Wave) -> None:
        """The health of all devices pushed so far; then everybody's timer begins anew."""
        self.record.step("health", wave.name, "begin")
        with self._interrupts.allowed():
            report = self.transaction.health.check(sorted(self.devices.touched))
        passed = report.passed
        self.record.step("health", wave.name, "done" if passed else "failed", report.to_dict())
        if not passed:
            self._note(wave, "unhealthy", tuple(finding.message for finding in report.findings))
            raise Halt("health", report.unreachable, verification_failed=True)
        self._note(wave, "healthy")
        self.devices.set_timers(self.transaction.options.confirm_timeout, "commit")

    def verified(self) -> None:
        """Verify the network as it is now; a leak or a missing path halts."""
        self.record.step("verify", "*", "begin")
        apart = frozenset(self.transaction.plan.devices.keys() - self.devices.touched)
        with self._interrupts.allowed():
            found = self.verification = self.transaction.verify(apart)
        seen = found.seen if isinstance(found, Verification) else AccessesSeen()
        self.record.note_verification(found.passed, found.findings, seen)
        if not found.passed:
            raise Halt("verify", {}, verification_failed=True)

    def confirm(self) -> None:
        """Every timer long, then the decision, then keep it everywhere."""
        self.devices.hold(self.transaction.options.hold, "confirm")
        why = "every device runs its new text and the network was verified"
        self._interrupts.check()
        self.record.decide(Direction.FORWARD, why, self.devices.touched)
        self.resolution = self.devices.finish(Direction.FORWARD)

    # -- undo ------------------------------------------------------------------------------

    def take_devices_back(self) -> None:
        """Undo of commit: every device that was touched runs its old text, and is seen to."""
        if not self.devices.touched:
            return
        routers = _routers(len(self.devices.touched))
        self.transaction.progress.say(
            f"change {self.record.number} goes back on {routers}. {self._no_sooner()}"
        )
        # A journal that fails must not keep the devices from going back.
        with suppress(JournalError):
            why = "a stage failed before it was decided"
            self.record.decide(Direction.BACK, why, self.devices.touched)
        self.resolution = self.devices.finish(Direction.BACK)

    def unlock(self) -> None:
        """Undo of fence: the change is closed, and its devices are free but for those left."""
        self.record.close_undone(self.resolution.left if self.resolution else {})

    def _interrupted(self, error: BaseException) -> None:
        """What was decided is finished, what was not goes back."""
        if self._decided:
            with self.record.holding():
                self.resolution = self.devices.finish(Direction.FORWARD)
            self._ended()
        elif self.record.number:
            self._take_back(Halt("interrupted", {"*": str(error) or type(error).__name__}))

    def _take_back(self, halt: Halt) -> Ended:
        with suppress(JournalError):
            self.record.step(halt.stage, "*", "failed", dict(halt.failures))
        with self.record.holding():
            for stage in reversed(self._began):
                if stage.undo is not None:
                    stage.undo(self)
        left = self.resolution.left if self.resolution else {}
        return self._outcome(halt.failures, halt.stage, left)

    # -- what came of it -------------------------------------------------------------------

    def _ended(self) -> Ended:
        """The change was decided and carried to its end, as far as the devices answered."""
        resolution = self.resolution or Resolution(Direction.FORWARD)
        left = resolution.left
        if resolution.direction is Direction.BACK:
            self.record.direction = Direction.BACK
            self.record.close_undone(left)
            return self._outcome(resolution.turned, "confirm", left)
        if left:
            self.record.close_in_doubt(left)
            return self._outcome(left, "confirm", left)
        plan = self.transaction.plan
        self.record.close_kept({n: plan.devices[n].intended for n in self.devices.touched})
        return self._outcome({})

    def _note(self, wave: Wave, state: str, findings: tuple[str, ...] = ()) -> None:
        self._waves[wave.name] = WaveResult(wave.name, wave.devices, state, findings)

    def _end(self) -> End:
        """How it ended, by what was written to the journal."""
        if self._taken_over:
            return End.TAKEN_OVER
        if not self.record.number:
            return End.REFUSED
        return end_of(self.record.state, self.record.direction)

    def _outcome(
        self,
        failures: Mapping[str, str],
        stage: str | None = None,
        left: Mapping[str, str] | None = None,
        *,
        note: str = "",
    ) -> Ended:
        whole, number = self.transaction, self.record.number
        names = set(self.devices.names)
        ended = TransactionResult(
            result=self._end(),
            plan_hash=whole.plan.hash,
            affected=whole.plan.affected,
            change=number or None,
            devices=tuple(sorted(names)),
            proof=whole.proof,
            waves=tuple(
                self._waves.get(wave.name, WaveResult(wave.name, wave.devices))
                for wave in whole.waves
            ),
            remaining=tuple(sorted(whole.plan.devices.keys() - names - {*whole.done_before})),
            left_out=dict(self.devices.left_out),
            failed_stage=stage,
            failures=dict(failures),
            not_undone=dict(left or {}),
            verification=self.verification,
        )
        notes = [note] if note else []
        if ended.unfinished:
            notes.append(f"change {number} is not finished; run: egovnet recover {number}")
        outcome = Outcome(whole.plan.kind, ended, ended.exit, tuple(notes))
        if number:
            whole.workspace.ends[number] = outcome
        return outcome


def _routers(number: int) -> str:
    return "1 router" if number == 1 else f"{number} routers"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the transaction, and what undoes it."""

    name: str
    do: Callable[[_Run], None]
    undo: Callable[[_Run], None] | None


STAGES: tuple[Stage, ...] = (
    Stage("fence", _Run.fence, _Run.unlock),
    # a loaded candidate is the session's: it goes with it
    Stage("prepare", _Run.prepare, None),
    Stage("commit", _Run.commit, _Run.take_devices_back),
    # polls only
    Stage("verify", _Run.verified, None),
    # until the decision commit's undo is its own; after it the change goes forward, or is resolved
    Stage("confirm", _Run.confirm, None),
)
