"""Each fault as the driver meets it, and scripts of faults as data."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from napalm.base.exceptions import (
    CommandErrorException,
    CommandTimeoutException,
    ConnectAuthError,
    ConnectionClosedException,
    ConnectionException,
    ConnectTimeoutError,
    LockError,
)

from egovnet.lab.emulated import faults
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.lab.emulated.spec import Durations
from napalm_frr import CommitStage
from napalm_frr.change.agent import Answer
from napalm_frr.errors import (
    CommitUndone,
    DaemonDeadError,
    DeviceStorageError,
    RouterNotRestored,
    SessionLostInCommit,
)
from tests.lab.emulated.conftest import STATIC, TEXTS, Open

INTERFACES = (
    "# This file describes the network interfaces\nauto i-x\niface i-x\n    vrf-table 1001\n"
    f"# ports.conf --\nhostname renamed\n{STATIC}"
)
"""Changes every file that the router starts with."""


def is_day0(routers: EmulatedRouters) -> bool:
    found = routers.snapshots(["r1"])["r1"]
    return (found.running, found.startup) == (TEXTS["r1"], TEXTS["r1"])


@pytest.mark.parametrize("how", ["refused", "closed"])
def test_connections_are_refused(routers: EmulatedRouters, login: Open, how: str) -> None:
    routers.set_faults({"r1": [faults.RefuseConnections(how=how, count=0)]})  # type: ignore[arg-type]
    begin = time.monotonic()
    with pytest.raises(ConnectionException):
        login("r1")
    assert time.monotonic() - begin < 10
    login("r2")
    routers.set_faults({"r1": []})
    assert login("r1").running_text() == TEXTS["r1"]


def test_the_login_is_refused_once(routers: EmulatedRouters, login: Open) -> None:
    routers.set_faults({"r1": [faults.RefuseLogin()]})
    with pytest.raises(ConnectAuthError):
        login("r1")
    login("r1")


@pytest.mark.parametrize("at", ["connect", "login"])
def test_it_hangs_before_there_is_a_session(routers: EmulatedRouters, login: Open, at: str) -> None:
    routers.set_faults({"r1": [faults.Hang(at=at)]})  # type: ignore[arg-type]
    with pytest.raises((ConnectTimeoutError, ConnectAuthError, ConnectionException)):
        login("r1", timeout=2)
    login("r1", timeout=2)


def test_its_shell_hangs(routers: EmulatedRouters, login: Open) -> None:
    routers.set_faults({"r1": [faults.Hang(at="prompt")]})
    driver = login("r1", timeout=2)
    assert driver.run_script("echo beside it") == "beside it\n"
    with pytest.raises(ConnectTimeoutError, match="no prompt after 2 s"):
        _ = driver.device
    assert login("r1", timeout=2).device.find_prompt().endswith("#")


def test_it_hangs_at_the_second_reading(routers: EmulatedRouters, login: Open) -> None:
    driver = login("r1", timeout=1)
    routers.set_faults({"r1": [faults.Hang(at="read", nth=2)]})
    driver.running_text()
    with pytest.raises(CommandTimeoutException, match="no end after 1 s"):
        driver.running_text()
    driver.running_text()


def test_a_router_that_says_nothing_of_its_interfaces_is_not_taken_for_well(
    login: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = login("r1")
    call = driver._agent.call

    def silent(*arguments: Any, **named: Any) -> Answer:  # noqa: ANN401  # as they come
        answer = call(*arguments, **named)
        return replace(answer, texts=answer.texts | {"linux": ""})

    monkeypatch.setattr(driver._agent, "call", silent)
    for ask in (driver.running_text, lambda: driver.read_against(lambda: TEXTS["r1"])):
        with pytest.raises(CommandErrorException, match="cannot read its interfaces"):
            ask()


def test_a_slow_verb_takes_its_seconds_twice(routers: EmulatedRouters, login: Open) -> None:
    driver = login()
    routers.set_faults({"r1": [faults.Slow(verb="read", seconds=1.0, count=2)]})
    took = []
    for _ in range(3):
        begin = time.monotonic()
        driver.running_text()
        took.append(time.monotonic() - begin)
    assert took[0] >= 1.0
    assert took[1] >= 1.0
    assert took[2] < 1.0


def test_the_session_drops_before_a_verb_takes_effect(
    routers: EmulatedRouters, login: Open
) -> None:
    driver = login()
    driver.load_merge_candidate(config=STATIC)
    routers.set_faults({"r1": [faults.DropSession(verb="commit", when="before")]})
    with pytest.raises(SessionLostInCommit):
        driver.commit_config(revert_in=60)
    assert is_day0(routers)
    assert routers.snapshots(["r1"])["r1"].commits == {}


def test_the_session_drops_after_the_router_accepted(routers: EmulatedRouters, login: Open) -> None:
    driver = login()
    driver.commit_as("c1")
    driver.load_merge_candidate(config=STATIC)
    routers.set_faults({"r1": [faults.DropSession(verb="accept", when="after")]})
    with pytest.raises(SessionLostInCommit):
        driver.commit_config(revert_in=60)
    again = login()
    assert again.commit_state("c1").state is CommitStage.PENDING
    again.confirm_change("c1")
    assert STATIC in routers.snapshots(["r1"])["r1"].startup


@pytest.mark.parametrize("at", ["applying", "linux", "provide", "applied", "pending"])
def test_a_restart_before_the_confirmation_comes_back_as_before(
    routers: EmulatedRouters, login: Open, at: str
) -> None:
    driver = login()
    driver.commit_as("c1")
    driver.load_merge_candidate(config=INTERFACES)
    boot = routers.snapshots(["r1"])["r1"].boot_id
    routers.set_faults({"r1": [faults.Reboot(at=at, after=0.2 * (at == "pending"))]})  # type: ignore[arg-type]
    if at == "pending":
        driver.commit_config(revert_in=60)
        time.sleep(0.4)
    else:
        with pytest.raises(SessionLostInCommit):
            driver.commit_config(revert_in=60)
    assert routers.snapshots(["r1"])["r1"].boot_id != boot
    again = login()
    assert again.commit_state("c1").state is CommitStage.UNDONE
    assert is_day0(routers)


def test_a_restart_between_the_start_up_files_is_made_whole(
    routers: EmulatedRouters, login: Open
) -> None:
    driver = login()
    driver.commit_as("c1")
    driver.load_merge_candidate(config=INTERFACES)
    driver.commit_config(revert_in=60)
    routers.set_faults({"r1": [faults.Reboot(at="permanent", down=0.3)]})
    with pytest.raises(ConnectionClosedException):
        driver.confirm_change("c1")
    torn = routers.snapshots(["r1"])["r1"]
    assert "i-x" in torn.startup
    assert "renamed" not in torn.startup
    with pytest.raises(ConnectionException):
        login()  # it is still down
    time.sleep(0.4)
    again = login()
    assert again.commit_state("c1").state is CommitStage.CONFIRMED
    whole = routers.snapshots(["r1"])["r1"]
    assert whole.running == whole.startup
    assert whole.startup.startswith("renamed\n")


def test_anothers_lock(routers: EmulatedRouters, login: Open) -> None:
    driver = login()
    routers.set_faults({"r1": [faults.KeepLock(owner="night@shift:7")]})
    driver.load_merge_candidate(config=STATIC)
    with pytest.raises(LockError, match="night@shift:7"):
        driver.commit_config()
    driver.commit_config()
    assert STATIC in routers.running(["r1"])["r1"]


@pytest.mark.parametrize("verb", ["commit", "accept", "confirm"])
def test_it_lies_about_success(routers: EmulatedRouters, login: Open, verb: str) -> None:
    driver = login()
    driver.commit_as("c1")
    routers.set_faults({"r1": [faults.Lie(verb=verb)]})  # type: ignore[arg-type]
    driver.load_merge_candidate(config=STATIC)
    driver.commit_config(revert_in=60)
    driver.confirm_change("c1")
    assert driver.commit_state("c1").state is CommitStage.CONFIRMED
    assert is_day0(routers), "and yet"


def test_a_line_is_refused_that_the_check_lets_pass(routers: EmulatedRouters, login: Open) -> None:
    driver = login()
    routers.set_faults({"r1": [faults.RefuseLine(pattern=r"10\.77\.", reason="% No room")]})
    driver.load_merge_candidate(config=STATIC)
    with pytest.raises(CommitUndone, match=r"'ip route 10\.77\.0\.0/16 Null0'.*No room"):
        driver.commit_config()
    assert is_day0(routers)


def test_going_back_fails(routers: EmulatedRouters, login: Open) -> None:
    driver = login()
    driver.commit_as("c1")
    driver.load_merge_candidate(config=STATIC)
    driver.commit_config(revert_in=60)
    routers.set_faults({"r1": [faults.BrokenUndo(trouble="the disk is full")]})
    with pytest.raises(RouterNotRestored, match="the disk is full"):
        driver.roll_back_change("c1")
    assert driver.commit_state("c1").state is CommitStage.BROKEN
    assert STATIC in routers.running(["r1"])["r1"]
    # what kept it from going back is over
    assert driver.roll_back_change("c1").state is CommitStage.UNDONE
    assert is_day0(routers)


def test_a_commit_that_did_not_go_back_may_do_so_later(
    routers: EmulatedRouters, login: Open
) -> None:
    driver = login()
    driver.commit_as("c1")
    refused = faults.RefuseLine(pattern=r"10\.77\.", reason="% No room")
    routers.set_faults({"r1": [refused, faults.BrokenUndo(trouble="no memory")]})
    driver.load_merge_candidate(config=STATIC)
    with pytest.raises(RouterNotRestored, match="THE ROUTER DID NOT GO BACK: no memory") as caught:
        driver.commit_config(revert_in=60)
    assert driver.roll_back_change("c1").state is CommitStage.UNDONE
    assert is_day0(routers)
    # what is told of the commit afterwards is still so
    assert "NOT AS IT WAS" not in str(caught.value)


def test_a_full_disk_is_named_and_the_router_untouched(
    routers: EmulatedRouters, login: Open
) -> None:
    driver = login()
    driver.commit_as("c1")
    driver.load_merge_candidate(config=STATIC)
    routers.set_faults({"r1": [faults.NoRoom(verb="commit")]})
    with pytest.raises(DeviceStorageError, match=r"No space left on device \(free: 0 kB"):
        driver.commit_config(revert_in=60)
    assert is_day0(routers)
    driver.commit_config(revert_in=60)
    for verb, ask in (
        ("extend", lambda: driver.extend_commit("c1", 60)),
        ("confirm", lambda: driver.confirm_change("c1")),
    ):
        routers.set_faults({"r1": [faults.NoRoom(verb=verb)]})
        with pytest.raises(DeviceStorageError, match="No space left"):
            ask()
        assert driver.commit_state("c1").state is CommitStage.PENDING
    driver.confirm_change("c1")


BGP = "router bgp 65000\n bgp router-id 10.255.0.1\nexit\n"


def test_a_dead_daemon_is_named_and_no_diff(routers: EmulatedRouters, login: Open) -> None:
    driver = login()
    driver.load_merge_candidate(config=BGP)
    driver.commit_config()
    text = driver.running_text()
    routers.kill_daemon("r1", "bgpd")
    for ask in (
        lambda: driver.load_replace_candidate(config=text),
        lambda: driver.diff_to(text),
        lambda: driver.runs_text(text),
    ):
        with pytest.raises(DaemonDeadError, match="bgpd does not run on it") as caught:
            ask()
        assert "router bgp" not in str(caught.value)
    # what needs no bgpd is compared as ever
    driver.load_replace_candidate(config=TEXTS["r1"])
    assert driver.compare_config() == ""


@pytest.mark.parametrize("when", ["applying", "pending"])
def test_going_back_starts_a_dead_daemon(routers: EmulatedRouters, login: Open, when: str) -> None:
    driver = login()
    driver.load_merge_candidate(config=BGP)
    driver.commit_config()
    before = routers.running(["r1"])["r1"]
    driver.commit_as("c1")
    driver.load_merge_candidate(config=STATIC)
    if when == "applying":
        routers.set_durations(Durations(provide=1.0))

        def kill() -> None:
            while routers.snapshots(["r1"])["r1"].commits.get("c1") != "applying":
                time.sleep(0.02)
            routers.kill_daemon("r1", "bgpd")

        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(CommitUndone, match="bgpd ended while it was applied") as caught:
            driver.commit_config(revert_in=60)
        killer.join()
        assert "was started again. The router is back as it was" in str(caught.value)
    else:
        driver.commit_config(revert_in=60)
        routers.kill_daemon("r1", "bgpd")
        state = driver.roll_back_change("c1")
        assert state.state is CommitStage.UNDONE
        assert "bgpd had ended while the change was under way" in state.reason
    assert routers.running(["r1"])["r1"] == before


def test_the_timeline_tells_how_long_a_change_was_there(
    routers: EmulatedRouters, login: Open
) -> None:
    driver = login()
    routers.set_durations(Durations(provide=0.2))
    begin = time.monotonic()
    driver.load_merge_candidate(config=STATIC)
    driver.commit_config(revert_in=1)
    deadline = time.monotonic() + 5
    while len(line := routers.timelines(["r1"])["r1"]) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    (_, first), (came, second), (went, third) = line
    assert first == third != second
    assert begin < came < went
    assert 0.9 < went - came < 2.5
    routers.set_durations(Durations())


def test_a_long_way_to_the_router(routers: EmulatedRouters, login: Open) -> None:
    near = login()
    begin = time.monotonic()
    near.running_text()
    took = time.monotonic() - begin
    routers.set_latency(0.5, ["r1"])
    begin = time.monotonic()
    far = login()
    assert time.monotonic() - begin > 1.5, "the setting up of a session takes some round trips"
    begin = time.monotonic()
    far.running_text()
    # a channel, a command and its output: three round trips
    assert 1.5 <= time.monotonic() - begin < took + 2.5
    other = login("r2")
    begin = time.monotonic()
    other.running_text()
    assert time.monotonic() - begin < 1.5


def test_what_is_far_does_not_hold_up_what_is_near(routers: EmulatedRouters, login: Open) -> None:
    routers.set_faults({"r1": [faults.Slow(seconds=2.0)]})
    slow, quick = login("r1"), login("r2")
    thread = threading.Thread(target=slow.running_text)
    thread.start()
    quick.running_text()
    assert thread.is_alive(), "the slow one still waits"
    thread.join()


def test_scripts_are_data_and_back() -> None:
    script = (
        faults.DropSession(verb="accept"),
        faults.Reboot(at="pending", after=0.5, down=1.0, nth=2),
        faults.RefuseLine(pattern="rd "),
        faults.Stall(at="linux", count=0),
    )
    assert faults.from_data(faults.to_data(script)) == script
    text = """
r1:
  - {fault: drop-session, verb: accept}
  - {fault: reboot, at: pending, after: 0.5, down: 1.0, nth: 2}
  - {fault: refuse-line, pattern: "rd "}
  - {fault: stall, at: linux, count: 0}
r2: []
"""
    assert faults.from_yaml(text) == {"r1": script, "r2": ()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("r1: 7", "r1: is not a list of faults"),
        ("- r1", "is not a mapping of routers"),
        ("r1: [{fault: earthquake}]", "there is no fault 'earthquake'.*kinds of faults: refuse-"),
        ("r1: [{fault: hang, at: lunch}]", "at is 'lunch', not one of connect, login, prompt"),
        ("r1: [{fault: slow, seconds: -1}]", "seconds is -1, not a number of seconds"),
        ("r1: [{fault: slow, seconds: 1, nth: 0}]", "nth starts at 1"),
        ("r1: [{fault: slow}]", "seconds"),
        ("r1: [{fault: refuse-line, pattern: '('}]", "entry 1"),
        ("r1: [{fault: refuse-login, verb: read}, 5]", "has no 'verb'.*entry 2: 5 is not a map"),
        ("{", "is not YAML"),
    ],
)
def test_a_script_that_is_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(faults.FaultError, match=said):
        faults.from_yaml(text)
