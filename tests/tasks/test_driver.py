"""Drivers keep the contract: FRR's, and the one in memory that tests play other platforms with."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from napalm.base.exceptions import CommitError

import napalm_frr
from egovnet.tasks.driver import (
    CommitStage,
    CommitState,
    Comparison,
    DeviceFault,
    LineChange,
    TransactionalDriver,
)
from napalm_frr import FRRDriver
from napalm_frr.change.commit import CommitState as FrrCommitState
from napalm_frr.delta.line_changes import Against
from napalm_frr.delta.line_changes import LineChange as FrrLineChange
from napalm_frr.driver import DriverMethods
from napalm_frr.text.linux_fault import LinuxFault
from tests.tasks.memory_driver import (
    MemoryChange,
    MemoryCommit,
    MemoryComparison,
    MemoryDevice,
    MemoryDriver,
    MemoryFault,
)


def drivers() -> list[TransactionalDriver]:
    """mypy checks these assignments against the Protocol."""
    # FRRDriver itself has an untyped base, so mypy would take it for anything
    frr: TransactionalDriver = DriverMethods("192.0.2.1", "root", "")
    assert issubclass(FRRDriver, DriverMethods)
    memory: TransactionalDriver = MemoryDriver(MemoryDevice())
    return [frr, memory]


def members(protocol: type) -> dict[str, Any]:
    return {name: value for name, value in vars(protocol).items() if not name.startswith("_")}


METHODS = {name for name, value in members(TransactionalDriver).items() if callable(value)}


@pytest.mark.parametrize("driver", drivers(), ids=lambda driver: type(driver).__name__)
@pytest.mark.parametrize("name", sorted(members(TransactionalDriver)))
def test_driver_has_the_member(driver: TransactionalDriver, name: str) -> None:
    member = getattr(driver, name)
    assert callable(member) == (name in METHODS)


@pytest.mark.parametrize("driver", drivers(), ids=lambda driver: type(driver).__name__)
@pytest.mark.parametrize("name", sorted(METHODS))
def test_driver_takes_what_it_is_given(driver: TransactionalDriver, name: str) -> None:
    """A call as the Protocol has it, with every argument, fits the driver's signature."""
    wanted: Callable[..., Any] = getattr(TransactionalDriver, name)
    parameters = list(inspect.signature(wanted).parameters.values())[1:]
    positional = [p for p in parameters if p.kind is p.POSITIONAL_ONLY]
    by_name = {p.name: None for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD}
    bound = inspect.signature(getattr(driver, name)).bind(*positional, **by_name)
    assert len(bound.args) + len(bound.kwargs) == len(parameters)


@pytest.mark.parametrize(
    ("protocol", "kinds"),
    [
        (CommitState, (FrrCommitState, MemoryCommit)),
        (LineChange, (FrrLineChange, MemoryChange)),
        (Comparison, (Against, MemoryComparison)),
        (DeviceFault, (LinuxFault, MemoryFault)),
    ],
)
def test_what_crosses_the_contract_has_its_fields(protocol: type, kinds: tuple[type, ...]) -> None:
    for kind in kinds:
        has = {*dir(kind), *getattr(kind, "__annotations__", {})}
        assert members(protocol).keys() <= has


def test_stages_of_a_commit_have_the_same_words() -> None:
    assert [str(stage) for stage in napalm_frr.CommitStage] == [str(s) for s in CommitStage]


def test_memory_commits_are_undone_confirmed_and_never_used_twice() -> None:
    device = MemoryDevice("a\n")
    driver = MemoryDriver(device, "r1")

    def commit(change_id: str, text: str) -> None:
        driver.load_replace_candidate(config=text)
        driver.commit_as(change_id)
        driver.commit_config(revert_in=60)

    commit("one", "b\n")
    assert (device.running, driver.commit_state("one").state) == ("b\n", CommitStage.PENDING)
    assert driver.roll_back_change("one").state is CommitStage.UNDONE
    assert device.running == "a\n"
    with pytest.raises(CommitError, match="already"):
        commit("one", "b\n")
    commit("two", "b\n")
    driver.confirm_change("two")
    driver.confirm_change("two")
    assert driver.roll_back_change("two").state is CommitStage.CONFIRMED
    assert device.running == "b\n"


def test_memory_timer_fires() -> None:
    device = MemoryDevice("a\n")
    driver = MemoryDriver(device, "r1")
    driver.load_replace_candidate(config="b\n")
    driver.commit_as("one")
    driver.commit_config(revert_in=60)
    device.commits["one"].until = 0.0
    assert driver.commit_state("one").state is CommitStage.UNDONE
    assert device.running == "a\n"


def test_memory_comparison_restores_what_is_chosen() -> None:
    running, wanted = "vrf a\n rd 1:1\n rd 9:9\nlog x\n", "vrf a\n rd 1:1\n rt 2:2\n"
    driver = MemoryDriver(MemoryDevice(running), "r1")
    found = driver.read_against(lambda: wanted)
    assert {(c.path, c.line, c.sign) for c in found.changes} == {
        (("vrf a",), "rd 9:9", "-"),
        (("vrf a",), "rt 2:2", "+"),
        ((), "log x", "-"),
    }
    assert driver.text_with(wanted, found.changes) == wanted
    some = [change for change in found.changes if change.sign == "+"]
    restored = driver.text_with(wanted, some)
    assert set(restored.splitlines()) == {"vrf a", " rd 1:1", " rd 9:9", " rt 2:2", "log x"}
    again = driver.read_against(lambda: wanted, seen=found.seen)
    assert (again.text, again.changes, again.seen) == ("", (), found.seen)
