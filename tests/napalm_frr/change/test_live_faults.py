"""What goes wrong on a live router, real or emulated, and that it is then exactly as before.

What is for real routers only says so.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from napalm.base.exceptions import (
    CommandErrorException,
    CommandTimeoutException,
    CommitError,
    ConnectAuthError,
    ConnectionClosedException,
    ConnectionException,
    ConnectTimeoutError,
    LockError,
    ReplaceConfigException,
)

from napalm_frr import CommitStage, FRRDriver
from napalm_frr.change.installation import INSTALLED
from napalm_frr.errors import (
    AgentMissingError,
    CommitNotPending,
    CommitPending,
    CommitUndone,
    DaemonDeadError,
    DeviceStorageError,
    HostKeyError,
    SessionLostInCommit,
)
from tests.napalm_frr.beside import BesideReal

if TYPE_CHECKING:
    from tests.napalm_frr.beside import Beside
    from tests.napalm_frr.conftest import TwoRouters

HERE = Path(__file__).parent
STATIC = "ip route 10.77.0.0/16 Null0\n"


def named(two_routers: TwoRouters, said: str = "") -> str:
    """A pattern of r1's address, and what is said of it."""
    return re.escape(two_routers.addresses["r1"]) + said


def with_vrf(text: str) -> str:
    """The text with a VRF, a VLAN in it and a BGP instance for it."""
    linux = (
        "auto eth1\niface eth1\n\nauto i-party\niface i-party\n    vrf-table 1001\n\n"
        "auto eth1.101\niface eth1.101\n    address 10.64.0.1/30\n    vrf i-party\n# ports.conf "
        "--\n"
    )
    frr = (
        "router bgp 65000\n bgp router-id 10.255.0.1\n no bgp default ipv4-unicast\nexit\n!\n"
        "router bgp 65000 vrf i-party\n bgp router-id 10.255.0.1\n no bgp default ipv4-unicast\n"
        " neighbor 10.64.0.2 remote-as 65101\n !\n address-family ipv4 unicast\n"
        "  redistribute connected\n  neighbor 10.64.0.2 activate\n  label vpn export auto\n"
        "  rd vpn export 10.255.0.1:101\n  rt vpn both 65000:101\n  export vpn\n  import vpn\n"
        " exit-address-family\nexit\n!\n"
    )
    return text.replace("# ports.conf --\n", "\n" + linux) + frr


def test_router_down(two_routers: TwoRouters) -> None:
    driver = two_routers.driver("r1", port=2999)
    with pytest.raises(ConnectionException, match=named(two_routers)):
        driver.open()


def test_wrong_password_is_named_and_not_told(two_routers: TwoRouters) -> None:
    driver = two_routers.driver(
        "r1", password="hunter2", key_file=None, use_keys=False, allow_agent=False
    )
    with pytest.raises(ConnectAuthError, match=named(two_routers, ".*egovnet")) as caught:
        driver.open()
    assert "hunter2" not in str(caught.value)


def test_wrong_host_key(two_routers: TwoRouters, tmp_path: Path) -> None:
    lines = Path(two_routers.credentials["known-hosts"]).read_text().splitlines()
    swapped = [
        f"{mine.split()[0]} {' '.join(other.split()[1:])}"
        for mine, other in zip(lines, lines[::-1], strict=True)
    ]
    wrong = tmp_path / "known_hosts"
    wrong.write_text("\n".join(swapped) + "\n")
    with pytest.raises(
        HostKeyError, match=named(two_routers, ": its host key is not the pinned one")
    ):
        two_routers.driver("r1", known_hosts=str(wrong)).open()
    wrong.write_text("")
    with pytest.raises(HostKeyError, match="not among the known hosts"):
        two_routers.driver("r1", known_hosts=str(wrong)).open()


def test_a_login_that_shows_no_prompt(two_routers: TwoRouters, r1: Beside) -> None:
    with r1.no_prompt():
        driver = two_routers.driver("r1", timeout=4)
        begin = time.monotonic()
        driver.open()
        with pytest.raises(
            ConnectTimeoutError, match=named(two_routers, ": logged in, but no prompt")
        ):
            _ = driver.device
        assert driver.is_alive() == {"is_alive": False}
        assert time.monotonic() - begin < 15


def test_a_command_that_does_not_end(router: FRRDriver) -> None:
    with pytest.raises(CommandTimeoutException, match="no end after 1 s"):
        router._session.run("sleep 60", timeout=1)
    assert router.run_script("echo still here") == "still here\n"


def test_a_session_that_is_gone(router: FRRDriver, two_routers: TwoRouters, r1: Beside) -> None:
    r1.kill_sessions()
    with pytest.raises(ConnectionClosedException, match=named(two_routers)):
        router.run_script("true")
    assert router.is_alive() == {"is_alive": False}


@pytest.mark.real_only("an emulated router has no files to be altered, and no sudo")
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("mv {agent} {agent}.kept", "is not installed"),
        ("cp -p {agent} {agent}.kept; echo : >>{agent}", "of another version, or was altered"),
        ("cp -p {agent} {agent}.kept; chmod 775 {agent}", "can be changed by others than root"),
        ("cp -p {agent} {agent}.kept; chown egovnet {agent}", "can be changed by others than root"),
        ("cp -p {agent} {agent}.kept; chmod 644 {agent}", "sudo does not run"),
    ],
    ids=["missing", "altered", "writable", "anothers", "no-program"],
)
def test_an_agent_that_is_not_roots_own_is_refused(
    two_routers: TwoRouters, r1: Beside, spoil: str, said: str
) -> None:
    assert isinstance(r1, BesideReal)
    r1.run(spoil.format(agent=INSTALLED))
    try:
        driver = two_routers.driver("r1")
        driver.open()
        with pytest.raises(AgentMissingError, match=named(two_routers, f": .*{said}.*python -m")):
            driver.running_text()
        driver.close()
    finally:
        r1.run(f"mv {INSTALLED}.kept {INSTALLED}")


def test_a_login_as_root_brings_its_own_agent(router: FRRDriver, two_routers: TwoRouters) -> None:
    root = two_routers.driver("r1", username="root")
    root.open()
    try:
        root.load_merge_candidate(config=STATIC)
        root.commit_as("of-root")
        root.commit_config(revert_in=60)
        assert router.commit_state("of-root").state == CommitStage.PENDING
        router.roll_back_change("of-root")
        assert root.commit_state("of-root").state == CommitStage.UNDONE
    finally:
        root.close()


@pytest.mark.real_only("an emulated router's agent takes what it is sent")
def test_a_hook_and_a_command_of_vtysh_are_refused_at_load(router: FRRDriver) -> None:
    text = router.running_text()
    mark = "# ports.conf --\n"
    hooked = text.replace(mark, f"auto d0\niface d0\n    post-up id\n{mark}")
    for added, said in (
        (hooked, r"line \d+: .*post-up"),
        (text + "start-shell\n", "begins no line of the configuration"),
    ):
        with pytest.raises(ReplaceConfigException, match=said):
            router.load_replace_candidate(config=added)


def test_frr_json_refuses_what_frr_does_not_know(router: FRRDriver) -> None:
    assert router.frr_json("show bgp vrfs json")["totalVrfs"] == 0
    with pytest.raises(CommandErrorException, match="show nonsense"):
        router.frr_json("show nonsense json")


def test_new_vrf_vlan_and_bgp_are_made_read_back_and_undone(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    before = r1.everything()
    router.load_replace_candidate(config=with_vrf(two_routers.day0("r1")))
    router.commit_config()
    assert router.compare_config() == ""
    assert router.get_network_instances("i-party")["i-party"]["state"] == {
        "route_distinguisher": "10.255.0.1:101"
    }
    assert "10.64.0.1" in router.get_interfaces_ip()["eth1.101"]["ipv4"]
    assert "i-party" in r1.startup()
    router.rollback()
    assert r1.everything() == before
    with pytest.raises(CommitError, match="no commit to roll back"):
        router.rollback()


def test_line_that_passes_the_check_and_is_refused_when_applied(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    before = r1.everything()
    bad = with_vrf(two_routers.day0("r1")).replace(
        "rd vpn export 10.255.0.1:101", "rd vpn export 1.1.1.1:70000:9"
    )
    router.load_replace_candidate(config=bad)
    with pytest.raises(CommitUndone) as caught:
        router.commit_config()
    assert "'rd vpn export 1.1.1.1:70000:9'" in str(caught.value)
    assert "back as it was" in str(caught.value)
    assert r1.everything() == before
    assert not router.has_pending_commit()


def test_interfaces_that_linux_cannot_make(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    before = r1.everything()
    bad = two_routers.day0("r1").replace(
        "# ports.conf --", "\nauto eth9\niface eth9\n    address 10.1.1.1/30\n# ports.conf --"
    )
    router.load_replace_candidate(config=bad)
    with pytest.raises(CommitUndone, match="eth9"):
        router.commit_config()
    assert r1.everything() == before


def test_management_is_not_touched(router: FRRDriver, two_routers: TwoRouters) -> None:
    day0 = two_routers.day0("r1")
    with pytest.raises(ReplaceConfigException, match="management interface 'eth0'"):
        router.load_replace_candidate(config=day0.replace("172.20.20.101/24", "172.20.20.99/24"))
    assert router.compare_config() == ""


def test_a_secret_is_in_no_message(router: FRRDriver, two_routers: TwoRouters) -> None:
    bad = (
        two_routers.day0("r1")
        + "router bgp 65000\n neighbor 10.9.9.9 password hunter2 extra\nexit\n"
    )
    with pytest.raises((ReplaceConfigException, CommitUndone)) as caught:
        router.load_replace_candidate(config=bad)
        router.commit_config()
    assert "hunter2" not in str(caught.value)


def test_session_killed_in_the_middle_of_a_commit(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    before = r1.everything()
    router._options["accept_seconds"] = 4
    router.load_replace_candidate(config=with_vrf(two_routers.day0("r1")))
    killer = threading.Thread(target=lambda: (r1.wait_for("applying"), r1.kill_sessions()))
    with r1.slow_steps():
        killer.start()
        with pytest.raises(SessionLostInCommit, match="goes back by itself"):
            router.commit_config(revert_in=300)
        killer.join()
    r1.wait_for("undone")
    assert r1.everything() == before
    again = two_routers.driver("r1")
    again.open()
    assert not again.has_pending_commit()
    with pytest.raises(CommitNotPending, match="did not answer in time"):
        again.confirm_commit()
    again.close()


def test_timer_fires_with_the_controller_dead_and_confirming_then_fails(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    before = r1.everything()
    script = (
        "import sys; from napalm import get_network_driver; import json, os;"
        "a = json.loads(sys.argv[1]); d = get_network_driver('frr')(*a['to'], 60, a['options']);"
        "d.open(); d.load_merge_candidate(config=a['text']); d.commit_config(revert_in=8); "
        "os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, _arguments(router, STATIC)],
        cwd=HERE.parents[2],
        check=False,
    )
    assert done.returncode == 9
    assert router.has_pending_commit()
    assert "10.77.0.0/16" in r1.running()
    assert "10.77.0.0/16" not in r1.startup()
    with pytest.raises(CommitPending, match="is pending"):
        router.load_merge_candidate(config="ip route 10.78.0.0/16 Null0\n")
        router.commit_config()
    r1.wait_for("undone")
    assert r1.everything() == before
    assert not router.has_pending_commit()
    with pytest.raises(CommitNotPending, match="nobody confirmed in time"):
        router.confirm_commit()


def test_confirm_from_another_process(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    router.load_merge_candidate(config=STATIC)
    router.commit_config(revert_in=120)
    other = (
        "import sys; from napalm import get_network_driver; import json;"
        "a = json.loads(sys.argv[1]); d = get_network_driver('frr')(*a['to'], 60, a['options']);"
        "d.open(); assert d.has_pending_commit(); d.confirm_commit(); d.close()"
    )
    subprocess.run(
        [sys.executable, "-c", other, _arguments(router, "")], cwd=HERE.parents[2], check=True
    )
    assert not router.has_pending_commit()
    assert "10.77.0.0/16" in r1.startup()
    with pytest.raises(CommitNotPending, match="is confirmed"):
        router.confirm_commit()


def test_rollback_of_a_pending_commit_stops_its_timer(router: FRRDriver, r1: Beside) -> None:
    before = r1.everything()
    router.load_merge_candidate(config=STATIC + "hostname changed\n")
    router.commit_config(revert_in=120)
    assert r1.hostname() == "changed"
    router.rollback()
    assert r1.everything() == before
    assert not router.has_pending_commit()
    assert r1.processes() == 0


def test_another_writer_holds_the_lock(router: FRRDriver, r1: Beside) -> None:
    r1.hold_lock("someone@else")
    router.load_merge_candidate(config=STATIC)
    with pytest.raises(LockError, match="someone@else"):
        router.commit_config()
    r1.lock_holder_dies()  # then it is taken over
    router.commit_config()
    assert "10.77.0.0/16" in r1.running()


def test_what_moved_under_us_is_kept_in_mind(router: FRRDriver, r1: Beside) -> None:
    router.load_merge_candidate(config=STATIC)
    r1.configure("ip route 10.88.0.0/16 Null0")
    router.commit_config()
    running = r1.running()
    assert "10.77.0.0/16" in running
    assert "10.88.0.0/16" in running


def test_linux_that_is_not_as_its_text_says_is_seen_and_repaired(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    router.load_replace_candidate(config=with_vrf(two_routers.day0("r1")))
    router.commit_config()
    r1.delete_link("eth1.101")
    router.load_replace_candidate(config=with_vrf(two_routers.day0("r1")))
    assert "eth1.101: is missing" in router.compare_config()
    router.commit_config()
    assert "10.64.0.1/30" in r1.addresses_of("eth1.101")
    assert router.compare_config() == ""


@pytest.mark.real_only("an emulated router has no processes of daemons")
def test_going_back_starts_a_daemon_that_was_killed(
    router: FRRDriver, two_routers: TwoRouters, r1: Beside
) -> None:
    assert isinstance(r1, BesideReal)
    text = with_vrf(two_routers.day0("r1"))
    router.load_replace_candidate(config=text)
    router.commit_config()
    before = r1.everything()
    router.commit_as("killed")
    router.load_merge_candidate(config=STATIC)
    router.commit_config(revert_in=120)
    r1.run("kill -9 $(cat /run/frr/bgpd.pid); sleep 0.1")
    with pytest.raises(DaemonDeadError, match="bgpd does not run on it"):
        router.load_replace_candidate(config=text)
    state = router.roll_back_change("killed")
    assert state.state is CommitStage.UNDONE
    assert "bgpd had ended while the change was under way, and was started again" in state.reason
    assert r1.everything() == before
    router.load_replace_candidate(config=text)
    assert router.compare_config() == ""


@pytest.mark.real_only("an emulated router has no disk")
def test_a_full_disk_is_named_and_keeps_nothing_from_its_end(router: FRRDriver, r1: Beside) -> None:
    assert isinstance(r1, BesideReal)
    before = r1.everything()
    state = "/var/lib/egovnet"
    r1.run(f"mount -t tmpfs -o size=600k none {state}")
    try:
        router.load_merge_candidate(config=STATIC)
        r1.run(f"head -c 1m /dev/zero >{state}/filler")
        with pytest.raises(DeviceStorageError, match=f"{state} takes no data: No space left"):
            router.commit_config(revert_in=120)
        assert r1.everything() == before
        r1.run(f"rm {state}/filler")
        router.commit_as("on-a-full-disk")
        router.commit_config(revert_in=120)
        r1.run(f"head -c 1m /dev/zero >{state}/filler")
        assert router.extend_commit("on-a-full-disk", 200).seconds_left > 150
        router.confirm_change("on-a-full-disk")
        assert "10.77.0.0/16" in r1.startup()
    finally:
        r1.run(f"umount {state}; rm -rf /run/egovnet")


def _arguments(driver: FRRDriver, text: str) -> str:
    options = {
        key: str(value) if isinstance(value, Path) else value
        for key, value in driver._options.items()
    }
    return json.dumps(
        {"to": [driver.hostname, driver.username, ""], "options": options, "text": text}
    )
