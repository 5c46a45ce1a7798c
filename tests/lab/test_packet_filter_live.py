"""What the lab's kernels filter: a node in the middle lets one direction and one port through.

Debian's kernel for User Mode Linux takes no table of the family `inet` by itself. What is measured
here is that its packets are told apart as those of any Linux: by protocol, port, direction of the
connection and family, also behind a VRF.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

import pytest

from egovnet.lab.backends import best_guest, guest_lab
from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.lab.device_text import FILTER_LINE
from egovnet.lab.guest_lab import GuestLab
from egovnet.lab.topology import Endpoint, Link, Node, Topology
from tests.lab.conftest import DAY0

pytestmark = pytest.mark.lab("packet-filter")

ANSWERED, NOTHING = SeenConnection.ANSWERED, SeenConnection.NOTHING
MANAGEMENT, EDGE_MANAGEMENT = "172.20.27.11", "172.20.27.12"
FILTER_AT_BOOT = """\
table inet egovnet {
	chain local {
		type filter hook input priority filter; policy drop;
		iifname vmap { "lo" : accept, "mgmt" : accept }
	}
}
"""
H1, H2, H1_V6, H2_V6 = "10.9.1.2", "10.9.2.2", "fd00:1::2", "fd00:2::2"
RULES = """\
table inet egovnet {
	set seen {
		type ipv4_addr . inet_service
		size 65535
		flags dynamic,timeout
		timeout 1h
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
		iifname vmap { "eth1" : jump from-1, "eth2" : jump from-2 }
	}

	chain from-1 {
		ip daddr 10.9.2.0/24 tcp dport 443 ct state established,new counter accept
		ip6 daddr fd00:2::/64 udp dport 53 ct state established,new accept
	}

	chain from-2 {
		ip saddr 10.9.2.0/24 tcp sport 443 ct state established ct direction reply accept
		ip6 saddr fd00:2::/64 udp sport 53 ct state established ct direction reply accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
	}

	chain arrival {
		type filter hook prerouting priority filter; policy accept;
		iifname "eth2" ip protocol tcp update @seen { ip saddr . tcp dport } accept
	}

	chain local {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
	}
}
"""


def host(name: str, number: int) -> Node:
    """A host behind the node that filters."""
    return Node(
        name=name,
        kind="host",
        commands=(
            f"ip address add 10.9.{number}.2/24 dev eth1",
            f"ip address add fd00:{number}::2/64 dev eth1",
            f"ip route add default via 10.9.{number}.1",
            f"ip route add default via fd00:{number}::1",
        ),
    )


@pytest.fixture(scope="module", params=["default", "other"])
def lab(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GuestLab]:
    stanzas = "".join(
        f"\nauto eth{number}\niface eth{number}\n"
        f"    address 10.9.{number}.1/24\n    address fd00:{number}::1/64\n"
        for number in (1, 2)
    )
    config = DAY0.format(name="fw", loopback="", management=MANAGEMENT, interfaces=stanzas, frr="")
    topology = Topology(
        name="filter",
        management_subnet=IPv4Network("172.20.27.0/24"),
        nodes=(
            Node(
                name="fw",
                kind="router",
                management=IPv4Address(MANAGEMENT),
                forward=("127.20.27.11", 2222),
                daemons=("zebra", "staticd"),
                config=config,
            ),
            Node(
                name="edge",
                kind="router",
                management=IPv4Address(EDGE_MANAGEMENT),
                forward=("127.20.27.12", 2222),
                daemons=("zebra", "staticd"),
                config=DAY0.format(
                    name="edge",
                    loopback="",
                    management=EDGE_MANAGEMENT,
                    interfaces="",
                    frr="",
                ).replace("# ports.conf --\n", f"# ports.conf --\n{FILTER_LINE}\n{FILTER_AT_BOOT}"),
            ),
            host("h1", 1),
            host("h2", 2),
        ),
        links=(
            Link(a=Endpoint(node="fw", port="eth1"), b=Endpoint(node="h1", port="eth1")),
            Link(a=Endpoint(node="fw", port="eth2"), b=Endpoint(node="h2", port="eth1")),
        ),
    )
    best = best_guest(progress=print)
    name = best if request.param == "default" else {"uml": "microvm", "microvm": "uml"}[best]
    lab = guest_lab(name, tmp_path_factory.mktemp("filter"))
    lab.up(topology, progress=print)
    yield lab
    lab.down()


def load(lab: GuestLab, rules: str) -> None:
    """Replace the whole ruleset of the node in the middle."""
    done = lab.exec("fw", f"nft -f - <<'END'\nflush ruleset\n{rules}END\n")
    assert done.exit_code == 0, done.stderr


@pytest.mark.both_backends
def test_packets_are_filtered_by_port_and_direction(lab: GuestLab) -> None:
    wanted = [
        (ConnectionAttempt("h1", H1, "h2", H2, "tcp", 443), ANSWERED),
        (ConnectionAttempt("h1", H1, "h2", H2, "tcp", 80, expected=False), NOTHING),
        (ConnectionAttempt("h2", H2, "h1", H1, "tcp", 443, expected=False), NOTHING),
        (ConnectionAttempt("h1", H1, "h2", H2, "icmp", None, expected=False), NOTHING),
        (ConnectionAttempt("h1", H1_V6, "h2", H2_V6, "udp", 53), ANSWERED),
        (ConnectionAttempt("h1", H1_V6, "h2", H2_V6, "tcp", 53, expected=False), NOTHING),
        (ConnectionAttempt("h2", H2_V6, "h1", H1_V6, "udp", 53, expected=False), NOTHING),
    ]
    attempts = [attempt for attempt, _ in wanted]
    load(lab, "")
    assert set(lab.try_connections(attempts)) == {ANSWERED}
    load(lab, RULES)
    assert lab.try_connections(attempts) == [seen for _, seen in wanted]
    seen = lab.exec("fw", "nft list set inet egovnet seen").stdout
    assert f"{H2} . 443" in seen
    load(lab, "")


ANSWERS = """
import socket
listening = socket.create_server(("0.0.0.0", 443))
connection, _ = listening.accept()
while word := connection.recv(64):
    connection.sendall(word)
"""
ASKS = """
import pathlib, socket, time
told = pathlib.Path("/tmp/told")
with socket.create_connection(("10.9.2.2", 443), timeout=10) as connection:
    connection.settimeout(4)
    connection.sendall(b"one")
    told.write_bytes(connection.recv(64) + b" ")
    while not pathlib.Path("/tmp/go").exists():
        time.sleep(0.05)
    connection.sendall(b"two")
    try:
        told.write_bytes(told.read_bytes() + connection.recv(64) + b" ")
    except TimeoutError:
        told.write_bytes(told.read_bytes() + b"cut ")
"""


# in this order: who is cut off does not hear that the other one has gone, and keeps the port
@pytest.mark.parametrize("withdrawn", [False, True])
def test_an_open_connection_is_cut_with_its_rule(lab: GuestLab, *, withdrawn: bool) -> None:
    load(lab, RULES)
    lab.exec("h1", "rm -f /tmp/told /tmp/go")
    for node, program in (("h2", ANSWERS), ("h1", ASKS)):
        lab.exec(
            node, f"timeout 30 python3 -IS -c '{program}' >/dev/null 2>&1 </dev/null & sleep 1"
        )
    until = "for i in $(seq 100); do [ -s /tmp/told ] && break; sleep 0.1; done; cat /tmp/told"
    assert lab.exec("h1", until).stdout == "one "
    without = RULES.replace("tcp dport 443 ct state established,new counter accept", "drop")
    load(lab, without if withdrawn else RULES.replace("443", "{ 443, 8443 }"))
    told = lab.exec("h1", "touch /tmp/go; sleep 6; cat /tmp/told").stdout
    assert told == ("one cut " if withdrawn else "one two ")
    load(lab, "")


def test_a_router_starts_with_its_filter(lab: GuestLab) -> None:
    for _ in range(2):
        assert lab.exec("edge", "nft -s list ruleset").stdout == FILTER_AT_BOOT
        lab.restart("edge")


@pytest.mark.both_backends
def test_rules_are_listed_as_they_were_loaded(lab: GuestLab) -> None:
    # a connection of an earlier test may send something again: what it adds to a set is no rule
    show = "nft -s list ruleset | sed '/elements = {/d'"
    load(lab, RULES)
    listed = lab.exec("fw", show).stdout
    load(lab, listed)
    assert lab.exec("fw", show).stdout == listed
    assert "hook forward priority filter; policy drop;" in listed
    load(lab, "")
