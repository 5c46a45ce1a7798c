"""Routers in memory (`tests.tasks.memory_driver`), worked on by the real Nornir tasks.

Verification is by text, which is as planned or not: what a router does is tested on the lab.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field

import pytest

from egovnet.playbooks.change import apply
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import CheckFinding, HealthReport
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.templates.registry import render_day0
from tests.tasks.memory_driver import MemoryDevice, play


@dataclass(eq=False)  # equal to a dict of the same texts, as any mapping
class Running(MutableMapping[str, str]):
    """What each device runs."""

    devices: dict[str, MemoryDevice]

    def __getitem__(self, name: str) -> str:
        return self.devices[name].running

    def __setitem__(self, name: str, text: str) -> None:
        self.devices.setdefault(name, MemoryDevice()).running = text

    def __delitem__(self, name: str) -> None:
        del self.devices[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.devices)

    def __len__(self) -> int:
        return len(self.devices)


@dataclass
class MemoryRouters:
    """The routers, and what was verified by which network."""

    devices: dict[str, MemoryDevice] = field(default_factory=dict)
    #: Whether verification passes whatever runs.
    trusting: bool = False
    #: (sites of the network that a change was verified by, sites excused), in order.
    verified: list[tuple[set[str], frozenset[str]]] = field(default_factory=list)

    @property
    def running(self) -> Running:
        return Running(self.devices)

    def take_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put these routers in the place of real ones."""
        play(monkeypatch, self.devices)
        monkeypatch.setenv("EGOVNET_USERNAME", "nobody")
        monkeypatch.setattr(apply, "Verifier", lambda *words: _Verifier(self, *words))

    def boot(self, workspace: Workspace) -> None:
        """All routers of a network with their day-0 text."""
        for name, device in workspace.devices.items():
            self.running[name] = render_day0(device)


class _Verifier:
    """Verification by text: every chosen router runs what the judging network means."""

    def __init__(
        self,
        routers: MemoryRouters,
        workspace: Workspace,
        _progress: object,
        how: Verifying,
    ) -> None:
        self.routers, self.workspace, self.excused = routers, workspace, how.excused

    def take_baseline(self, _touched: object, _vpns: object) -> None:
        """Texts have no faults from before."""

    def without(self, apart: frozenset[str], _fresh: object) -> "_Verifier":
        """The same of the routers that have a part in the change."""
        left = self.workspace.only(n for n in self.workspace.chosen if n not in apart)
        return _Verifier(self.routers, left, None, Verifying(excused=self.excused))

    def verify(self) -> HealthReport:
        self.routers.verified.append((set(self.workspace.network.sites), self.excused))
        # where nobody knows the intent, no text is right or wrong
        if self.workspace.intent is None or self.excused or self.routers.trusting:
            return HealthReport()
        wrong = tuple(
            CheckFinding("text", "fault", name, "text", name, known=False)
            for name, text in self.workspace.intended().items()
            if self.routers.running[name] != text
        )
        return HealthReport(wrong)
