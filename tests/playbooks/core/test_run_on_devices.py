"""Nornir over many devices: one that fails never hides another, and everybody is told."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
from napalm.base.exceptions import ConnectionException
from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.state import GlobalState
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner

from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.report.console.progress import PlainProgress

NAMES = [f"pe{number}" for number in range(1, 13)]


@dataclass
class Told:
    """Progress and listener that remember what they were told."""

    stages: list[tuple[str, int]] = field(default_factory=list)
    devices: list[tuple[str, str, str, str]] = field(default_factory=list)
    heard: list[tuple[str, str, str]] = field(default_factory=list)

    def stage(self, name: str, total: int) -> None:
        self.stages.append((name, total))

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        self.devices.append((stage, name, state, detail))

    def finish(self) -> None:
        raise AssertionError("only the playbook knows which stage is the last")

    def listen(self, name: str, state: str, detail: str) -> None:
        self.heard.append((name, state, detail))


@pytest.fixture
def nornir() -> Nornir:
    hosts = Hosts({name: Host(name=name) for name in NAMES})
    return Nornir(
        inventory=Inventory(hosts=hosts, groups=Groups(), defaults=Defaults()),
        runner=ThreadedRunner(num_workers=4),
        data=GlobalState(),
    )


def echo(task: Task, word: str) -> Result:
    return Result(host=task.host, result=f"{task.host.name} {word}")


def sometimes(task: Task, word: str) -> Result:
    if word == "lost":
        raise ConnectionException(f"{task.host.name}: no route to host")
    if word == "broken":
        raise ValueError
    if word == "refused":
        return Result(host=task.host, failed=True)
    return echo(task, word)


def test_each_device_gets_its_own_arguments(nornir: Nornir) -> None:
    result = run(nornir, "greet", echo, {name: {"word": name[2:]} for name in NAMES}, Silent())
    assert result.results == {name: f"{name} {name[2:]}" for name in NAMES}
    assert result.failures == {}


def test_a_failing_device_hides_no_other(nornir: Nornir) -> None:
    words = dict.fromkeys(NAMES, "well") | {"pe2": "lost", "pe5": "broken", "pe9": "refused"}
    result = run(nornir, "greet", sometimes, {n: {"word": w} for n, w in words.items()}, Silent())
    assert result.failures == {
        "pe2": "ConnectionException: pe2: no route to host",
        "pe5": "ValueError: no more is known",
        "pe9": "failed without an error",
    }
    assert result.results.keys() == set(NAMES) - result.failures.keys()


def test_a_device_that_failed_is_asked_again_in_the_next_stage(nornir: Nornir) -> None:
    for word, failed in (("lost", {"pe1"}), ("well", set())):
        result = run(nornir, "greet", sometimes, {"pe1": {"word": word}}, Silent())
        assert result.failures.keys() == failed


def test_only_the_named_devices_work(nornir: Nornir) -> None:
    result = run(nornir, "greet", echo, {"pe3": {"word": "a"}, "pe4": {"word": "b"}}, Silent())
    assert result.results == {"pe3": "pe3 a", "pe4": "pe4 b"}


def test_a_device_that_left_the_inventory_is_one_that_does_not_answer(nornir: Nornir) -> None:
    """Its change is unfinished: nobody may take it for done."""
    told = Told()
    arguments = {"pe1": {"word": "a"}, "gone": {"word": "b"}}
    result = run(nornir, "greet", echo, arguments, told, listener=told.listen)
    assert result.results == {"pe1": "pe1 a"}
    assert "not in the inventory any more" in result.failures["gone"]
    assert result.unanswered == {"gone"}
    assert ("gone", "failed", result.failures["gone"]) in told.heard


def test_no_devices_is_no_stage(nornir: Nornir) -> None:
    told = Told()
    assert run(nornir, "greet", echo, {}, told, listener=told.listen) == DeviceResults()
    assert (told.stages, told.devices, told.heard) == ([], [], [])


def test_progress_and_listener_hear_of_each_device_once(nornir: Nornir) -> None:
    told = Told()
    words = dict.fromkeys(NAMES, "well") | {"pe7": "lost"}
    arguments = {name: {"word": word} for name, word in words.items()}
    run(nornir, "greet", sometimes, arguments, told, listener=told.listen)
    assert told.stages == [("greet", len(NAMES))]
    reason = "ConnectionException: pe7: no route to host"
    ends = [(name, "done", "") for name in NAMES if name != "pe7"] + [("pe7", "failed", reason)]
    assert Counter(told.heard) == Counter(ends)
    begins = [("greet", name, "begin", "") for name in NAMES]
    assert Counter(told.devices) == Counter([*begins, *(("greet", *end) for end in ends)])
    for name in NAMES:
        states = [state for _, device, state, _ in told.devices if device == name]
        assert states[0] == "begin"


def test_the_listener_is_told_as_a_device_ends_not_when_all_have(nornir: Nornir) -> None:
    first_told = threading.Event()

    def wait_for_the_first(task: Task) -> Result:
        if task.host.name != "pe1":
            assert first_told.wait(20)
        return Result(host=task.host)

    def listen(name: str, _state: str, _detail: str) -> None:
        if name == "pe1":
            first_told.set()

    arguments: dict[str, dict[str, str]] = {"pe1": {}, "pe2": {}, "pe3": {}}
    result = run(nornir, "wait", wait_for_the_first, arguments, Silent(), listener=listen)
    assert result.failures == {}


def test_devices_work_side_by_side(nornir: Nornir) -> None:
    together = threading.Barrier(4)

    def meet(task: Task) -> Result:
        return Result(host=task.host, result=together.wait(20))

    result = run(nornir, "meet", meet, {name: {} for name in NAMES[:4]}, Silent())
    assert sorted(result.results.values()) == [0, 1, 2, 3]


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_failure_that_comes_again_is_reported_once(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress()
    for answer in ("failed", "failed", "failed", "done"):
        progress.stage("state", 1)
        progress.device("state", "a", "begin")
        progress.device("state", "a", answer, "no answer" if answer == "failed" else "")
    assert lines(capsys) == [
        "state: a: failed: no answer",
        "state: 1 device: 1 failed",
        "state: 1 device: 1 done",
    ]


def test_a_stage_is_one_line_however_many_devices(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress()
    for _poll in range(30):
        for stage in ("state", "packets"):
            progress.stage(stage, 7)
            for name in "abcdefg":
                progress.device(stage, name, "begin")
                failed = (stage, name) == ("packets", "c")
                progress.device(stage, name, "failed" if failed else "done", "lost" * failed)
    assert lines(capsys) == [
        "state: 7 devices: 7 done",
        "packets: c: failed: lost",
        "packets: 7 devices: 6 done, 1 failed",
    ]
    progress.finish()
    progress.stage("state", 1)
    progress.device("state", "a", "done")
    assert lines(capsys) == ["state: 1 device: 1 done"]


def test_a_slow_device_and_a_long_stage_are_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    progress = PlainProgress()
    progress.stage("commit", 3)
    for name in "abc":
        progress.device("commit", name, "begin")
    clock[0] = 5.0
    progress.device("commit", "a", "done")
    clock[0] = 41.0
    progress.device("commit", "b", "done")
    progress.report()
    progress.device("commit", "c", "done")
    assert lines(capsys) == [
        "commit: b: done after 41 s",
        "commit: 2 of 3 devices; under way: c",
        "commit: c: done after 41 s",
        "commit: 3 devices: 3 done",
    ]
