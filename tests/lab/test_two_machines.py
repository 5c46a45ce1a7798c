"""A lab spread over two machines is as on one, also where a cable goes from one to the other.

pe1 and what hangs on it are in the first machine, pe2 and the rest in the second; all that is
between the two of them crosses the wire.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.lab.errors import GuestError, NodeError
from egovnet.lab.guest_lab import GuestLab
from egovnet.lab.machines import machines_of
from egovnet.lab.state import find_marked, read_state
from egovnet.lab.topology import Topology
from egovnet.lab.uml import UserModeLinux

pytestmark = pytest.mark.lab("two-machines")


@pytest.fixture(scope="module")
def topology(backbone: Callable[..., Any]) -> Topology:
    built: Topology = backbone(edges=2, bgp_sites=1, loopback_net="127.20.36").topology()
    return built


@pytest.fixture(scope="module")
def lab(topology: Topology, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuestLab]:
    halves = (frozenset({"pe1", "ce1", "h1"}), frozenset({"pe2", "ce2", "h2"}))
    machines = machines_of(topology, halves)
    assert [len(machine.cables) for machine in machines] == [1, 1]
    lab = UserModeLinux(tmp_path_factory.mktemp("two"), machines=machines)
    said: list[str] = []
    lab.up(topology, progress=said.append)
    assert not [line for line in said if line.startswith("warning")]
    yield lab
    state = read_state(lab.directory)
    lab.down()
    assert state is not None
    assert find_marked(state.marker) == []
    assert sorted(path.name for path in lab.directory.iterdir()) == [
        "console-2.log",
        "console.log",
        "lock",
    ]


def until(lab: GuestLab, node: str, command: str, seconds: float = 60.0) -> None:
    """Wait until a command ends well in a node."""
    deadline = time.monotonic() + seconds
    while (done := lab.exec(node, command)).exit_code != 0:
        assert time.monotonic() < deadline, (command, done)
        time.sleep(0.1)


def test_each_node_answers_from_its_own_machine(lab: GuestLab, topology: Topology) -> None:
    assert lab.status().ready
    assert {node.name: node.machine for node in lab.status().nodes} == {
        **{"pe1": 0, "ce1": 0, "h1": 0},
        **{"pe2": 1, "ce2": 1, "h2": 1},
    }
    names = [node.name for node in topology.nodes]
    commands = {name: f"test -n '{name}' && ip -brief link" for name in names}
    ports = {name: done.stdout for name, done in lab.exec_many(commands).items()}
    assert list(ports) == names
    for link in topology.links:
        for end in (link.a, link.b):
            assert f"{end.port}@" in ports[end.node]
    ends = [end for link in topology.links for end in (link.a, link.b)]
    expected = {name: sum(end.node == name for end in ends) for name in names}
    assert {n: text.count("@if") - ("eth0" in text) for n, text in ports.items()} == expected


def test_a_label_is_seen_on_the_wire_between_the_machines(lab: GuestLab) -> None:
    until(lab, "h1", "ping -c1 -W1 10.2.1.2")
    results = lab.exec_many(
        {
            "pe2": "timeout 20 tcpdump -c1 -lnni eth1 'mpls and ip[0] & 0xf0 = 0x40' 2>&1",
            "h1": "sleep 2; ping -c5 -i 0.3 10.2.1.2",
        },
        timeout=40,
    )
    assert " 0% packet loss" in results["h1"].stdout
    assert "MPLS (label" in results["pe2"].stdout


def test_routers_reach_each_other_over_the_management_network(lab: GuestLab) -> None:
    done = lab.exec("pe1", "ip vrf exec mgmt ping -c1 -W5 172.20.20.12")
    assert done.exit_code == 0, done


@pytest.mark.parametrize("mtu", [1500, 1600, 9216])
def test_a_frame_as_large_as_the_ports_mtu_crosses_with_its_tag(lab: GuestLab, mtu: int) -> None:
    for number, name in enumerate(("pe1", "pe2"), start=1):
        lines = (
            f"ip link set eth1 mtu {mtu} && ip link add link eth1 name eth1.7 type vlan id 7"
            f" && ip address add 10.7.0.{number}/24 dev eth1.7 && ip link set eth1.7 up"
        )
        assert lab.exec(name, lines).exit_code == 0
    try:
        fits = lab.exec("pe1", f"ping -c3 -i 0.2 -W5 -M do -s {mtu - 28} 10.7.0.2")
        assert " 0% packet loss" in fits.stdout, fits
        lab.exec("pe2", f"ip link set eth1 mtu {mtu - 100}")
        lost = lab.exec("pe1", f"ping -c1 -W1 -M do -s {mtu - 28} 10.7.0.2")
        assert "100% packet loss" in lost.stdout, "the far port takes no more than its own MTU"
    finally:
        for name in ("pe1", "pe2"):
            lab.exec(name, "ip link del eth1.7; ip link set eth1 mtu 1500")


def test_frames_that_a_switch_would_keep_pass(lab: GuestLab) -> None:
    frame = "0180c200000e" + "02000000000a" + "88cc" + "00" * 46
    send = (
        "import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW);"
        f" s.bind(('eth1', 0)); s.send(bytes.fromhex('{frame}'))"
    )
    results = lab.exec_many(
        {
            "pe2": "timeout 10 tcpdump -c1 -lenni eth1 ether proto 0x88cc 2>&1",
            "pe1": f'sleep 2; python3 -c "{send}"',
        }
    )
    assert "01:80:c2:00:00:0e" in results["pe2"].stdout


def test_the_machines_themselves_say_nothing_on_the_wire(lab: GuestLab) -> None:
    own = " ".join(lab.exec("pe1", "cat /sys/class/net/eth1/address").stdout.split())
    other = " ".join(lab.exec("pe2", "cat /sys/class/net/eth1/address").stdout.split())
    heard = lab.exec(
        "pe1",
        f"timeout 8 tcpdump -nnei eth1 'not ether src {own} and not ether src {other}' 2>/dev/null",
    )
    assert heard.stdout.strip() == ""


CARRIER = "cat /sys/class/net/eth1/carrier"
NO_CARRIER = f'test "$({CARRIER})" = 0'
HAS_CARRIER = f'test "$({CARRIER})" = 1'


@pytest.mark.parametrize(("one", "other"), [("pe1", "pe2"), ("pe2", "pe1")])
def test_a_port_set_down_takes_the_carrier_of_the_other(
    lab: GuestLab, one: str, other: str
) -> None:
    lab.exec(one, "ip link set eth1 down")
    until(lab, other, NO_CARRIER, 5)
    lab.exec(one, "ip link set eth1 up")
    until(lab, other, HAS_CARRIER, 5)
    assert lab.exec(one, HAS_CARRIER).exit_code == 0
    until(lab, "h1", "ping -c1 -W1 10.2.1.2")


@pytest.mark.parametrize(
    "story",
    [
        ["pe1 down", "pe2 down", "pe1 up", "pe2 up"],
        ["pe1 down", "pe2 down", "pe2 up", "pe1 up"],
        ["pe2 down", "pe1 down", "pe1 up", "pe2 up"],
        ["both down", "both up"],
        ["both down", "pe1 up", "pe1 down", "pe2 up", "pe2 down", "both up"],
        ["pe1 down", "pe2 down", "pe2 up", "pe2 down", "pe1 up", "pe2 up"],
    ],
    ids="; ".join,
)
def test_the_carrier_is_right_after_every_step_of_a_story(lab: GuestLab, story: list[str]) -> None:
    up = {"pe1": True, "pe2": True}
    for step in story:
        which, way = step.split()
        names = ["pe1", "pe2"] if which == "both" else [which]
        lab.exec_many(dict.fromkeys(names, f"ip link set eth1 {way}"))
        up |= dict.fromkeys(names, way == "up")
        for name, other in (("pe1", "pe2"), ("pe2", "pe1")):
            if up[name]:
                until(lab, name, HAS_CARRIER if up[other] else NO_CARRIER, 5)


def test_many_flaps_end_with_the_carrier_that_is(lab: GuestLab) -> None:
    flap = "for i in $(seq 40); do ip link set eth1 down; ip link set eth1 up; done"
    lab.exec_many({"pe1": flap, "pe2": flap})
    for name in ("pe1", "pe2"):
        until(lab, name, HAS_CARRIER, 5)
    until(lab, "h1", "ping -c1 -W1 10.2.1.2")


H1, H2 = ("h1", "10.2.0.2"), ("h2", "10.2.1.2")


def attempts(source: tuple[str, str], target: tuple[str, str]) -> list[ConnectionAttempt]:
    return [
        ConnectionAttempt(*source, *target, "tcp", 443, expected=False),
        ConnectionAttempt(*source, *target, "udp", 53, expected=False),
        ConnectionAttempt(*source, *target, "icmp", None, expected=False),
    ]


def test_connections_are_tried_from_one_machine_to_the_other(lab: GuestLab) -> None:
    until(lab, "h1", "ping -c1 -W1 10.2.1.2")
    both = [*attempts(H1, H2), *attempts(H2, H1), *attempts(H1, ("ce1", "10.2.0.1"))]
    assert lab.try_connections(both) == [SeenConnection.ANSWERED] * len(both)
    many = [ConnectionAttempt(*H1, *H2, "tcp", port) for port in range(1000, 1300)]
    assert set(lab.try_connections(many)) == {SeenConnection.ANSWERED}


def test_what_became_of_connections_is_seen_at_their_far_end(lab: GuestLab) -> None:
    wanted = attempts(H1, H2)
    for node, route, seen in (
        ("h2", "blackhole 10.2.0.2/32", {SeenConnection.ARRIVED}),
        ("ce1", "blackhole 10.2.1.2/32", {SeenConnection.NOTHING}),
        ("ce1", "unreachable 10.2.1.2/32", {SeenConnection.REFUSED}),
    ):
        assert lab.exec(node, f"ip route add {route}").exit_code == 0
        try:
            came = lab.try_connections(wanted)
            # how many a router tells so in a second is limited
            found = {came[0]} if seen == {SeenConnection.REFUSED} else set(came)
            assert found == seen
        finally:
            lab.exec(node, f"ip route del {route}")


def test_addresses_that_a_far_node_takes_are_there_while_it_is_tried(lab: GuestLab) -> None:
    assert lab.exec("ce2", "ip route add 10.9.9.9/32 via 10.2.1.2").exit_code == 0
    wanted = [ConnectionAttempt("ce2", "10.2.1.1", "h2", "10.9.9.9", "tcp", 443)]
    wanted += attempts(H1, H2)
    seen = lab.try_connections(wanted, {"h2": ["10.9.9.9"], "h1": ["10.9.9.8"]})
    assert set(seen) == {SeenConnection.ANSWERED}
    for node in ("h1", "h2"):
        assert "10.9.9" not in lab.exec(node, "ip address show dev eth1").stdout


def test_who_cannot_listen_is_named_also_where_the_other_machine_waits(lab: GuestLab) -> None:
    with pytest.raises(GuestError, match=r"h2 listens not at 10\.2\.1\.9 tcp/443"):
        lab.try_connections([ConnectionAttempt(*H1, "h2", "10.2.1.9", "tcp", 443)])


def test_a_restart_cuts_one_routers_power_and_its_cable_comes_back(lab: GuestLab) -> None:
    daemon = "cat /run/frr/bgpd.pid"
    before = lab.exec_many({"pe1": daemon, "pe2": daemon})
    lab.restart("pe2")
    after = lab.exec_many({"pe1": daemon, "pe2": daemon})
    assert lab.status().ready
    assert after["pe1"] == before["pe1"]
    until(lab, "pe1", HAS_CARRIER, 5)
    until(lab, "h1", "ping -c1 -W1 10.2.1.2")
    with pytest.raises(NodeError, match="h2: has no processes of its own"):
        lab.restart("h2")
