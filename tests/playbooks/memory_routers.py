"""Routers that are texts in memory: they answer `dry_run`, `commit`, `extend` and `settle`.

Their own part is that a text is either as planned or not; what a router does is tested on the lab.
"""

import difflib
from dataclasses import dataclass, field
from typing import Any

import pytest
from napalm.base.exceptions import ConnectionException
from nornir.core.task import Result, Task

from egovnet.playbooks.change import apply, plan, transaction
from egovnet.playbooks.change import finish_devices as resolve
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.rollback import plan as rollback_plan
from egovnet.tasks.confirm_or_rollback import Direction, Settling
from egovnet.tasks.dry_run import DryRun, text_hash
from egovnet.templates.registry import render_day0


@dataclass
class MemoryRouters:
    """What each router runs, which do not answer, and what was verified by which network."""

    running: dict[str, str] = field(default_factory=dict)
    candidates: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    #: Whether verification passes whatever runs.
    trusting: bool = False
    #: (sites of the network that a change was verified by, sites excused), in order.
    verified: list[tuple[set[str], frozenset[str]]] = field(default_factory=list)

    def name(self, task: Task) -> str:
        if task.host.name in self.down:
            raise ConnectionException(f"{task.host.name}: no answer")
        return task.host.name

    def dry_run(self, task: Task, intended: str, keep: bool = False) -> Result:
        name = self.name(task)
        running = self.running[name]
        if keep:
            self.candidates[name] = intended
        lines = difflib.ndiff(running.splitlines(), intended.splitlines())
        diff = "\n".join(line for line in lines if line[0] in "+-")
        return Result(task.host, result=DryRun(running, text_hash(running), diff))

    def commit(self, task: Task, **_: object) -> Result:
        name = self.name(task)
        self.before[name] = self.running[name]
        self.running[name] = self.candidates.pop(name)
        return Result(task.host, changed=True)

    def extend(self, task: Task, **_: object) -> Result:
        assert self.name(task) in self.before
        return Result(task.host)

    def settle(self, task: Task, settling: Settling, direction: str, patience: float) -> Result:
        name = self.name(task)
        was = self.before.pop(name)
        if direction == Direction.BACK:
            self.running[name] = was
        assert self.running[name] == settling.text(Direction(direction))
        return Result(task.host, result="pending")

    def take_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put these routers in the place of real ones."""
        for module, names in (
            (plan, ("dry_run",)),
            (rollback_plan, ("dry_run",)),
            (transaction, ("dry_run", "commit", "extend")),
            (resolve, ("settle",)),
        ):
            for name in names:
                monkeypatch.setattr(module, name, getattr(self, name))
        monkeypatch.setattr(apply, "Verifier", lambda *words: _Verifier(self, *words))

    def boot(self, workspace: Workspace) -> None:
        """All routers of a network with their day-0 text."""
        self.running = {name: render_day0(device) for name, device in workspace.devices.items()}


class _Verifier:
    """Verification by text: every chosen router runs what the judging network means."""

    def __init__(
        self,
        routers: MemoryRouters,
        workspace: Workspace,
        _progress: object,
        _settle: int,
        excused: frozenset[str],
    ) -> None:
        self.routers, self.workspace, self.excused = routers, workspace, excused

    def take_baseline(self, _affected: object) -> None:
        """Texts have no faults from before."""

    def for_transaction(self) -> tuple[dict[str, Any], bool]:
        self.routers.verified.append((set(self.workspace.network.sites), self.excused))
        if self.excused or self.routers.trusting:
            return {}, True
        wrong = [
            {"message": name}
            for name, text in self.workspace.intended().items()
            if self.routers.running[name] != text
        ]
        return ({"findings": wrong} if wrong else {}), not wrong
