"""The router's disk takes nothing: at every moment of the agent's life, and what became of it.

The real agent on this machine; see `agent_host`. Before one of its some 300 writes its directory,
/run or both become full, read-only or empty. Then every answer comes soon and is true, an error
names the place and the reason, and once the cause is gone the change comes to its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from napalm.base.exceptions import CommandErrorException, CommitError, LockError

from egovnet.tasks.confirm_or_rollback import (
    DeviceChange,
    Direction,
    ForeignTextError,
    NotFinishedError,
    _confirm_or_rollback,
)
from napalm_frr import CommitStage, FRRDriver
from napalm_frr.change.agent import STATE_DIRECTORY
from napalm_frr.errors import DeviceStorageError
from tests.hypothesis_profiles import examples
from tests.napalm_frr.change.agent_host import CAUSES, CHANGED, DAY0, PLACES, AgentHost

CHANGE = DeviceChange("one", DAY0, CHANGED)
ANOTHER = CHANGED.replace("10.71", "10.72")
#: More than the agent writes in the life of a change.
MOMENTS = 340
#: Seconds; a router that is well answers in a tenth of one.
SOON = 10.0
NAMED = ("No space left", "Read-only", "gone", "too little room", "no end", "not all", "No such")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentHost]:
    host = AgentHost(tmp_path_factory.mktemp("agent") / "host")
    yield host
    host.close()


@pytest.fixture(scope="module")
def driver(host: AgentHost) -> FRRDriver:
    return host.driver()


def commit(driver: FRRDriver, change: str = "one", text: str = CHANGED) -> None:
    driver.load_replace_candidate(config=text)
    driver.commit_as(change)
    driver.commit_config(revert_in=60)


def life(driver: FRRDriver) -> None:
    """All that a controller does with a router in a change."""
    commit(driver)
    driver.extend_commit("one", 100)
    driver.confirm_change("one")


def soon(do: Callable[[], object]) -> Exception | None:
    """What it raised; it does not take long."""
    begin = time.monotonic()
    try:
        do()
    except (CommandErrorException, CommitError, LockError, NotFinishedError) as error:
        return error
    finally:
        assert time.monotonic() - begin < SOON
    return None


def another_works(host: AgentHost, driver: FRRDriver) -> None:
    commit(driver, "two", ANOTHER)
    driver.confirm_change("two")
    assert not driver.diff_to(ANOTHER)
    assert host.processes() == 0


@examples(16)
@given(
    moment=st.integers(1, MOMENTS),
    cause=st.sampled_from(sorted(CAUSES)),
    place=st.sampled_from(sorted(set(PLACES) - {"etc"})),
)
def test_a_place_that_takes_nothing(
    host: AgentHost, driver: FRRDriver, moment: int, cause: str, place: str
) -> None:
    host.reset()
    before = host.runs(), host.startup()
    with host.cause_at(moment, cause, place):
        error = soon(lambda: life(driver))
        if error is not None:
            # who takes away files of a change takes what there is to say of it, too
            lost = cause == "emptied"
            assert lost or any(word in str(error) for word in NAMED), error
            back = soon(lambda: _confirm_or_rollback(driver, CHANGE, Direction.BACK, 5))
            assert back is None or lost or any(word in str(back) for word in NAMED), back
    if error is None:
        assert not driver.diff_to(CHANGED)
    else:
        gone = soon(lambda: _confirm_or_rollback(driver, CHANGE, Direction.BACK, 5))
        if isinstance(gone, ForeignTextError):
            assert (cause, place) == ("emptied", "both"), "what Linux was given is lost"
            return
        assert gone is None, gone
        assert (host.runs(), host.startup()) == before
    another_works(host, driver)


def test_full_before_a_change_begins(host: AgentHost, driver: FRRDriver) -> None:
    host.reset()
    before = host.runs(), host.startup()
    driver.load_replace_candidate(config=CHANGED)
    with host.cause_at(1, "full", "disk"):
        driver.commit_as("one")
        with pytest.raises(DeviceStorageError) as caught:
            driver.commit_config(revert_in=60)
        assert "r1: /var/lib/egovnet takes no data: No space left on device (free: 0 kB" in str(
            caught.value
        )
        assert (host.runs(), host.startup()) == before
        assert host.sh("ls /var/lib/egovnet/changes") == ""
        # it can be barred all the same, so that the controller is done with this router
        assert driver.roll_back_change("one").state is CommitStage.UNDONE
    assert driver.commit_state("one").state is CommitStage.UNDONE
    assert host.sh("cat /var/lib/egovnet/changes/one/state") == "undone\n"
    another_works(host, driver)


def test_a_place_is_kept_for_what_a_change_writes(host: AgentHost, driver: FRRDriver) -> None:
    host.reset()
    driver.load_replace_candidate(config=CHANGED)
    free = int(host.sh("df --output=avail -k /var/lib/egovnet | tail -n 1"))
    host.sh(f"head -c {free - 150}k /dev/zero >/var/lib/egovnet/filler")
    with pytest.raises(DeviceStorageError, match=r"free: \d+ kB.*a change of this router needs"):
        driver.commit_config(revert_in=60)
    host.sh("rm /var/lib/egovnet/filler")
    commit(driver)
    host.sh("head -c 9m /dev/zero >/var/lib/egovnet/filler || :")
    assert driver.extend_commit("one", 100).seconds_left > 90
    driver.confirm_change("one")
    assert "i-x" in host.startup()
    host.sh("rm /var/lib/egovnet/filler")
    another_works(host, driver)


def test_full_for_ever_while_a_change_is_pending(host: AgentHost, driver: FRRDriver) -> None:
    host.reset()
    before = host.runs(), host.startup()
    commit(driver)
    # others take the place that was kept, too
    host.sh(
        "rm /var/lib/egovnet/changes/one/reserve; head -c 9m /dev/zero >/var/lib/egovnet/fill || :"
    )
    assert driver.extend_commit("one", 100).seconds_left > 90, "that needs no disk"
    with pytest.raises(CommitError, match=r"undone .*/var/lib/egovnet.*No space left"):
        driver.confirm_change("one")
    assert (host.runs(), host.startup()) == before
    assert driver.commit_state("one").state is CommitStage.UNDONE
    host.sh("rm /var/lib/egovnet/fill")
    another_works(host, driver)


@pytest.mark.parametrize("place", ["/etc/network", "/etc/frr"])
def test_start_up_files_that_cannot_be_written(
    host: AgentHost, driver: FRRDriver, place: str
) -> None:
    host.reset()
    before = host.runs(), host.startup()
    host.sh(f"mount --bind {place} {place}; mount -o remount,bind,ro {place}")
    error = soon(lambda: commit(driver))
    host.sh(f"umount {place}")
    assert isinstance(error, DeviceStorageError)
    assert f"{place} takes no data: Read-only file system" in str(error)
    assert (host.runs(), host.startup()) == before
    another_works(host, driver)


def test_going_back_is_tried_again_when_there_is_room(host: AgentHost, driver: FRRDriver) -> None:
    host.reset()
    before = host.runs(), host.startup()
    commit(driver)
    host.sh("cp /etc/network/interfaces /etc/network/saved; echo torn >>/etc/network/interfaces")
    host.sh("mount --bind /etc/network /etc/network; mount -o remount,bind,ro /etc/network")
    with pytest.raises(CommitError, match=r"broken.*/etc/network.*Read-only"):
        driver.roll_back_change("one")
    assert driver.commit_state("one").state is CommitStage.BROKEN
    host.sh("umount /etc/network; rm /etc/network/saved")
    assert _confirm_or_rollback(driver, CHANGE, Direction.BACK, 5) == CommitStage.UNDONE
    assert (host.runs(), host.startup()) == before
    another_works(host, driver)


def test_a_clock_that_was_set_back_hides_no_later_word(host: AgentHost, driver: FRRDriver) -> None:
    """Of the books on disk and in memory those count that were written last."""
    host.reset()
    before = host.runs(), host.startup()
    commit(driver)
    host.sh("touch -d '+1 hour' /var/lib/egovnet/changes/one/* /run/egovnet/*.one/*")
    host.sh(f"mount -o remount,ro {STATE_DIRECTORY}")
    ended = soon(lambda: driver.roll_back_change("one"))
    state = driver.commit_state("one").state
    host.sh(f"mount -o remount,rw {STATE_DIRECTORY}")
    assert (ended, state) == (None, CommitStage.UNDONE)
    assert (host.runs(), host.startup()) == before
    another_works(host, driver)


def test_a_process_that_nobody_was_told_of_ends(host: AgentHost, driver: FRRDriver) -> None:
    """`run-undo` once waited for its file for ever, and held the lock."""
    host.reset()
    commit(driver)
    host.sh("kill -9 $(cut -d' ' -f1 /var/lib/egovnet/changes/one/runner); sleep 0.1")
    assert driver.commit_state("one").state is CommitStage.ORPHAN
    host.sh("sed -i s/HANDED_IN=10/HANDED_IN=1/ /var/lib/egovnet/agent-*.sh")
    host.run("setsid sh /var/lib/egovnet/agent-*.sh run-undo one >/dev/null 2>&1 &")
    assert host.processes() == 0, "it waits for a second, not for ever"
    assert "nobody was told of process" in host.sh("cat /var/lib/egovnet/log")
    assert driver.roll_back_change("one").state is CommitStage.UNDONE
    another_works(host, driver)


@pytest.mark.parametrize("verb", ["confirm", "extend", "roll back"])
def test_a_request_that_is_taken_away_is_made_again(
    host: AgentHost, driver: FRRDriver, verb: str
) -> None:
    """Who asked once took it for received, and waited for the router's own timer."""
    host.reset()
    commit(driver)
    do: Callable[[], object] = {
        "confirm": lambda: driver.confirm_change("one"),
        "extend": lambda: driver.extend_commit("one", 500),
        "roll back": lambda: driver.roll_back_change("one"),
    }[verb]
    runner = "$(cut -d' ' -f1 /var/lib/egovnet/changes/one/runner)"
    host.sh(f"kill -STOP {runner}")
    with ThreadPoolExecutor(1) as aside:
        asked = aside.submit(soon, do)
        host.sh("until [ -f /run/egovnet/*.one/request ]; do sleep 0.02; done")
        host.sh(f"rm /run/egovnet/*.one/request; kill -CONT {runner}")
        assert asked.result() is None
    state = driver.commit_state("one")
    if verb == "extend":
        assert (state.state, state.seconds_left > 400) == (CommitStage.PENDING, True)
        driver.confirm_change("one")
    assert ("i-x" in host.startup()) is (verb != "roll back")
    another_works(host, driver)


@examples(10)
@given(
    name=st.sampled_from(
        ("state", "runner", "preparer", "boot", "reason", "deadline", "request", "waiter")
    ),
    text=st.sampled_from(("", "pen", "\n", "1 2 3 4 5", "x" * 5000)),
    killed=st.booleans(),
)
def test_a_file_of_the_agent_that_was_half_written(
    host: AgentHost, driver: FRRDriver, name: str, text: str, killed: bool
) -> None:
    host.reset()
    before = host.runs(), host.startup()
    commit(driver)
    if killed:
        host.sh("kill -9 $(cut -d' ' -f1 /var/lib/egovnet/changes/one/runner)")
    host.sh("cat >/mnt/text", text)
    host.sh(
        "for d in /var/lib/egovnet/changes/one /run/egovnet/*.one; do"
        f" [ ! -e $d/{name} ] && [ {name} != request ] || cat /mnt/text >$d/{name}; done"
    )
    assert soon(lambda: driver.commit_state("one")) is None
    finished = time.monotonic() + SOON
    while back := soon(lambda: _confirm_or_rollback(driver, CHANGE, Direction.BACK, 8)):
        # its process looks into its books each 5 s
        assert isinstance(back, LockError), back
        assert time.monotonic() < finished, back
        time.sleep(0.2)
    assert (host.runs(), host.startup()) == before
    another_works(host, driver)
