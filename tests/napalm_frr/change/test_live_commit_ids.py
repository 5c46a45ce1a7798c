"""Commits by the ids their controller chose: their life as the router tells it.

All of it is asked through the driver. The tests at the end break something on the router itself,
from outside SSH (``r1``).
"""

from __future__ import annotations

import contextlib
import getpass
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from napalm.base.exceptions import CommitError

from napalm_frr import CommitStage, CommitState, FRRDriver
from napalm_frr.change.commit import Committer
from napalm_frr.errors import (
    CommitNotPending,
    CommitPending,
    CommitUndone,
)

if TYPE_CHECKING:
    from tests.napalm_frr.beside import Beside
    from tests.napalm_frr.conftest import TwoRouters

STATIC = "ip route 10.77.0.0/16 Null0\n"
OTHER = "ip route 10.78.0.0/16 Null0\n"


ALL_THREE = (
    "# This file describes the network interfaces\nauto i-x\niface i-x\n    vrf-table 1001\n"
    f"# ports.conf --\nhostname renamed\n{STATIC}"
)
"""Changes every file that the router starts with."""


def new_id(name: str) -> str:
    return f"{name}.{time.monotonic_ns()}"


def commit(router: FRRDriver, change: str, text: str, revert_in: int | None = 120) -> None:
    router.commit_as(change)
    router.load_merge_candidate(config=text)
    router.commit_config(revert_in=revert_in)


def runs(router: FRRDriver, text: str) -> bool:
    return text.strip() in router.running_text()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "a\n", "ä", "x" * 65, "$(id)"])
def test_what_is_no_id_never_reaches_the_router(two_routers: TwoRouters, name: str) -> None:
    driver = two_routers.driver("r1")  # not open: a call would fail otherwise
    for ask in (
        driver.commit_as,
        driver.commit_state,
        driver.confirm_change,
        driver.roll_back_change,
        lambda change: driver.extend_commit(change, 60),
    ):
        with pytest.raises(ValueError, match="is no commit id"):
            ask(name)
    with pytest.raises(ValueError, match="at least 1 s"):
        driver.extend_commit("fine", 0)


def test_life_of_a_commit_that_is_confirmed(router: FRRDriver) -> None:
    assert router.commit_state("never") == CommitState("never", CommitStage.NONE, 0, "", "")
    for ask in (router.confirm_change, lambda change: router.extend_commit(change, 60)):
        with pytest.raises(CommitNotPending, match="never began commit never"):
            ask("never")

    change = new_id("confirmed")
    commit(router, change, STATIC, revert_in=60)
    state = router.commit_state(change)
    assert (state.id, state.state, state.reason) == (change, "pending", "")
    assert 30 < state.seconds_left <= 60
    assert state.owner.startswith(f"{getpass.getuser()}@")

    assert 150 < router.extend_commit(change, 200).seconds_left <= 200
    assert 150 < router.commit_state(change).seconds_left <= 200
    assert router.extend_commit(change, 90).seconds_left <= 90, "a timer can be shortened, too"

    router.confirm_change(change)
    router.confirm_change(change)  # the answer to the first may have been lost
    state = router.commit_state(change)
    assert (state.state, state.seconds_left) == (CommitStage.CONFIRMED, 0)
    with pytest.raises(CommitNotPending, match=f"not extended: commit {change} is confirmed"):
        router.extend_commit(change, 60)
    assert router.roll_back_change(change).state is CommitStage.CONFIRMED
    assert runs(router, STATIC)
    assert not router.has_pending_commit()

    router.rollback()  # without an id the last confirmed commit is what it undoes
    assert not runs(router, STATIC)
    assert router.commit_state(change).state is CommitStage.UNDONE


def test_what_is_asked_of_one_commit_never_touches_another(router: FRRDriver) -> None:
    first, second = new_id("first"), new_id("second")
    commit(router, first, "hostname r1\n", revert_in=None)  # changes nothing, but has an id
    assert router.commit_state(first).state is CommitStage.CONFIRMED
    commit(router, second, OTHER)
    with pytest.raises(CommitPending, match=f"commit {second} of .* is pending"):
        commit(router, second, STATIC)

    assert router.roll_back_change(first).state is CommitStage.CONFIRMED
    assert router.roll_back_change("never").state is CommitStage.NONE
    router.confirm_change(first)
    with pytest.raises(CommitNotPending):
        router.extend_commit(first, 2000)
    state = router.commit_state(second)
    assert state.state is CommitStage.PENDING
    assert state.seconds_left <= 120
    assert runs(router, OTHER)

    undone = router.roll_back_change(second)
    assert (undone.state, undone.reason) == (CommitStage.UNDONE, "rolled back")
    assert router.roll_back_change(second) == router.commit_state(second) == undone
    assert router.commit_state(first).state is CommitStage.CONFIRMED
    with pytest.raises(CommitNotPending, match=rf"commit {second} is undone \(rolled back\)"):
        router.confirm_change(second)
    with pytest.raises(CommitError, match=f"there was a commit {second} already, it is undone"):
        commit(router, second, STATIC)
    assert not runs(router, STATIC)
    assert not runs(router, OTHER)


def test_a_commit_that_fails_tells_no_secret(router: FRRDriver) -> None:
    change = new_id("fails")
    with pytest.raises(CommitUndone) as caught:
        commit(
            router,
            change,
            "router bgp 65000\n bgp router-id 10.255.0.1\n neighbor 10.9.9.9 remote-as 65001\n"
            " neighbor 10.9.9.9 password hunter2\nexit\n"
            "router bgp 65000 vrf i-x\n bgp router-id 10.255.0.1\n address-family ipv4 unicast\n"
            "  rd vpn export 1.1.1.1:70000:9\n exit-address-family\nexit\n",
        )
    state = router.commit_state(change)
    assert state.state is CommitStage.UNDONE
    assert "hunter2" not in f"{caught.value} {state}"
    assert "hunter2" not in router.running_text()


def test_extending_at_the_very_end_prolongs_it_or_it_goes_back(router: FRRDriver) -> None:
    change = new_id("end")
    commit(router, change, STATIC, revert_in=1)
    for wait in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 3.0):  # a timer of 1 s fires within 1.4 s
        time.sleep(wait)
        try:
            assert router.extend_commit(change, 1).state is CommitStage.PENDING
        except CommitNotPending as late:
            assert f"not extended: commit {change} is undo" in str(late)  # undoing yet, or undone
            break
    else:
        pytest.fail("it outlived its timer of 1 s by 2 s")
    until = time.monotonic() + 60
    while (state := router.commit_state(change)).state is CommitStage.UNDOING:
        assert time.monotonic() < until, "it goes back without end"
        time.sleep(0.1)
    assert state.state is CommitStage.UNDONE
    assert "nobody confirmed in time" in state.reason
    assert not runs(router, STATIC)


def kill_when_stalled(r1: Beside, change: str, begin: Callable[[], object]) -> None:
    """Begin, wait until the agent stands still, and kill it; errors of ``begin`` are its own."""

    def quietly() -> None:
        with contextlib.suppress(CommitError):
            begin()

    thread = threading.Thread(target=quietly)
    thread.start()
    r1.wait_stalled(change)
    r1.kill_commit(change)
    thread.join()


def test_taken_back_before_it_began_it_never_begins(router: FRRDriver) -> None:
    """A dead controller's commit may still be on its way when somebody recovers."""
    change = new_id("late")
    state = router.roll_back_change(change)
    assert (state.state, state.reason) == (CommitStage.UNDONE, "it was taken back before it began")
    before = router.running_text()
    with pytest.raises(CommitError, match=change):
        commit(router, change, STATIC)
    assert router.running_text() == before
    # another one may
    commit(router, new_id("next"), STATIC)


def test_killed_in_any_state_it_is_an_orphan_that_can_be_taken_back(
    router: FRRDriver, r1: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = router.running_text(), r1.startup()

    def is_orphan_then_undone(change: str) -> None:
        assert router.commit_state(change).state is CommitStage.ORPHAN
        for ask in (router.confirm_change, lambda change: router.extend_commit(change, 60)):
            with pytest.raises(CommitNotPending, match=f"commit {change} is orphan"):
                ask(change)
        assert router.roll_back_change(f"never-{change}").state is CommitStage.UNDONE
        assert router.commit_state(change).state is CommitStage.ORPHAN
        assert router.roll_back_change(change).state is CommitStage.UNDONE
        assert (router.running_text(), r1.startup()) == before
        assert r1.leftovers() == ""

    change = new_id("applying")
    with r1.stalled("provide"):
        kill_when_stalled(r1, change, lambda: commit(router, change, STATIC))
    is_orphan_then_undone(change)

    change = new_id("applied")
    with monkeypatch.context() as patch:

        def dies(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(Committer, "_check_read_back", dies)
        with pytest.raises(KeyboardInterrupt):
            commit(router, change, STATIC)
    assert router.commit_state(change).state is CommitStage.APPLIED
    r1.kill_commit(change)
    is_orphan_then_undone(change)

    change = new_id("pending")
    commit(router, change, STATIC)
    r1.kill_commit(change)
    assert router.commit_state(change).state is CommitStage.ORPHAN
    with r1.stalled("undo"):
        kill_when_stalled(r1, change, lambda: router.roll_back_change(change))
    is_orphan_then_undone(change)


def test_what_is_cut_off_between_the_start_up_files_is_completed(
    router: FRRDriver, r1: Beside
) -> None:
    before = router.running_text(), r1.startup()
    change = new_id("torn")
    with r1.frr_conf_mounted():
        with r1.stalled("permanent"):
            commit(router, change, ALL_THREE)
            kill_when_stalled(r1, change, lambda: router.confirm_change(change))
        torn = r1.startup()
        assert "i-x" in torn
        assert "renamed" not in torn

        state = router.commit_state(change)
        assert state.state is CommitStage.CONFIRMED
        assert "was cut off: it was completed" in state.reason
        startup = r1.startup()
        assert startup.count("renamed") == 2, "its name is in /etc/hostname and in FRR's text"
        assert STATIC in startup
        assert r1.leftovers() == ""
        router.confirm_change(change)
    assert r1.startup() == startup

    # and now its undoing, cut off by a restart
    with r1.stalled("linux"):  # the first start-up file is the old one by then
        kill_when_stalled(r1, change, router.rollback)
    torn = r1.startup()
    assert "i-x" not in torn
    assert "renamed" in torn
    assert router.commit_state(change).state is CommitStage.ORPHAN

    r1.restart_since(change)
    state = router.commit_state(change)
    assert state.state is CommitStage.UNDONE
    assert "restarted" in state.reason
    assert (router.running_text(), r1.startup()) == before


def test_a_restart_while_linux_is_changed_leads_back(router: FRRDriver, r1: Beside) -> None:
    before = router.running_text(), r1.startup()
    change = new_id("linux")
    with r1.stalled("linux"):
        kill_when_stalled(r1, change, lambda: commit(router, change, ALL_THREE))
    assert "i-x" in r1.startup()
    r1.restart_since(change)
    assert router.commit_state(change).state is CommitStage.UNDONE
    assert (router.running_text(), r1.startup()) == before
    assert r1.addresses_of("i-x") == ""
