"""One change at a time touches a device, also when its controller is gone."""

import math
import multiprocessing
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from egovnet.playbooks.change.held_lease import held_lease
from egovnet.playbooks.change.recover import finish_change
from egovnet.playbooks.core.interrupts import Interrupts
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal import device_locks, locks
from egovnet.playbooks.journal.errors import DevicesLockedError, LockLostError
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, FAILED, UNDONE, Configuration

# PostgreSQL locks rows where SQLite locks the file.
pytestmark = pytest.mark.usefixtures("journal_url")


def texts(*names: str) -> dict[str, Configuration]:
    return {name: Configuration(name, "old\n", "new\n", "", None) for name in names}


def begin(journal: Journal, *names: str) -> int:
    return journal.begin("apply", "h", "s", texts(*names))


def test_a_device_in_a_change_is_held_until_its_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "net")
    one = begin(journal, "pe1", "pe2")
    with pytest.raises(DevicesLockedError) as caught:
        begin(Journal(tmp_path, "net"), "pe2", "pe3")
    assert list(caught.value.locks) == ["pe2"]
    assert f"pe2 by change {one}" in str(caught.value)
    assert "--wait" in str(caught.value)
    # All or none: pe3 is free, and the refused change was never written.
    assert [change.id for change in journal.changes()] == [one]
    two = begin(journal, "pe3")
    journal.close(one, UNDONE)
    assert {lock.device for lock in journal.locks()} == {"pe3"}
    journal.close(two, DONE)
    assert journal.locks() == []
    assert begin(journal, "pe1", "pe2", "pe3")


def test_networks_do_not_lock_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_JOURNAL", f"sqlite:///{tmp_path / 'shared.db'}")
    assert begin(Journal(tmp_path, "one"), "pe1") != begin(Journal(tmp_path, "two"), "pe1")


def test_a_failed_change_keeps_its_devices_for_recover(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "net")
    one = begin(journal, "pe1", "pe2")
    journal.close(one, FAILED, left=["pe2"])
    with pytest.raises(DevicesLockedError, match="run: egovnet recover"):
        begin(journal, "pe1")
    journal.take_over(one)
    journal.close(one, DONE)
    assert begin(journal, "pe1", "pe2")


def test_a_lease_that_ran_out_still_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_locks, "LEASE_SECONDS", -1.0)
    journal = Journal(tmp_path, "net")
    one = begin(journal, "pe1")
    with pytest.raises(DevicesLockedError, match="whose controller is gone"):
        begin(journal, "pe1")
    monkeypatch.undo()
    # Its controller was only slow: nobody took over, and it holds on.
    journal.renew(one)
    assert not journal.locks()[0].stale


def test_whoever_lost_its_locks_writes_no_intention_and_no_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_locks, "LEASE_SECONDS", -1.0)
    slow = Journal(tmp_path, "net")
    one = begin(slow, "pe1")
    monkeypatch.undo()
    other = Journal(tmp_path, "net")
    other.take_over(one)
    before = other.head()
    for act in (
        lambda: slow.renew(one),
        lambda: slow.steps_begin(one, "confirm", ["pe1"]),
        lambda: slow.decide(one, "forward", "why", ["pe1"]),
    ):
        with pytest.raises(LockLostError, match="taken over"):
            act()
    assert other.head() == before


def test_nobody_takes_over_from_the_living(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "net")
    one = begin(journal, "pe1")
    with pytest.raises(DevicesLockedError, match="lease until"):
        Journal(tmp_path, "net").take_over(one)


def _begin_and_wait(directory: Path) -> None:
    begin(Journal(directory, "net"), "pe1")
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_controller_on_this_host_is_known_to_be_dead(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_begin_and_wait, args=(tmp_path,))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    journal = Journal(tmp_path, "net")
    (lock,) = journal.locks()
    assert lock.expires > time.time() + 10
    assert lock.stale
    journal.take_over(lock.change)
    assert not journal.locks()[0].stale


HERE, PROCESS = locks.this_host(), locks.this_process(os.getpid())
ELSEWHERE = "another-host/12345678"
#: Whose lease it is, its end and the clock that it is compared with, local; whether it is stale.
JUMPS = {
    "in time": ((HERE, PROCESS), (1060.0, 1000.0), True, False),
    "the clock was set back, its process lives": ((HERE, PROCESS), (9000.0, 1000.0), True, False),
    "the clock was set back, its process is dead": ((HERE, "1/0"), (9000.0, 1000.0), True, True),
    "the clock was set back, it is elsewhere": ((ELSEWHERE, "1/0"), (9000.0, 1000.0), False, True),
    "another server's clock, a little behind": ((ELSEWHERE, "1/0"), (1063.0, 1000.0), False, False),
    "before a restart of this host": ((ELSEWHERE, "1/0"), (1060.0, 1000.0), True, True),
    "on a host that does not say its boot": (("pe/?", "1/0"), (1060.0, 1000.0), True, False),
    "a made-up one": ((ELSEWHERE, "1/0"), (9e99, 1000.0), False, True),
    "no number": ((ELSEWHERE, "1/0"), (math.inf, 1000.0), False, True),
    "let go": ((HERE, PROCESS), (0.0, 1000.0), True, True),
}


@pytest.mark.parametrize("case", JUMPS)
def test_a_lease_whatever_became_of_the_clock(case: str) -> None:
    (host, process), (expires, now), local, stale = JUMPS[case]
    longest = 2 * device_locks.LEASE_SECONDS
    lock = locks.Lock("pe1", 1, "noc", host, process, expires, now, local, longest)
    assert lock.stale is stale
    assert ("controller is gone" in str(lock)) is stale


@pytest.mark.parametrize("seconds", [-86400.0, -300.0, 300.0, 86400.0])
def test_no_jump_of_the_clock_takes_over_from_the_living(
    seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock jumps while a controller is at work, and somebody recovers at once."""
    workspace = SimpleNamespace(journal=Journal(tmp_path, "net"), interrupts=Interrupts())
    journal = Journal(tmp_path, "net")
    one = begin(journal, "pe1")
    monkeypatch.setattr(device_locks, "LEASE_SECONDS", 6.0)
    journal.renew(one)
    now = time.time
    with held_lease(journal, lambda: one):
        monkeypatch.setattr(device_locks.time, "time", lambda: now() + seconds)
        with pytest.raises(DevicesLockedError):
            finish_change(cast("Workspace", workspace), Silent(), journal.change(one))
        monkeypatch.undo()
    journal.close(one, DONE)


def _race(directory: Path, name: str, many: int) -> None:
    journal = Journal(directory, "net")
    won = 0
    while won < many:
        try:
            change = begin(journal, "pe1", f"own-{name}")
        except DevicesLockedError:
            time.sleep(0.002)
            continue
        journal.step(change, "commit", "pe1", "begin")
        journal.step(change, "commit", "pe1", "done")
        journal.close(change, DONE)
        won += 1


def test_two_controllers_take_turns_without_deadlock(tmp_path: Path) -> None:
    many = 20
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_race, args=(tmp_path, name, many)) for name in ("a", "b")]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    journal = Journal(tmp_path, "net")
    assert len(journal.changes()) == 2 * many
    with journal.engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT change_id, stage, phase FROM steps WHERE stage = 'commit' ORDER BY id"
        ).all()
    # What one did on pe1 never fell between the beginning and the end of the other.
    for begun, done in zip(rows[::2], rows[1::2], strict=True):
        assert (begun[0], begun[2], done[2]) == (done[0], "begin", "done")
    assert journal.faults() == []
