"""An Internet gateway as a router of the lab that translates: its whole text, booted.

On one side is a host with the PE's addresses and two sites', on the other the lab's Internet.
"""

from collections.abc import Iterator

import pytest

from egovnet.lab.backends import guest_lab
from egovnet.lab.guest_lab import GuestLab
from egovnet.lab.internet import internet_of
from egovnet.lab.topology import Endpoint, Link, Node, Topology
from tests.isolation.gateway_proof import built

pytestmark = pytest.mark.lab
GATEWAY, ZONE = "bj-gw1", "zone"
SITE4, SITE6 = "10.9.1.10", "fde9:9:1::10"


def topology() -> Topology:
    """The gateway between the two."""
    one = built()
    router, device = one.network.routers[GATEWAY], one.devices[GATEWAY]
    (vlan,) = (port for port in device.interfaces if port.vlan is not None)
    assert device.firewall is not None
    inside = (
        f"ip link add link eth1 name eth1.{vlan.vlan} type vlan id {vlan.vlan}",
        f"ip link set eth1 up; ip link set eth1.{vlan.vlan} up",
        *(
            f"ip address add {peer.address}/{30 if peer.address.version == 4 else 126}"
            f" dev eth1.{vlan.vlan}{'' if peer.address.version == 4 else ' nodad'}"
            for peer in device.firewall.peers
        ),
        *(f"ip address add {address} dev lo" for address in (SITE4, SITE6)),
        *(f"ip -{a.version} route add default via {a.ip}" for a in vlan.addresses),
    )
    nodes, links = internet_of(one.network)
    return Topology(
        name="gateway",
        management_subnet=one.network.backbone.management.prefix,
        nodes=(
            Node(
                name=GATEWAY,
                kind="router",
                management=router.management.ip,
                forward=("127.20.26.61", 2222),
                daemons=("zebra", "staticd"),
                config=one.texts[GATEWAY],
            ),
            Node(name=ZONE, kind="host", commands=inside),
            *(
                node.model_copy(
                    update={"commands": tuple(c for c in node.commands if "203.0.113.6" not in c
                        and "203.0.113.5" not in c and "0:2::" not in c and "eth2" not in c)}
                )
                for node in nodes
            ),
        ),
        links=(
            Link(a=Endpoint(node=GATEWAY, port=vlan.port), b=Endpoint(node=ZONE, port="eth1")),
            *(link for link in links if link.a.node == GATEWAY),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuestLab]:
    """On an emulated processor: User Mode Linux has no translation."""
    one = guest_lab("microvm", tmp_path_factory.mktemp("gateway"))
    one.up(topology(), progress=print)
    try:
        yield one
    finally:
        one.down()


def test_it_boots_with_its_filter_and_translation(lab: GuestLab) -> None:
    text = built().texts[GATEWAY]
    table = text[text.index("table inet egovnet") : text.index("frr version")]
    assert lab.exec(GATEWAY, "nft -s list ruleset").stdout == table
