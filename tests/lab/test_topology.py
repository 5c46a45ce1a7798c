from ipaddress import IPv4Address, IPv4Network

import pytest

from egovnet.lab.errors import TopologyError, UnknownNodeError
from egovnet.lab.topology import Endpoint, Link, Node, Topology

SUBNET = IPv4Network("172.20.20.0/24")


def cable(a: str, a_port: str, b: str, b_port: str) -> Link:
    return Link(a=Endpoint(node=a, port=a_port), b=Endpoint(node=b, port=b_port))


def router(name: str, number: int) -> Node:
    return Node(
        name=name,
        kind="router",
        management=IPv4Address(f"172.20.20.{number}"),
        forward=(f"127.20.20.{number}", 2222),
        daemons=("zebra",),
        config=f"{name}\n# ports.conf --\nfrr version 8.4.4\n",
    )


def test_a_sound_topology_passes() -> None:
    topology = Topology(
        name="t",
        management_subnet=SUBNET,
        nodes=(router("r1", 11), router("r2", 12), Node(name="h1", kind="host")),
        links=(cable("r1", "eth1", "r2", "eth1"), cable("r1", "eth2", "h1", "eth1")),
    )
    topology.check()
    assert [node.name for node in topology.routers()] == ["r1", "r2"]


def test_all_contradictions_are_told_at_once() -> None:
    topology = Topology(
        name="t",
        management_subnet=SUBNET,
        nodes=(
            router("r1", 11),
            router("r1", 11),
            Node(name="R 2", kind="host", daemons=("bgpd",)),
            Node(name="r3", kind="router", management=IPv4Address("10.0.0.1"), config="x"),
        ),
        links=(
            cable("r1", "eth1", "nowhere", "eth1"),
            cable("r1", "eth1", "r3", "eth0"),
            cable("r3", "an-interface-name-too-long", "r1", "lo"),
        ),
    )
    with pytest.raises(TopologyError) as caught:
        topology.check()
    assert caught.value.what.splitlines() == [
        "node r1: 2 nodes have this name",
        "node 'R 2': a name is lower-case letters, digits and inner hyphens",
        "node R 2: daemons need zebra",
        "node R 2: a host has neither daemons nor a config",
        "link r1:eth1 to nowhere:eth1: there is no node nowhere",
        "link r1:eth1 to r3:eth0: eth0 of r3 is its management port",
        "link r3:an-interface-name-too-long to r1:lo: "
        "'an-interface-name-too-long' is no interface name",
        "link r3:an-interface-name-too-long to r1:lo: lo cannot be cabled",
        "port r1:eth1: used by 2 links",
        "management address 172.20.20.11: used by 2 nodes",
        "forward 127.20.20.11:2222: used by 2 nodes",
        "node r3: a router needs a management address and a forward",
    ]


def test_the_digest_follows_every_change() -> None:
    one = Topology(name="t", management_subnet=SUBNET, nodes=(router("r1", 11),), links=())
    other = one.model_copy(update={"nodes": (router("r1", 12),)})
    assert one.digest() == one.model_copy().digest()
    assert one.digest() != other.digest()


def test_an_unknown_node_is_answered_with_those_there_are() -> None:
    topology = Topology(name="t", management_subnet=SUBNET, nodes=(router("r1", 11),), links=())
    with pytest.raises(UnknownNodeError, match="the lab has no node r9; it has r1"):
        topology.node("r9")
