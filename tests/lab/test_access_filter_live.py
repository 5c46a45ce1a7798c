"""A PE that filters what an access lets in, seen with packets: a VLAN in a VRF, behind MPLS.

A customer's packet comes by at prerouting with its VLAN's name, before it has the VRF's. What comes
from the backbone has left its label by then and goes through the output hook, where its connection
is known: so an answer of the customer's is told from what he opens himself.
"""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from typing import Any

import pytest

from egovnet.lab.backends import best_guest, guest_lab
from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.lab.guest_lab import GuestLab
from egovnet.lab.topology import Topology
from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.model.packet_filter import FilterChain, PacketFilter, PacketRule

pytestmark = pytest.mark.lab("access-filter")

ANSWERED, NOTHING = SeenConnection.ANSWERED, SeenConnection.NOTHING
#: What is sent towards the access comes there; its answer does not come back.
ARRIVED = SeenConnection.ARRIVED
H1, H2, PORT = "10.2.0.2", "10.2.1.2", "eth2.101"
OWN, OTHERS = IPv4Network("10.2.0.0/24"), IPv4Network("10.2.1.0/24")
RULES = (
    PacketRule(
        "accept", PORT, None, "ipv4", (OWN,), (OTHERS,), "tcp", ((443, 443),), direction="reply"
    ),
    PacketRule(
        "accept", PORT, None, "ipv4", (OWN,), (OTHERS,), "udp", direction="open", recorded=True
    ),
    PacketRule("drop", PORT),
)
TEXT = packet_filter_text(PacketFilter((FilterChain("arrival", "accept", RULES),)))


def with_vlan(topology: Topology) -> Topology:
    """The first customer behind a VLAN."""
    nodes = []
    for node in topology.nodes:
        if node.name == "pe1":
            config = node.config.replace(
                f"auto {PORT[:4]}\niface {PORT[:4]}\n", f"auto {PORT}\niface {PORT}\n"
            )
            assert config != node.config
            nodes.append(node.model_copy(update={"config": config}))
        elif node.name == "ce1":
            tagged = "ip link add link eth1 name eth1.101 type vlan id 101"
            commands = tuple(line.replace("dev eth1", "dev eth1.101") for line in node.commands)
            up = "ip link set eth1.101 up"
            nodes.append(node.model_copy(update={"commands": (tagged, up, *commands)}))
        else:
            nodes.append(node)
    return topology.model_copy(update={"nodes": tuple(nodes)})


@pytest.fixture(scope="module")
def lab(
    backbone: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GuestLab]:
    topology = with_vlan(
        backbone(edges=2, name="access-filter", loopback_net="127.20.28").topology()
    )
    lab = guest_lab(best_guest(progress=print), tmp_path_factory.mktemp("access-filter"))
    lab.up(topology, progress=print)
    reached = f"for i in $(seq 60); do ping -c 1 -W 1 {H2} && break; done"
    assert lab.exec("h1", reached, timeout=90).exit_code == 0
    yield lab
    lab.down()


def test_an_access_lets_in_answers_and_what_is_declared(lab: GuestLab) -> None:
    wanted = [
        (ConnectionAttempt("h2", H2, "h1", H1, "tcp", 443), ANSWERED),
        (ConnectionAttempt("h1", H1, "h2", H2, "tcp", 443, expected=False), NOTHING),
        (ConnectionAttempt("h2", H2, "h1", H1, "tcp", 80, expected=False), ARRIVED),
        (ConnectionAttempt("h1", H1, "h2", H2, "icmp", None, expected=False), NOTHING),
        (ConnectionAttempt("h1", H1, "h2", H2, "udp", 5353), ANSWERED),
    ]
    attempts = [attempt for attempt, _ in wanted]
    assert set(lab.try_connections(attempts)) == {ANSWERED}
    loaded = lab.exec("pe1", f"nft -f - <<'END'\n{TEXT}END\n")
    assert loaded.exit_code == 0, loaded.stderr
    assert lab.exec("pe1", "nft -s list ruleset").stdout == TEXT
    assert lab.try_connections(attempts) == [seen for _, seen in wanted]
    kept = lab.exec("pe1", "nft list set inet egovnet flows4").stdout
    assert f"{H1} . {H2} . udp . 5353" in kept
    assert "tcp" not in kept
