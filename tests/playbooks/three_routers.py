"""Three routers in memory under one controller that is a process of its own, and their journal.

The routers' texts are kept in a file after every word with them, so that they outlive it.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from egovnet.playbooks.change.plan import DevicePlan, Plan
from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.report.console.progress import make_progress
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.ends import End, end_of
from egovnet.playbooks.results.outcome import AnyOutcome
from egovnet.playbooks.results.verification import HealthReport
from egovnet.tasks.dry_run import text_hash
from tests.playbooks.verb_process import Lived, Strike, live
from tests.tasks.memory_driver import MemoryDevice, MemoryDriver, play

NAMES = ("bj-pe1", "gd-pe1", "gz-pe1")
OLD = {name: f"hostname {name}\nbanner old\n" for name in NAMES}
NEW = {name: f"hostname {name}\nbanner new\n" for name in NAMES}


class Health:
    def take_baseline(self, names: object) -> None:
        pass

    def check(self, names: object) -> HealthReport:
        return HealthReport()


@dataclass
class Place:
    """Three routers, their journal, and the change from old to new."""

    devices: dict[str, MemoryDevice]
    texts: Path
    verified: HealthReport = field(default_factory=HealthReport)
    #: Whether every router is gone when the first has committed.
    vanishing: bool = False

    def push(self, workspace: Workspace) -> AnyOutcome:
        devices = {
            name: DevicePlan(text_hash(OLD[name]), OLD[name], NEW[name], "+ x") for name in NAMES
        }
        plan = Plan("reference", "now", "li", devices, affected=Affected(("party",)))
        waves = (Wave("one", NAMES[:1]), Wave("rest", NAMES[1:]))
        options = Options(60, 60, patience=0.5)
        return Transaction(
            workspace, plan, lambda _: self.verified, make_progress(), waves, Health(), options
        ).run()

    def recover(self, workspace: Workspace) -> AnyOutcome:
        return recover(workspace, make_progress(), yes=True, patience=0.5)

    def run(
        self,
        strike: Strike | None = None,
        *arguments: str,
        befall: Callable[[], None] = lambda: None,
    ) -> Lived:
        return live(self.push, strike, *arguments, prepare=self.keep_texts, befall=befall)

    def run_recover(self, strike: Strike | None = None, *arguments: str) -> Lived:
        return live(self.recover, strike, *arguments, prepare=self.keep_texts)

    def keep_texts(self) -> None:
        """In the child: its routers run what they ran, and what they run is kept."""
        alone = threading.Lock()
        for name, text in self.running().items():
            self.devices[name].running = text
        for method in ("commit_config", "confirm_change", "roll_back_change"):
            done = getattr(MemoryDriver, method)

            def kept(driver: MemoryDriver, *given: object, _done=done, **named: object) -> object:  # noqa: ANN001
                try:
                    return _done(driver, *given, **named)
                finally:
                    with alone:
                        running = {n: device.running for n, device in self.devices.items()}
                        self.texts.write_text(json.dumps(running))
                        for device in self.devices.values():
                            device.down |= self.vanishing

            setattr(MemoryDriver, method, kept)

    def running(self) -> dict[str, str]:
        return json.loads(self.texts.read_text()) if self.texts.exists() else dict(OLD)

    def end(self) -> End | None:
        """By the journal; None when it has no change."""
        journal = Workspace(REFERENCE).journal
        for change in journal.changes():
            decision = journal.decision(change.id)
            return end_of(change.state, decision and decision.direction)
        return None


def three_routers(root: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The routers with their old texts, and an empty journal under `root`."""
    monkeypatch.setenv("EGOVNET_STATE", str(root / "state"))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    devices = {name: MemoryDevice(OLD[name]) for name in NAMES}
    play(monkeypatch, devices)
    return Place(devices, root / "texts.json")
