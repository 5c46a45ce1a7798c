"""The devices' side of a transaction: texts loaded and committed with timers, or brought back.

It knows which devices were touched, which are left out, and when every timer ends.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from nornir.core import Nornir

from egovnet.playbooks.change.change_record import ChangeRecord
from egovnet.playbooks.change.config_changed import moved
from egovnet.playbooks.change.finish_devices import Resolution, Resolver, commit_id
from egovnet.playbooks.change.key_changes import ADJACENCY_SECONDS, changed_keys, parts_adjacencies
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.commit import commit
from egovnet.tasks.confirm_or_rollback import DeviceChange, Direction
from egovnet.tasks.device import Deadline
from egovnet.tasks.dry_run import dry_run
from egovnet.tasks.extend import extend
from egovnet.tasks.task_result import TaskResult

T = TypeVar("T")


@dataclass
class Halt(Exception):  # noqa: N818 -- a stage's end, not a defect
    """A stage did not succeed; everything done so far goes back."""

    stage: str
    failures: Mapping[str, str]
    verification_failed: bool = False


@dataclass(slots=True)
class PushedDevices:
    """The devices of a plan's waves."""

    workspace: Workspace
    nornir: Nornir
    plan: Plan
    options: Options
    record: ChangeRecord
    progress: Progress
    names: tuple[str, ...]
    #: Device -> why it is left out, as it was.
    left_out: dict[str, str] = field(default_factory=dict)
    #: Devices that a commit was meant for.
    touched: set[str] = field(default_factory=set)
    #: When every device's timer ends, by time.monotonic.
    _deadline: float = 0.0

    @property
    def remaining(self) -> list[str]:
        """Those that are not left out."""
        return [name for name in self.names if name not in self.left_out]

    @property
    def seconds_left(self) -> int:
        """Until the last timer ends that was set."""
        return max(0, round(self._deadline - time.monotonic())) if self._deadline else 0

    def load(self) -> dict[str, str]:
        """Load every text, where the device still runs what the plan saw; others are left out.

        Returns devices whose own check refused the text, and why.

        Raises:
            Halt: more failed than may be left out.
        """
        names = self.remaining
        answers = self._run(
            "fence",
            dry_run,
            {n: {"intended": self.plan.devices[n].intended, "keep": True} for n in names},
        )
        stale = {
            name: moved(self.plan.devices[name].before, answer.running)
            for name, answer in answers.results.items()
            if answer.running_hash != self.plan.devices[name].running_hash
        }
        lost = {n: why for n, why in answers.failures.items() if n in answers.unanswered}
        self.leave_out("fence", {**lost, **stale})
        # The device's own check of the text came in the same round trip: it is prepare's to report.
        return {n: why for n, why in answers.failures.items() if n not in lost}

    def commit(self, names: Collection[str]) -> None:
        """Commit on `names`, each ready to go back by itself; failed ones may be left out.

        Raises:
            Halt: more failed than may be left out, or one was not seen to be as it was.
        """
        self.touched.update(names)
        self._deadline = self._deadline or time.monotonic() + self._commit_seconds
        arguments = {
            name: {
                "change_id": self._change_id,
                "deadline": Deadline(self._deadline),
                "message": f"egovnet change {self.record.number}",
                "intended": self.plan.devices[name].intended,
            }
            for name in names
        }
        failures = self._run("commit", commit, arguments).failures
        if not failures:
            return
        if len(self.left_out) + len(failures) > self._most_failures:
            raise Halt("commit", failures)
        if self.finish(Direction.BACK, failures).left:
            raise Halt("commit", failures)
        self.touched.difference_update(failures)
        self.left_out |= failures

    @property
    def _most_failures(self) -> int:
        """How many may be left out; none where a key changes, which its other end has then."""
        return 0 if changed_keys(self.plan.devices) else self.options.max_failures

    @property
    def _commit_seconds(self) -> int:
        """How soon a device goes back whose controller ends before all are committed."""
        seconds = self.options.confirm_timeout
        if parts_adjacencies(self.plan.devices):
            return min(seconds, ADJACENCY_SECONDS)
        return seconds

    def committed(self) -> None:
        """All are: none is waited for in a hurry any more.

        Raises:
            Halt: a device did not answer.
        """
        if self.touched and self._commit_seconds < self.options.confirm_timeout:
            self.set_timers(self.options.confirm_timeout, "commit")

    def set_timers(self, seconds: int, stage: str) -> None:
        """All timers to one moment.

        Raises:
            Halt: a device did not answer.
        """
        self._deadline = time.monotonic() + seconds
        deadline = Deadline(self._deadline)
        arguments = {n: {"change_id": self._change_id, "deadline": deadline} for n in self.touched}
        answers = self._run("extend", extend, arguments)
        if answers.failures:
            raise Halt(stage, answers.failures)

    def hold(self, seconds: int, stage: str) -> None:
        """Every timer has at least so long to run.

        Raises:
            Halt: a device did not answer.
        """
        if self._deadline - time.monotonic() < seconds:
            self.set_timers(seconds, stage)

    def leave_out(self, stage: str, failures: Mapping[str, str]) -> None:
        """Go on without devices that failed untouched, if so many may be.

        Raises:
            Halt: too many, or none is left.
        """
        if len(self.left_out) + len(failures) > self._most_failures:
            raise Halt(stage, dict(failures))
        self.left_out |= failures
        # a change of services alone has no devices
        if self.names and len(self.left_out) == len(self.names):
            raise Halt(stage, self.left_out)

    def finish(self, direction: Direction, names: Collection[str] | None = None) -> Resolution:
        """Bring the devices (default: all touched) to the change's end."""
        wanted = self.touched if names is None else names
        devices = {
            name: DeviceChange(self._change_id, entry.before, entry.intended)
            for name, entry in self.plan.devices.items()
            if name in wanted
        }
        return Resolver(
            self.workspace,
            self.nornir,
            self.record.number,
            devices,
            self.progress,
            self.options.patience,
        ).resolve(direction)

    @property
    def _change_id(self) -> str:
        return commit_id(self.workspace, self.record.number)

    def _run(
        self,
        stage: str,
        task: Callable[..., TaskResult[T]],
        arguments: Mapping[str, Mapping[str, object]],
    ) -> DeviceResults[T]:
        self.record.intend(stage, arguments)
        return run(
            self.nornir,
            stage,
            task,
            arguments,
            self.progress,
            listener=lambda name, state, detail: self.record.step(stage, name, state, detail),
        )
