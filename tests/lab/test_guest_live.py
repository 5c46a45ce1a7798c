"""The backends that run one guest: two PEs provisioned at boot, an L3VPN between them.

The whole suite runs on the backend that is the default on this machine; the tests that are marked
``both_backends`` run on the other one, too.

What must be seen: FRR answers over SSH with the pinned host key, ifupdown2 calls the router's
state right, a customer's packet crosses the core *with a label*, and the customer cannot reach
management. A machine that cannot do MPLS fails these tests; none of them may skip.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
import yaml
from napalm import get_network_driver

from egovnet.lab.backends import best_guest, default_lab, guest_lab
from egovnet.lab.errors import NodeError, UnknownNodeError
from egovnet.lab.guest_lab import GuestLab
from egovnet.lab.state import find_marked, read_state
from egovnet.lab.topology import Topology
from napalm_frr import CommitStage, FRRDriver
from napalm_frr.change.installation import INSTALLED, SUDOERS, sudoers
from napalm_frr.errors import CommitNotPending

pytestmark = pytest.mark.lab("guest")


def chosen(which: str) -> str:
    """The backend that is ``auto`` on this machine, or the other one."""
    best = best_guest(progress=print)
    return best if which == "default" else {"uml": "microvm", "microvm": "uml"}[best]


@pytest.fixture(scope="module")
def topology(backbone: Callable[..., Any]) -> Topology:
    built: Topology = backbone(edges=2, bgp_sites=1).topology()
    return built


@pytest.fixture(scope="module", params=["default", "other"])
def lab(
    request: pytest.FixtureRequest, topology: Topology, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GuestLab]:
    lab = guest_lab(chosen(request.param), tmp_path_factory.mktemp("live"))
    said: list[str] = []
    lab.up(topology, progress=said.append)
    assert not [line for line in said if line.startswith("warning")]
    yield lab
    state = read_state(lab.directory)
    lab.down()
    assert state is not None
    assert find_marked(state.marker) == []
    assert sorted(path.name for path in lab.directory.iterdir()) == ["console.log", "lock"]


def login(
    lab: GuestLab, topology: Topology, name: str, username: str = "root", **how: str
) -> paramiko.SSHClient:
    forward = next(node.forward for node in lab.status().nodes if node.name == name)
    assert forward is not None
    client = paramiko.SSHClient()
    client.load_host_keys(str(lab.directory / "known_hosts"))
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    client.connect(
        forward[0],
        port=forward[1],
        username=username,
        password=how.get("password"),
        key_filename=how.get("key_filename"),
        look_for_keys=False,
        allow_agent=False,
        banner_timeout=30,
    )
    return client


def said_by(client: paramiko.SSHClient, command: str) -> str:
    _, stdout, stderr = client.exec_command(command, timeout=60)
    return stdout.read().decode() + stderr.read().decode()


@pytest.mark.both_backends
def test_every_router_answers_ssh_with_its_pinned_key(lab: GuestLab, topology: Topology) -> None:
    for node in topology.routers():
        with login(lab, topology, node.name, key_filename=str(lab.directory / "id_ed25519")) as ssh:
            assert said_by(ssh, "hostname").strip() == node.name
            assert "FRRouting 8.4.4" in said_by(ssh, "vtysh -c 'show version'")


def test_the_password_of_the_credentials_file_logs_in(lab: GuestLab, topology: Topology) -> None:
    credentials = yaml.safe_load((lab.directory / "credentials.yaml").read_text())
    assert credentials["username"] == "egovnet"
    with login(lab, topology, "pe1", "egovnet", password=credentials["password"]) as ssh:
        assert said_by(ssh, "id -un").strip() == "egovnet"


#: What the account has no right to, and what would show that it had.
NOT_ALLOWED = f"""\
sudo -n id
sudo -n sh -c id
sudo -n vtysh -c 'show version'
sudo -n -u frr id
sudo -n -i
sudo -n -e /etc/passwd
sudo -n -s
sudo -n -g frr id
sudo -n sh {INSTALLED} status
sudo -n PATH=/tmp {INSTALLED} status
sudo -n LD_PRELOAD=/tmp/x {INSTALLED} status
sudo -n --chroot=/tmp id
sudo -n {INSTALLED} run 60 one
sudo -n {INSTALLED} run-undo one
sudo -n {INSTALLED} state ../../../etc
sudo -n {INSTALLED}
sudo -n {INSTALLED} state '$(id)'
sudo -n {INSTALLED} read -h
sudo -n {INSTALLED} watch 9 '-w/etc/owned'
echo x >>{INSTALLED}
mv {INSTALLED} /tmp/x
ln -s /etc/shadow /usr/libexec/x
cat /etc/shadow
echo x >>/etc/sudoers.d/egovnet
cat /etc/sudoers.d/egovnet
ls /var/lib/egovnet
ls /run/egovnet
ln -sfn /etc /run/egovnet
ln -s /etc/shadow /etc/network/x
echo x >>/etc/network/interfaces
cat /etc/frr/frr.conf
ln -s /etc/shadow /etc/frr/x
echo x >>~/.ssh/authorized_keys
mkdir ~/.ssh/x
hostname owned
ip link add x type dummy
kill -9 $(cat /run/frr/bgpd.pid)
""".splitlines()


@pytest.mark.both_backends
def test_the_account_runs_the_agent_as_root_and_nothing_else(
    lab: GuestLab, topology: Topology
) -> None:
    key = str(lab.directory / "id_ed25519")
    looks = (
        "cd /; cat /etc/passwd /etc/sudoers.d/* /etc/network/interfaces; ls -lR /usr/libexec /home"
    )
    before = lab.exec("pe1", looks).stdout
    script = "".join(
        f"if ( {command} ) </dev/null >/dev/null 2>&1; then echo {number}; fi\n"
        for number, command in enumerate(NOT_ALLOWED)
    )
    with login(lab, topology, "pe1", "egovnet", key_filename=key) as ssh:
        done = said_by(ssh, script).split()
        assert [NOT_ALLOWED[int(number)] for number in done] == []
        agent = f"sudo -n {INSTALLED}"
        assert "status=idle" in said_by(ssh, f"{agent} status")
        # it reads the caller's input, and neither his environment nor his files
        odd = f"PATH=/tmp IFS=e ENV=/tmp/x BASH_ENV=/tmp/x EGOVNET_STATE=/tmp/x {agent} status"
        assert "status=idle" in said_by(ssh, odd.replace("sudo", "/usr/bin/sudo"))
        bundle = "printf '%%%%file-0f ../../../etc/owned\\nx\\n%%%%end-0f\\n'"
        assert "status=refused" in said_by(ssh, f"{bundle} | {agent} check 0f")
        assert "FRRouting 8.4.4" in said_by(ssh, "vtysh -c 'show version'")
        assert said_by(ssh, "ping -c 1 -W 5 127.0.0.1; fping -a 127.0.0.1").endswith("127.0.0.1\n")
    assert lab.exec("pe1", looks).stdout == before
    assert lab.exec("pe1", "ls /etc/owned").exit_code != 0
    policy = lab.exec("pe1", f"cat {SUDOERS}; visudo -cq && echo it is one").stdout
    assert policy == f"{sudoers()}it is one\n"


@pytest.mark.both_backends
def test_the_running_configuration_is_the_text_it_booted(lab: GuestLab, topology: Topology) -> None:
    for node in topology.routers():
        shown = lab.exec(node.name, "vtysh -c 'show running-config'").stdout
        start = shown.index("frr version")
        assert (
            shown[start:].removesuffix("end\n") == node.config[node.config.index("frr version") :]
        )


@pytest.mark.both_backends
def test_ifupdown2_finds_every_router_as_its_text_says(lab: GuestLab, topology: Topology) -> None:
    for node in topology.routers():
        done = lab.exec(node.name, "ifquery --check -a")
        assert done.exit_code == 0, done.stdout
        assert "[pass]" in done.stdout
        assert "[fail]" not in done.stdout


def test_what_the_text_no_longer_says_is_undone_by_ifreload(lab: GuestLab) -> None:
    done = lab.exec(
        "pe2",
        "cd /etc/network && cp interfaces kept"
        " && printf 'auto blue\\niface blue\\n    vrf-table 1011\\n' >>interfaces && ifreload -a"
        " && ip link show blue >/dev/null && mv kept interfaces && ifreload -a"
        " && ! ip link show blue 2>/dev/null && ip link show red >/dev/null && echo undone",
    )
    assert done.stdout.strip() == "undone", done


@pytest.mark.both_backends
def test_a_customers_packet_crosses_the_core_with_a_label(lab: GuestLab) -> None:
    deadline = time.monotonic() + 60
    while lab.exec("h1", "ping -c1 -W1 10.2.1.2").exit_code != 0:
        assert time.monotonic() < deadline, lab.exec(
            "pe1", "vtysh -c 'show bgp ipv4 vpn summary' -c 'show mpls ldp neighbor'"
        )
    results = lab.exec_many(
        {
            "pe2": "timeout 20 tcpdump -c1 -lnni eth1 'mpls and ip[0] & 0xf0 = 0x40' 2>&1",
            "h1": "sleep 2; ping -c5 -i 0.3 10.2.1.2",
        },
        timeout=40,
    )
    assert " 0% packet loss" in results["h1"].stdout
    assert "MPLS (label" in results["pe2"].stdout
    assert "10.2.0.2 > 10.2.1.2: ICMP echo request" in results["pe2"].stdout


@pytest.mark.both_backends
def test_customers_cannot_reach_management(lab: GuestLab) -> None:
    probes = lab.exec_many(
        {
            "h1": "ping -c1 -W1 172.20.20.11; timeout 2 sh -c 'exec 3<>/dev/tcp/10.1.0.1/22' 2>&1",
            "ce1": "python3 -c \"import socket; socket.create_connection(('10.1.0.1', 22), 2)\"",
            "pe1": "ss -ltnH 'sport = 22'",
        }
    )
    assert "1 received" not in probes["h1"].stdout
    assert "refused" in probes["ce1"].stderr
    listeners = probes["pe1"].stdout.splitlines()
    assert len(listeners) == 1
    assert "172.20.20.11%mgmt:22" in listeners[0]


def test_routers_share_neither_files_nor_processes_nor_names(lab: GuestLab) -> None:
    lab.exec("pe1", "echo mine >/etc/frr/mark; echo mine >/tmp/mark")
    other = lab.exec("pe2", "ls /etc/frr/mark /tmp/mark; hostname; pgrep -c bgpd")
    assert other.stdout.split() == ["pe2", "1"]


@pytest.mark.both_backends
def test_exec_gives_output_errors_exit_code_and_keeps_time(lab: GuestLab) -> None:
    done = lab.exec("h1", ["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (done.stdout, done.stderr, done.exit_code) == ("out\n", "err\n", 3)
    assert lab.exec("h1", "sleep 30", timeout=1).exit_code == 124
    many = lab.exec_many({"h1": "sleep 30", "h2": "echo there"}, timeout=2)
    assert many["h1"].exit_code == 124
    assert many["h2"].stdout == "there\n"
    with pytest.raises(UnknownNodeError, match="no node h9"):
        lab.exec("h9", "true")


def test_a_second_up_does_nothing_and_says_so(lab: GuestLab, topology: Topology) -> None:
    said: list[str] = []
    before = lab.status()
    assert lab.up(topology, progress=said.append).pid == before.pid
    assert said == ["lab sample is already up"]


def test_two_labs_at_once_answer_at_addresses_of_their_own(
    lab: GuestLab, topology: Topology, tmp_path: Path
) -> None:
    second = default_lab(tmp_path, progress=lambda _: None)
    said: list[str] = []
    try:
        state = second.up(topology, progress=said.append)
        assert state.digest == lab.status().digest
        assert [line for line in said if "its addresses are taken by another lab" in line]
        ours = {node.name: node.forward for node in lab.status().nodes if node.forward}
        others = {node.name: node.forward for node in state.nodes if node.forward}
        assert ours == {node.name: node.forward for node in topology.routers()}
        assert not set(ours.values()) & set(others.values())
        credentials = yaml.safe_load((tmp_path / "credentials.yaml").read_text())
        assert {n: tuple(a) for n, a in credentials["addresses"].items()} == others
        lab.exec("pe1", "echo first >/tmp/whose")
        second.exec("pe1", "echo second >/tmp/whose")
        for each, answer in ((lab, "first"), (second, "second")):
            key = str(each.directory / "id_ed25519")
            with login(each, topology, "pe1", key_filename=key) as ssh:
                assert said_by(ssh, "cat /tmp/whose").strip() == answer
    finally:
        second.down()
    assert lab.exec("pe1", "hostname").stdout.strip() == "pe1"


def test_the_guest_has_no_way_out(lab: GuestLab) -> None:
    done = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False)
    for address in done.stdout.split()[:1]:
        assert lab.exec("pe1", f"ip vrf exec mgmt ping -c1 -W1 {address}").exit_code != 0


def driver_of(lab: GuestLab, topology: Topology, name: str) -> FRRDriver:
    forward = topology.node(name).forward
    assert forward is not None
    options = {
        "port": forward[1],
        "ssh_strict": True,
        "known_hosts": str(lab.directory / "known_hosts"),
        "key_file": str(lab.directory / "id_ed25519"),
    }
    driver = get_network_driver("frr")(forward[0], "egovnet", "", 60, options)
    assert isinstance(driver, FRRDriver)
    return driver


MADE_BY_PENDING = """\
# This file describes the network interfaces
auto i-x
iface i-x
    vrf-table 1099
# ports.conf --
hostname renamed
ip route 10.78.0.0/16 Null0
"""
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


@pytest.mark.both_backends
def test_a_restarted_router_boots_from_its_files_and_what_was_pending_is_undone(
    lab: GuestLab, topology: Topology
) -> None:
    before = lab.exec_many({"pe1": f"{BOOT_ID}; cat /run/frr/bgpd.pid", "pe2": BOOT_ID})
    lab.exec("pe2", "touch /run/kept /tmp/kept /var/lib/kept")
    with driver_of(lab, topology, "pe2") as router:
        router.commit_as("kept")
        router.load_merge_candidate(config="ip route 10.77.0.0/16 Null0\n")
        router.commit_config()
        text = router.running_text()
        router.commit_as("lost")
        router.load_merge_candidate(config=MADE_BY_PENDING)
        router.commit_config(revert_in=300)
        assert router.commit_state("lost").state is CommitStage.PENDING

    lab.restart("pe2")
    assert lab.status().ready
    with driver_of(lab, topology, "pe2") as router:  # its host key is the pinned one still
        assert router.commit_state("kept").state is CommitStage.CONFIRMED
        lost = router.commit_state("lost")
        assert (lost.state, lost.seconds_left) == (CommitStage.UNDONE, 0)
        assert "restarted before the confirmation" in lost.reason
        with pytest.raises(CommitNotPending, match="commit lost is undone"):
            router.confirm_change("lost")
        assert router.running_text() == text
        assert "ip route 10.77.0.0/16 Null0" in text
    left = lab.exec("pe2", "hostname; ls /run/kept /tmp/kept /var/lib/kept; ip link show i-x")
    assert left.stdout.splitlines() == ["pe2", "/var/lib/kept"]
    after = lab.exec_many({"pe1": f"{BOOT_ID}; cat /run/frr/bgpd.pid", "pe2": BOOT_ID})
    assert after["pe1"] == before["pe1"], "its neighbour was not touched"
    assert after["pe2"].stdout != before["pe2"].stdout
    assert lab.exec("pe2", "ifquery --check -a").exit_code == 0


def test_power_lost_in_the_middle_of_a_confirmation(lab: GuestLab, topology: Topology) -> None:
    stall = (
        'printf \'#!/bin/sh\\ncase "$*" in */etc/hostname) exec sleep 600;; esac\\n'
        'exec /usr/bin/mv "$@"\\n\' >/usr/sbin/mv; chmod 755 /usr/sbin/mv'
    )
    lab.exec("pe2", stall)
    with driver_of(lab, topology, "pe2") as router:
        router.commit_as("torn")
        router.load_merge_candidate(config=MADE_BY_PENDING)
        router.commit_config(revert_in=300)
        text = router.running_text()
    lab.exec(
        "pe2",
        "setsid /usr/libexec/egovnet-agent confirm torn >/dev/null 2>&1 &"
        " for i in $(seq 100); do grep -q i-x /etc/network/interfaces && exit; sleep 0.1; done",
    )
    lab.restart("pe2")
    torn = lab.exec("pe2", "rm /usr/sbin/mv; hostname; ip link show i-x >/dev/null && echo i-x")
    assert torn.stdout.split() == ["pe2", "i-x"], "it booted a mixture"
    with driver_of(lab, topology, "pe2") as router:
        state = router.commit_state("torn")
        assert (state.state, state.seconds_left) == (CommitStage.CONFIRMED, 0)
        assert "it was completed" in state.reason
        assert router.running_text() == text
        startup = lab.exec("pe2", "hostname; cat /etc/hostname /etc/frr/frr.conf").stdout
        assert startup.startswith("renamed\nrenamed\n")
        assert "ip route 10.78.0.0/16 Null0" in startup
        router.rollback()


def test_the_network_works_again_after_a_restart(lab: GuestLab) -> None:
    lab.restart("ce1")  # a customer edge that speaks BGP is a router, too
    deadline = time.monotonic() + 60
    while lab.exec("h1", "ping -c1 -W1 10.2.1.2").exit_code != 0:
        assert time.monotonic() < deadline, lab.exec(
            "pe1", "vtysh -c 'show bgp vrf red ipv4 summary' -c 'show mpls ldp neighbor'"
        )


def test_what_has_nothing_to_restart_is_told(lab: GuestLab) -> None:
    with pytest.raises(NodeError, match="h1: has no processes of its own"):
        lab.restart("h1")
    with pytest.raises(UnknownNodeError, match="no node h9"):
        lab.restart("h9")
