"""The emulated backend: up, down, what it refuses, and what it leaves for clients."""

import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

import pytest
import yaml
from napalm import get_network_driver

from egovnet.lab.emulated.backend import Emulated
from egovnet.lab.errors import LabDiffersError, LabError, LabNotRunningError, NodeError
from egovnet.lab.topology import Endpoint, Link, Node, Topology
from tests.lab.emulated.conftest import day0
from tests.loopback import loopback_network

NETWORK = IPv4Network("172.20.20.0/24")
LISTENING = IPv4Network(loopback_network())


def router(name: str, number: int) -> Node:
    return Node(
        name=name,
        kind="router",
        management=NETWORK[number],
        forward=(str(LISTENING[number]), 2222),
        daemons=("zebra",),
        config=day0(name),
    )


def topology(name: str = "two") -> Topology:
    return Topology(
        name=name,
        management_subnet=NETWORK,
        nodes=(router("r1", 101), router("r2", 102), Node(name="h1", kind="host")),
        links=(
            Link(a=Endpoint(node="r1", port="eth1"), b=Endpoint(node="r2", port="eth1")),
            Link(a=Endpoint(node="r1", port="eth2"), b=Endpoint(node="h1", port="eth1")),
        ),
    )


def ignore(_: str) -> None:
    """Progress nobody listens to."""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Emulated]:
    backend = Emulated(tmp_path / "lab")
    yield backend
    backend.down()


def test_up_says_what_it_has_and_has_not(lab: Emulated) -> None:
    told: list[str] = []
    state = lab.up(topology(), progress=told.append)
    assert state.running
    assert state.ready
    assert [node.name for node in state.nodes] == ["r1", "r2"]
    assert state.notes == (
        "emulated routers send no packets: 1 customer edges, hosts and switches are not started"
        " (h1)",
    )
    assert state.notes[0] in told
    assert lab.up(topology(), progress=told.append).pid == state.pid, "it is up already"
    for name in ("credentials.yaml", "id_ed25519", "known_hosts", "state.json"):
        assert stat.S_IMODE((lab.directory / name).stat().st_mode) == 0o600
    assert not (lab.directory / "fleet.json").exists(), "it holds the host keys"


def test_a_client_logs_in_with_what_the_lab_left(lab: Emulated) -> None:
    lab.up(topology(), progress=ignore)
    credentials = yaml.safe_load((lab.directory / "credentials.yaml").read_text())
    for options in (
        {"key_file": credentials["ssh-key"]},
        {"use_keys": False, "allow_agent": False},
    ):
        driver = get_network_driver("frr")(
            str(LISTENING[102]),
            credentials["username"],
            credentials["password"],
            20,
            {"port": 2222, "known_hosts": credentials["known-hosts"], "ssh_strict": True} | options,
        )
        driver.open()
        assert driver.running_text() == day0("r2")
        assert driver.run_script("hostname") == "r2\n"
        driver.close()


def test_exec_on_routers_and_on_nodes_without_packets(lab: Emulated) -> None:
    with pytest.raises(LabNotRunningError, match="no lab is running"):
        lab.exec("r1", "hostname")
    lab.up(topology(), progress=ignore)
    assert lab.exec("r1", ["echo", "a b"]).stdout == "a b\n"
    assert lab.exec("r1", "nonsense").exit_code == 127
    assert lab.exec_many({"r1": "hostname", "r2": "hostname"})["r2"].stdout == "r2\n"
    with pytest.raises(NodeError, match=r"no node h1; it has r1, r2, and no packets: .*lab up"):
        lab.exec("h1", "ping -c 1 10.0.0.1")
    before = lab.exec("r1", "cat /proc/sys/kernel/random/boot_id").stdout
    lab.restart("r1")
    assert lab.exec("r1", "cat /proc/sys/kernel/random/boot_id").stdout != before


def test_another_topology_is_not_replaced_unasked(lab: Emulated) -> None:
    first = lab.up(topology(), progress=ignore)
    with pytest.raises(LabDiffersError, match=r"two \(emulated\) runs"):
        lab.up(topology("other"), progress=ignore)
    assert lab.status().pid == first.pid
    assert lab.up(topology("other"), progress=ignore, reconfigure=True).topology == "other"


def test_down_after_a_kill_and_twice(lab: Emulated) -> None:
    state = lab.up(topology(), progress=ignore)
    assert state.pid is not None
    os.kill(state.pid, signal.SIGKILL)
    os.waitpid(state.pid, 0)
    assert not lab.status().running
    with pytest.raises(LabNotRunningError):
        lab.exec("r1", "hostname")
    lab.down()
    lab.down()
    assert sorted(path.name for path in lab.directory.iterdir()) == ["lock"]
    lab.up(topology(), progress=ignore)


def test_addresses_that_are_taken_are_left_to_whom_has_them(lab: Emulated) -> None:
    """As of the other backends: two networks of one skeleton can be up at once."""
    told: list[str] = []
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((str(LISTENING[102]), 2222))
        taken.listen()
        state = lab.up(topology(), progress=told.append)
    assert told[0].startswith("its addresses are taken by another lab: the first router is 127.")
    moved = {node.name: node.forward for node in state.nodes}
    assert {node.name: node.asked for node in state.nodes} == {
        "r1": (str(LISTENING[101]), 2222),
        "r2": (str(LISTENING[102]), 2222),
    }
    credentials = yaml.safe_load((lab.directory / "credentials.yaml").read_text())
    assert {n: tuple(place) for n, place in credentials["addresses"].items()} == moved
    assert lab.exec("r2", "hostname").stdout == "r2\n"
    for place in moved.values():
        assert place is not None
        socket.create_connection(place, timeout=5).close()


def test_a_path_too_long_for_the_socket(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="too long"):
        Emulated(tmp_path / ("x" * 100)).up(topology(), progress=ignore)


def test_it_outlives_the_command_that_started_it(lab: Emulated) -> None:
    child = os.fork()
    if child == 0:  # a process of its own, as a command is
        try:
            lab.up(topology(), progress=ignore)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    time.sleep(0.2)
    assert lab.status().ready
    assert lab.exec("r1", "hostname").stdout == "r1\n"
