"""Devices that hang, are slow or fail, and what they cost the others."""

import threading
import time

import pytest
from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.task import Result, Task

from egovnet.tasks.runners.elastic import DeviceTimeoutError, ElasticRunner


def network(count: int) -> Nornir:
    hosts = Hosts({f"r{n}": Host(name=f"r{n}") for n in range(count)})
    return Nornir(inventory=Inventory(hosts=hosts, groups=Groups(), defaults=Defaults()))


def work(task: Task, slow: dict[str, float], gauge: "Gauge | None" = None) -> Result:
    if gauge is not None:
        gauge.enter()
    time.sleep(slow.get(task.host.name, 0.01))
    if gauge is not None:
        gauge.leave()
    if task.host.name == "r3":
        raise ValueError("r3 refuses")
    return Result(host=task.host, result=task.host.name.upper())


class Gauge:
    """How many are at work at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0

    def enter(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)

    def leave(self) -> None:
        with self._lock:
            self._now -= 1


def test_every_device_is_in_the_result_in_order() -> None:
    runner = ElasticRunner(4, timeout=10)
    results = network(20).with_runner(runner).run(task=work, slow={})
    assert list(results) == [f"r{n}" for n in range(20)]
    assert results["r7"][0].result == "R7"
    assert isinstance(results["r3"].exception, ValueError)
    assert [name for name, multi in results.items() if multi.failed] == ["r3"]


def test_no_more_than_its_workers_are_at_work() -> None:
    gauge = Gauge()
    network(40).with_runner(ElasticRunner(5, timeout=10)).run(task=work, slow={}, gauge=gauge)
    assert gauge.most == 5


def test_dead_devices_cost_one_timeout_and_not_one_each() -> None:
    dead = {f"r{n}": 60.0 for n in range(0, 40, 2)}
    begun = time.monotonic()
    runner = ElasticRunner(2, patience=0.1, timeout=1.5)
    results = network(40).with_runner(runner).run(task=work, slow=dead)
    took = time.monotonic() - begun
    assert {n for n, m in results.items() if isinstance(m.exception, DeviceTimeoutError)} == set(
        dead
    )
    assert "given up" in str(results["r2"].exception)
    assert results["r1"][0].result == "R1"
    # one after the other, two at a time, they would take 15 s
    assert took < 10


def test_patience_is_twice_what_a_device_usually_takes() -> None:
    usual = {f"r{n}": 0.3 for n in range(30)} | {"r15": 2.0, "r25": 2.0}
    runner, gauge = ElasticRunner(5, patience=0.1, timeout=10), Gauge()
    network(30).with_runner(runner).run(task=work, slow=usual, gauge=gauge)
    assert 0.6 <= runner.patience < 1.5
    # all of a slow network exceed the first patience, and there is no end of places
    gauge = Gauge()
    network(30).with_runner(runner).run(task=work, slow=usual, gauge=gauge)
    assert gauge.most <= 10


def test_dead_devices_teach_nothing() -> None:
    dead = {f"r{n}": 60.0 for n in range(30)}
    runner = ElasticRunner(10, patience=0.1, timeout=1.0)
    network(60).with_runner(runner).run(task=work, slow=dead)
    assert runner.patience == 0.5


def test_those_that_may_be_dead_are_begun_with() -> None:
    begun: list[str] = []

    def note(task: Task) -> Result:
        begun.append(task.host.name)
        return Result(host=task.host)

    runner = ElasticRunner(1, timeout=10, first=("r7", "r2"))
    results = network(9).with_runner(runner).run(task=note)
    assert begun[:3] == ["r2", "r7", "r0"]
    assert list(results) == [f"r{n}" for n in range(9)]


def test_a_slow_device_is_waited_for_beside_the_others() -> None:
    slow = {"r0": 1.0, "r1": 1.0}
    runner = ElasticRunner(2, patience=0.1, timeout=10)
    results = network(30).with_runner(runner).run(task=work, slow=slow)
    assert [name for name, multi in results.items() if multi.failed] == ["r3"]


@pytest.mark.parametrize("workers", [1, 500])
def test_nothing_to_do_and_one_device(workers: int) -> None:
    runner = ElasticRunner(workers, timeout=1)
    assert list(network(0).with_runner(runner).run(task=work, slow={})) == []
    assert list(network(1).with_runner(runner).run(task=work, slow={})) == ["r0"]
