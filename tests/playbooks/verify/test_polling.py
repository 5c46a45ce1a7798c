"""Who is asked how often while a network converges, and when packets are sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.run_on_devices import DeviceResults
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import Verification
from egovnet.playbooks.verify import label_watch, verify
from egovnet.playbooks.verify.packet_source import Answers
from egovnet.playbooks.verify.probe_plan import Flow
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.templates.model.state import DeviceState
from tests.inventories import BACKBONE
from tests.playbooks.verify.worlds import Watched, World, _Vrfs

WORKSPACE = Workspace(BACKBONE)
LATE = "sc-pe1"


@dataclass
class Converging(Watched):
    """One router's sessions come up later than the others', and then some packets arrive late."""

    polls: int = 0
    silent_rounds: int = 0
    asked: list[frozenset[str]] = field(default_factory=list)
    rounds: list[tuple[int, int]] = field(default_factory=list)

    def _run(
        self, _nornir: object, stage: str, _task: object, arguments: Mapping[str, Any], *_: object
    ) -> DeviceResults:
        if stage != "state":
            return DeviceResults()
        self.asked.append(frozenset(arguments))
        late = len(self.asked) <= self.polls
        return DeviceResults({name: self._state(name, late=late) for name in arguments})

    def _state(self, name: str, *, late: bool) -> DeviceState:
        state = self.world.state(name)
        return replace(state, bgp=frozenset()) if late and name == LATE else state


@dataclass
class LateVrfs(_Vrfs):
    """What must be answered is not in the first rounds."""

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        watched = self.watched
        assert isinstance(watched, Converging)
        flows = [flow for own in by_sender.values() for flow in own]
        must = sum(flow.must_reach for flow in flows)
        watched.rounds.append((must, len(flows) - must))
        answers = super().send(by_sender)
        if len(watched.rounds) > watched.silent_rounds:
            return answers
        silent = {name: [False] * len(flows) for name, flows in by_sender.items()}
        return Answers(silent)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Converging, Verification]]:
    def verified(**late: int) -> tuple[Converging, Verification]:
        world = World(WORKSPACE.network, WORKSPACE.allocation)
        watched = Converging(world, **late)
        watched.take_part(monkeypatch)
        monkeypatch.setattr(verify, "VrfSource", lambda *_words: LateVrfs(watched))
        found = Verifier(WORKSPACE, Silent(), Verifying(60)).verify()
        assert found.passed
        return watched, found

    return verified


def test_only_who_was_not_well_is_asked_again_and_then_everybody(
    watch: Callable[..., tuple[Converging, Verification]],
) -> None:
    everybody = frozenset(WORKSPACE.network.routers)
    watched, _ = watch(polls=2)
    assert watched.asked == [everybody, frozenset({LATE}), frozenset({LATE}), everybody - {LATE}]


def test_a_network_that_is_well_is_asked_once_and_sends_once(
    watch: Callable[..., tuple[Converging, Verification]],
) -> None:
    watched, found = watch()
    assert len(watched.asked) == 1
    ((must, silent),) = watched.rounds
    assert (must, silent) == (
        found.checks["must reach"].passed,
        found.checks["must not reach"].passed,
    )


def test_what_must_be_silent_is_asked_again_when_an_answer_came_late(
    watch: Callable[..., tuple[Converging, Verification]],
) -> None:
    watched, found = watch(silent_rounds=1)
    silent = found.checks["must not reach"].passed
    must = found.checks["must reach"].passed
    assert watched.rounds == [(must, silent), (must, 0), (0, silent)]


@dataclass
class RoundClock:
    """Time that passes by one second between two rounds."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, _seconds: float) -> None:
        self.now += 1


@pytest.mark.parametrize(("converge", "tries"), [(0, 4), (1, 4), (2, 6)])
def test_silence_is_blamed_after_four_tries_in_all(
    converge: int, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Converging(World(WORKSPACE.network, WORKSPACE.allocation), silent_rounds=99)
    watched.take_part(monkeypatch)
    monkeypatch.setattr(verify, "VrfSource", lambda *_words: LateVrfs(watched))
    clock = RoundClock()
    monkeypatch.setattr(verify, "time", clock)
    found = Verifier(WORKSPACE, Silent(), Verifying(converge)).verify()
    assert not found.passed
    assert clock.now == converge
    *must, silent = watched.rounds
    assert len([1 for sent, _ in must if sent]) == tries
    assert silent[0] == 0 < silent[1]


def test_labels_that_were_seen_are_not_watched_for_again(
    watch: Callable[..., tuple[Converging, Verification]], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[frozenset[str]] = []

    def tcpdump(
        _nornir: object, _stage: str, task: object, arguments: Mapping[str, Any], *_: object
    ) -> DeviceResults:
        if task is label_watch.start_watching:
            started.append(frozenset(arguments))
            return DeviceResults(dict.fromkeys(arguments, "1"))
        return DeviceResults({name: ["label 17, label 80"] for name in arguments})

    def with_labels(*_words: object) -> bool:
        monkeypatch.setattr(label_watch, "run", tcpdump)
        return True

    take_part = Converging.take_part

    def taking_part(watched: Converging, patch: pytest.MonkeyPatch) -> None:
        take_part(watched, patch)
        patch.setattr(label_watch, "_shows_labels", with_labels)

    monkeypatch.setattr(Converging, "take_part", taking_part)
    watched, found = watch(silent_rounds=2)
    assert len(watched.rounds) == 3
    assert len(started) == 1
    assert found.labels.seen
    assert set(found.labels.watched) == started[0]
