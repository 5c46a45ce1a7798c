"""The transaction's order, journal and way back, over real Nornir and a real journal.

The routers are a dictionary of texts: what a router itself does is tested on the lab.
"""

import sqlite3
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from napalm.base.exceptions import CommitError, ConnectionException
from nornir.core.task import Result, Task

from egovnet.playbooks.change import finish_devices as resolve
from egovnet.playbooks.change import pushed_devices
from egovnet.playbooks.change.plan import DevicePlan, Plan
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import JournalError
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import CheckFinding, HealthReport
from egovnet.tasks.confirm_or_rollback import DeviceChange, Direction, NotFinishedError
from egovnet.tasks.dry_run import DryRun, text_hash
from tests.inventories import BACKBONE

NAMES = ("bj-pe1", "gd-pe1", "gz-pe1")


@dataclass
class Routers:
    """What each router runs and what it ran before its pending commit; faults by stage."""

    running: dict[str, str] = field(default_factory=lambda: {n: f"{n} old\n" for n in NAMES})
    pending: dict[str, str] = field(default_factory=dict)
    #: (stage, router) -> how often it fails there.
    faults: dict[tuple[str, str], int] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: Routers that answer and will not go forward.
    stubborn: set[str] = field(default_factory=set)

    def enter(self, stage: str, task: Task) -> str:
        name = task.host.name
        with self.lock:
            self.calls.append((stage, name))
            left = self.faults.get((stage, name), 0)
            self.faults[stage, name] = left - 1
        if left > 0:
            raise ConnectionException(f"{name}: lost in {stage}")
        return name

    def dry_run(self, task: Task, intended: str, keep: bool = False) -> Result:
        name = self.enter("fence", task)
        assert keep
        running = self.running[name]
        return Result(task.host, result=DryRun(running, text_hash(running), f"+ {intended}"))

    def commit(
        self, task: Task, change_id: str, deadline: float, message: str, intended: str
    ) -> Result:
        name = self.enter("commit", task)
        assert change_id.endswith("-1")
        assert 50 < deadline - time.monotonic() <= 60
        assert (message, intended) == ("egovnet change 1", f"{name} new\n")
        self.pending[name] = self.running[name]
        self.running[name] = f"{name} new\n"
        return Result(task.host, changed=True)

    def extend(self, task: Task, change_id: str, deadline: float) -> Result:
        name = self.enter("extend", task)
        if name not in self.pending:
            raise CommitError(f"{name}: nothing is pending")
        return Result(task.host)

    def settle(self, task: Task, change: DeviceChange, direction: str, retry_for: float) -> Result:
        forward = direction == Direction.FORWARD
        name = self.enter("confirm" if forward else "undo", task)
        if forward and name in self.stubborn:
            raise NotFinishedError("does not run its text")
        before = self.pending.pop(name, None)
        if not forward:
            self.running[name] = before or change.before
        assert self.running[name] == change.text(Direction(direction))
        return Result(task.host, result="pending")

    def stages(self) -> list[str]:
        """The stages in the order in which they began."""
        return list(dict.fromkeys(stage for stage, _ in self.calls))

    def as_before(self) -> bool:
        return self.running == {n: f"{n} old\n" for n in NAMES} and not self.pending


@pytest.fixture
def routers(monkeypatch: pytest.MonkeyPatch) -> Routers:
    found = Routers()
    for name in ("dry_run", "commit", "extend"):
        monkeypatch.setattr(pushed_devices, name, getattr(found, name))
    monkeypatch.setattr(resolve, "confirm_or_rollback", found.settle)
    return found


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    return Workspace(BACKBONE)


PASSED = HealthReport()
SICK = CheckFinding("BGP session", "fault", "bj-pe1", "10.0.0.1", "is down", known=False)


@dataclass
class Health:
    """Passes until it is told not to; keeps what it was asked."""

    sick_after: int = 99
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def take_baseline(self, names: Collection[str]) -> None:
        assert set(names) <= set(NAMES)

    def check(self, names: Collection[str]) -> HealthReport:
        self.asked.append(tuple(names))
        passed = len(self.asked) < self.sick_after
        return HealthReport() if passed else HealthReport((SICK,))


ALL = (Wave("all", NAMES),)
EACH = tuple(Wave(f"wave {name}", (name,)) for name in NAMES)


def change(
    workspace: Workspace,
    verify: Any = lambda _: PASSED,  # noqa: ANN401 -- any callable
    waves: tuple[Wave, ...] = ALL,
    health: Health | None = None,
    **options: Any,  # noqa: ANN401 -- Options' own
) -> Outcome[TransactionResult]:
    devices = {
        n: DevicePlan(text_hash(f"{n} old\n"), f"{n} old\n", f"{n} new\n", "+ x") for n in NAMES
    }
    plan = Plan("reference", "now", "li", devices, affected=Affected(("party",)))
    chosen = Options(**{"confirm_timeout": 60, "patience": 0.2, **options})
    return Transaction(workspace, plan, verify, Silent(), waves, health or Health(), chosen).run()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routers of these tests answer at once or never."""
    monkeypatch.setattr("egovnet.playbooks.change.finish_devices._PAUSE", 0.01)


def test_all_stages_in_order_and_all_devices_new(routers: Routers, workspace: Workspace) -> None:
    outcome = change(workspace)
    assert (outcome.exit, outcome.data["result"]) == (0, "done")
    assert routers.stages() == ["fence", "commit", "extend", "confirm"]
    assert routers.running == {n: f"{n} new\n" for n in NAMES}
    assert not routers.pending
    (entry,) = workspace.journal.changes()
    assert (entry.state, entry.summary) == ("done", "3 devices, party")
    assert {c.after for c in workspace.journal.configurations(1).values()} == {
        f"{n} new\n" for n in NAMES
    }


def test_every_intention_is_in_the_journal_before_its_outcome(
    routers: Routers, workspace: Workspace
) -> None:
    change(workspace)
    steps = [(step.stage, step.device, step.phase) for step in workspace.journal.steps(1)]
    for stage in ("fence", "prepare", "commit", "extend", "confirm"):
        begins = [steps.index((stage, name, "begin")) for name in NAMES]
        ends = [steps.index((stage, name, "done")) for name in NAMES]
        assert max(begins) < min(ends)


def test_a_device_that_fails_the_fence_leaves_all_untouched(
    routers: Routers, workspace: Workspace
) -> None:
    routers.faults["fence", "gd-pe1"] = 9
    outcome = change(workspace)
    assert (outcome.exit, outcome.data["result"], outcome.data["failed_stage"]) == (
        5,
        "undone",
        "fence",
    )  # fmt: skip -- one comparison
    assert outcome.data["failures"] == {"gd-pe1": "ConnectionException: gd-pe1: lost in fence"}
    assert routers.stages() == ["fence"]
    assert routers.as_before()
    assert workspace.journal.locks() == []


def test_a_device_that_moved_since_the_plan_stops_all(
    routers: Routers, workspace: Workspace
) -> None:
    routers.running["gz-pe1"] = "gz-pe1 old\nby hand\n neighbor 10.0.0.1 password sesame\n"
    outcome = change(workspace)
    assert (outcome.exit, outcome.data["failed_stage"]) == (5, "fence")
    (why,) = outcome.data["failures"].values()
    assert why.startswith("changed since the plan was made: +by hand;")
    assert "sesame" not in str(outcome.data)
    assert routers.stages() == ["fence"]


@pytest.mark.parametrize("stage", ["commit", "undo"])
def test_a_device_lost_in_commit_takes_all_back(
    stage: str, routers: Routers, workspace: Workspace
) -> None:
    routers.faults["commit", "gd-pe1"] = 1
    if stage == "undo":  # and the way back needs a second try
        routers.faults["undo", "gd-pe1"] = 1
    outcome = change(workspace)
    assert (outcome.exit, outcome.data["result"]) == (5, "undone")
    assert (outcome.data["failed_stage"], outcome.data["not_undone"]) == ("commit", {})
    assert routers.as_before()
    assert workspace.journal.change(1).state == "undone"


def test_a_failed_verification_takes_all_back(routers: Routers, workspace: Workspace) -> None:
    seen = HealthReport((replace(SICK, severity="leak", message="a leak"),))
    outcome = change(workspace, lambda _: seen)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone")
    assert outcome.data["verification"] == seen.to_dict()
    assert routers.stages() == ["fence", "commit", "undo"]
    assert routers.as_before()
    failed = [s for s in workspace.journal.steps(1) if (s.stage, s.phase) == ("verify", "failed")]
    assert "a leak" in failed[0].detail


def test_a_device_that_is_not_seen_to_go_back_is_named_and_stays_locked(
    routers: Routers, workspace: Workspace
) -> None:
    routers.faults["undo", "gd-pe1"] = 99
    outcome = change(workspace, lambda _: HealthReport((SICK,)))
    assert (outcome.exit, outcome.data["result"]) == (4, "failed")
    assert outcome.data["not_undone"] == {"gd-pe1": "ConnectionException: gd-pe1: lost in undo"}
    assert "egovnet recover 1" in outcome.notes[0]
    assert workspace.journal.change(1).state == "failed"
    for name in ("bj-pe1", "gz-pe1"):
        assert routers.running[name] == f"{name} old\n"
    again = change(workspace)
    assert (again.exit, again.data["result"], again.data["change"]) == (5, "refused", None)
    assert "egovnet recover" in again.notes[0]


def test_a_device_lost_after_the_decision_leaves_the_change_in_doubt(
    routers: Routers, workspace: Workspace
) -> None:
    routers.faults["confirm", "gd-pe1"] = 99
    outcome = change(workspace)
    assert (outcome.exit, outcome.data["result"]) == (5, "in doubt")
    assert list(outcome.data["not_undone"]) == ["gd-pe1"]
    # It was decided: the others stay new, and recover finishes.
    assert routers.running == {n: f"{n} new\n" for n in NAMES}
    decision = workspace.journal.decision(1)
    assert decision is not None
    assert (decision.direction, decision.devices) == ("forward", NAMES)
    assert {lock.device for lock in workspace.journal.locks()} == set(NAMES)


def test_a_confirmation_that_needs_a_second_try(routers: Routers, workspace: Workspace) -> None:
    routers.faults["confirm", "gd-pe1"] = 1
    assert change(workspace).data["result"] == "done"
    assert not routers.pending


def test_a_device_that_cannot_go_forward_turns_all_back(
    routers: Routers, workspace: Workspace
) -> None:
    routers.stubborn.add("gz-pe1")
    outcome = change(workspace)
    assert (outcome.exit, outcome.data["result"]) == (5, "undone")
    assert list(outcome.data["failures"]) == ["gz-pe1"]
    assert routers.as_before()
    decision = workspace.journal.decision(1)
    assert decision is not None
    assert decision.direction == "back"
    assert "gz-pe1" in decision.why


def test_waves_are_pushed_in_order_with_a_look_between(
    routers: Routers, workspace: Workspace
) -> None:
    health = Health()
    outcome = change(workspace, waves=EACH, health=health)
    assert outcome.data["result"] == "done"
    committed = [name for stage, name in routers.calls if stage == "commit"]
    assert committed == list(NAMES)
    assert health.asked == [NAMES[:1], NAMES[:2]]
    states = [wave["state"] for wave in outcome.data["waves"]]
    assert states == ["healthy", "healthy", "committed"]


def test_a_wave_that_is_not_healthy_takes_all_back_and_no_more_are_pushed(
    routers: Routers, workspace: Workspace
) -> None:
    outcome = change(workspace, waves=EACH, health=Health(sick_after=2))
    assert (outcome.exit, outcome.data["failed_stage"]) == (4, "health")
    assert [name for stage, name in routers.calls if stage == "commit"] == list(NAMES[:2])
    assert [wave["state"] for wave in outcome.data["waves"]] == [
        "healthy",
        "unhealthy",
        "not begun",
    ]  # fmt: skip -- one list
    assert routers.as_before()


def test_as_many_devices_as_allowed_are_left_out(routers: Routers, workspace: Workspace) -> None:
    told: list[frozenset[str]] = []

    def verify(apart: frozenset[str]) -> HealthReport:
        told.append(apart)
        return PASSED

    routers.faults["fence", "bj-pe1"] = 1
    routers.faults["commit", "gd-pe1"] = 1
    outcome = change(workspace, verify, max_failures=2)
    assert (outcome.exit, outcome.data["result"]) == (5, "done")
    assert list(outcome.data["left_out"]) == ["bj-pe1", "gd-pe1"]
    assert told == [frozenset({"bj-pe1", "gd-pe1"})]
    new = {name for name, text in routers.running.items() if text.endswith("new\n")}
    assert new == {"gz-pe1"}
    decision = workspace.journal.decision(1)
    assert decision is not None
    assert decision.devices == ("gz-pe1",)


def test_one_failure_more_than_allowed_takes_all_back(
    routers: Routers, workspace: Workspace
) -> None:
    for name in ("bj-pe1", "gd-pe1"):
        routers.faults["commit", name] = 1
    outcome = change(workspace, max_failures=1)
    assert (outcome.exit, outcome.data["result"]) == (5, "undone")
    assert routers.as_before()


def test_only_the_waves_of_this_run_are_touched(routers: Routers, workspace: Workspace) -> None:
    outcome = change(workspace, waves=EACH[:1], stop_after="wave bj-pe1")
    assert outcome.data["result"] == "done"
    assert outcome.data["remaining"] == ["gd-pe1", "gz-pe1"]
    assert workspace.journal.change(1).stop_after == "wave bj-pe1"
    assert {name for _, name in routers.calls} == {"bj-pe1"}


def test_a_controller_whose_change_was_taken_over_touches_nothing_more(
    routers: Routers, workspace: Workspace
) -> None:
    def slow(_apart: frozenset[str]) -> HealthReport:
        # somebody recovers while this controller sleeps past its lease
        with workspace.journal.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE device_locks SET token = 'another'")
        return PASSED

    outcome = change(workspace, slow)
    assert (outcome.exit, outcome.data["result"]) == (5, "taken over")
    assert routers.stages() == ["fence", "commit"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interruption_takes_all_back_and_goes_on(
    error: type[BaseException], routers: Routers, workspace: Workspace
) -> None:
    def interrupted(_apart: frozenset[str]) -> HealthReport:
        raise error

    with pytest.raises(error):
        change(workspace, interrupted)
    assert routers.as_before()
    assert workspace.journal.change(1).state == "undone"


def test_a_journal_that_dies_in_mid_change_keeps_nobody_from_going_back(
    routers: Routers, workspace: Workspace, tmp_path: Path
) -> None:
    def die(_apart: frozenset[str]) -> HealthReport:
        with sqlite3.connect(tmp_path / "reference" / "journal.db") as raw:
            raw.execute("DROP TABLE steps")
        return PASSED

    with pytest.raises(JournalError):
        change(workspace, die)
    assert routers.stages() == ["fence", "commit", "undo"]
    assert routers.as_before()


def test_a_change_that_cannot_be_written_down_is_not_begun(
    routers: Routers, workspace: Workspace, tmp_path: Path
) -> None:
    assert workspace.journal.changes() == []
    with sqlite3.connect(tmp_path / "reference" / "journal.db") as raw:
        raw.execute("DROP TABLE changes")
    with pytest.raises(JournalError):
        change(workspace)
    assert routers.calls == []
