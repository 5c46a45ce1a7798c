"""The transaction's order, journal and way back, over real Nornir and a real journal.

The routers are a dictionary of texts: what a router itself does is tested on the lab.
"""

import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from napalm.base.exceptions import CommitError, ConnectionException
from nornir.core.task import Result, Task

from playbooks import transaction
from playbooks.context import REFERENCE, Context
from playbooks.fleet import Silent
from playbooks.journal import JournalError
from playbooks.outcome import Outcome
from playbooks.plan import DevicePlan, Plan
from playbooks.transaction import Transaction
from tasks.dry_run import DryRun, text_hash

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
        name = self.enter("prepare", task)
        assert keep
        running = self.running[name]
        return Result(task.host, result=DryRun(running, text_hash(running), f"+ {intended}"))

    def commit(self, task: Task, revert_in: int, message: str) -> Result:
        name = self.enter("commit", task)
        assert revert_in == 60
        assert message == "egovnet change 1"
        self.pending[name] = self.running[name]
        self.running[name] = f"{name} new\n"
        return Result(task.host, changed=True)

    def confirm(self, task: Task) -> Result:
        name = self.enter("confirm", task)
        if name not in self.pending:
            raise CommitError(f"{name}: nothing is pending")
        del self.pending[name]
        return Result(task.host, changed=True)

    def undo(self, task: Task, before: str) -> Result:
        name = self.enter("undo", task)
        self.running[name] = self.pending.pop(name, self.running[name])
        if self.running[name] != before:
            raise RuntimeError(f"{name} does not run what it ran before")
        return Result(task.host, result=True)

    def stages(self) -> list[str]:
        """The stages in the order in which they began."""
        return list(dict.fromkeys(stage for stage, _ in self.calls))

    def as_before(self) -> bool:
        return self.running == {n: f"{n} old\n" for n in NAMES} and not self.pending


@pytest.fixture
def routers(monkeypatch: pytest.MonkeyPatch) -> Routers:
    found = Routers()
    for name in ("dry_run", "commit", "confirm", "undo"):
        monkeypatch.setattr(transaction, name, getattr(found, name))
    return found


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    return Context(REFERENCE)


def change(context: Context, verify: Any = lambda: ({}, True)) -> Outcome:  # noqa: ANN401 -- any callable
    devices = {
        n: DevicePlan(text_hash(f"{n} old\n"), f"{n} old\n", f"{n} new\n", "+ x") for n in NAMES
    }
    plan = Plan("reference", "now", "li", devices, affected={"vpns": ["party"], "sites": []})
    return Transaction(context, plan, verify, Silent(), confirm_timeout=60).run()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routers of these tests answer at once or never."""
    monkeypatch.setattr("playbooks.transaction.UNDO_PATIENCE", 0.2)
    monkeypatch.setattr("playbooks.transaction._UNDO_PAUSE", 0.01)


def test_all_stages_in_order_and_all_devices_new(routers: Routers, context: Context) -> None:
    outcome = change(context)
    assert (outcome.exit, outcome.data["result"]) == (0, "done")
    assert routers.stages() == ["prepare", "commit", "confirm"]
    assert routers.running == {n: f"{n} new\n" for n in NAMES}
    assert not routers.pending
    (entry,) = context.journal.changes()
    assert (entry.state, entry.summary) == ("done", "3 devices, party")
    assert {c.after for c in context.journal.configurations(1).values()} == {
        f"{n} new\n" for n in NAMES
    }


def test_every_intention_is_in_the_journal_before_its_outcome(
    routers: Routers, context: Context
) -> None:
    change(context)
    steps = [(step.stage, step.device, step.phase) for step in context.journal.steps(1)]
    for stage in ("prepare", "commit", "confirm"):
        begins = [steps.index((stage, name, "begin")) for name in NAMES]
        ends = [steps.index((stage, name, "done")) for name in NAMES]
        assert max(begins) < min(ends)


def test_a_device_that_fails_to_prepare_leaves_all_untouched(
    routers: Routers, context: Context
) -> None:
    routers.faults["prepare", "gd-pe1"] = 9
    outcome = change(context)
    assert (outcome.exit, outcome.data["result"], outcome.data["failed_stage"]) == (
        5,
        "undone",
        "prepare",
    )  # fmt: skip -- one comparison
    assert outcome.data["failures"] == {"gd-pe1": "ConnectionException: gd-pe1: lost in prepare"}
    assert routers.stages() == ["prepare"]
    assert routers.as_before()


def test_a_device_that_moved_since_the_plan_stops_all(routers: Routers, context: Context) -> None:
    routers.running["gz-pe1"] = "gz-pe1 old\nby hand\n"
    outcome = change(context)
    assert outcome.exit == 5
    assert outcome.data["failures"] == {
        "gz-pe1": "changed since the plan was made: +by hand; plan again"
    }
    assert routers.stages() == ["prepare"]


@pytest.mark.parametrize("stage", ["commit", "undo"])
def test_a_device_lost_in_commit_takes_all_back(
    stage: str, routers: Routers, context: Context
) -> None:
    routers.faults["commit", "gd-pe1"] = 1
    if stage == "undo":  # and the way back needs a second try
        routers.faults["undo", "gd-pe1"] = 1
    outcome = change(context)
    assert (outcome.exit, outcome.data["result"]) == (5, "undone")
    assert (outcome.data["failed_stage"], outcome.data["not_undone"]) == ("commit", {})
    assert routers.as_before()
    assert context.journal.change(1).state == "undone"


def test_a_failed_verification_takes_all_back(routers: Routers, context: Context) -> None:
    seen = {"findings": [{"message": "a leak"}]}
    outcome = change(context, lambda: (seen, False))
    assert (outcome.exit, outcome.data["result"]) == (4, "undone")
    assert outcome.data["verification"] == seen
    assert routers.stages() == ["prepare", "commit", "undo"]
    assert routers.as_before()
    failed = [s for s in context.journal.steps(1) if (s.stage, s.phase) == ("verify", "failed")]
    assert "a leak" in failed[0].detail


def test_a_device_that_is_not_seen_to_go_back_is_named(
    routers: Routers, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playbooks.transaction.UNDO_PATIENCE", 0)
    routers.faults["undo", "gd-pe1"] = 1
    outcome = change(context, lambda: ({}, False))
    assert (outcome.exit, outcome.data["result"]) == (4, "failed")
    assert outcome.data["not_undone"] == {"gd-pe1": "ConnectionException: gd-pe1: lost in undo"}
    assert "gd-pe1" in outcome.notes[0]
    assert context.journal.change(1).state == "failed"
    for name in ("bj-pe1", "gz-pe1"):
        assert routers.running[name] == f"{name} old\n"


def test_devices_that_were_confirmed_before_another_failed_to_be_are_named(
    routers: Routers, context: Context
) -> None:
    routers.faults["confirm", "gd-pe1"] = 1
    outcome = change(context)
    assert (outcome.exit, outcome.data["failed_stage"]) == (5, "confirm")
    assert routers.running["gd-pe1"] == "gd-pe1 old\n"
    new = {name for name, text in routers.running.items() if text.endswith("new\n")}
    # Whoever stayed new is told, and nobody who is told to be back is not.
    assert outcome.data["not_undone"].keys() == new
    assert outcome.data["result"] == ("failed" if new else "undone")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interruption_takes_all_back_and_goes_on(
    error: type[BaseException], routers: Routers, context: Context
) -> None:
    def interrupted() -> tuple[dict[str, Any], bool]:
        raise error

    with pytest.raises(error):
        change(context, interrupted)
    assert routers.as_before()
    assert context.journal.change(1).state == "undone"


def test_a_journal_that_dies_in_mid_change_keeps_nobody_from_going_back(
    routers: Routers, context: Context, tmp_path: Path
) -> None:
    def die() -> tuple[dict[str, Any], bool]:
        with sqlite3.connect(tmp_path / "reference" / "journal.db") as raw:
            raw.execute("DROP TABLE steps")
        return {}, True

    with pytest.raises(JournalError):
        change(context, die)
    assert routers.stages() == ["prepare", "commit", "undo"]
    assert routers.as_before()


def test_a_change_that_cannot_be_written_down_is_not_begun(
    routers: Routers, context: Context, tmp_path: Path
) -> None:
    assert context.journal.changes() == []
    with sqlite3.connect(tmp_path / "reference" / "journal.db") as raw:
        raw.execute("DROP TABLE changes")
    with pytest.raises(JournalError):
        change(context)
    assert routers.calls == []
