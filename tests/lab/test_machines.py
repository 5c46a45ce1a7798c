from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.lab.errors import TopologyError
from egovnet.lab.machines import halved, machines_of, one_machine, two_machines
from egovnet.lab.topology import Endpoint, Link, Node, Topology


def link(number: int, a: str, b: str) -> Link:
    return Link(a=Endpoint(node=a, port=f"e{number}a"), b=Endpoint(node=b, port=f"e{number}b"))


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Routers in any mesh, and customers on one or two of them, or on each other."""
    routers = [f"r{n}" for n in range(draw(st.integers(0, 16)))]
    customers = [f"c{n}" for n in range(draw(st.integers(0, 12)))]
    names = routers + customers
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(
                lambda pair: pair[0] != pair[1]
            ),
            max_size=30,
        )
        if len(names) > 1
        else st.just([])
    )
    speakers = draw(st.sets(st.sampled_from(customers))) if customers else set()
    nodes = [
        Node(
            name=name,
            kind="router",
            management=IPv4Address("172.20.20.11") + number,
            forward=(f"127.20.20.{11 + number}", 2222),
            daemons=("zebra",),
            config="text",
        )
        for number, name in enumerate(routers)
    ]
    nodes += [
        Node(name=name, kind="ce", daemons=("zebra", "bgpd") if name in speakers else ())
        for name in customers
    ]
    return Topology(
        name="t",
        management_subnet=IPv4Network("172.20.20.0/24"),
        nodes=tuple(nodes),
        links=tuple(link(number, a, b) for number, (a, b) in enumerate(pairs)),
    )


@given(topologies())
def test_every_node_and_every_cable_is_somewhere(topology: Topology) -> None:
    machines = machines_of(topology, halved(topology))
    names = [node.name for machine in machines for node in machine.topology.nodes]
    assert sorted(names) == sorted(node.name for node in topology.nodes)
    inside = [each for machine in machines for each in machine.topology.links]
    ends = [{cable.number: cable.end for cable in machine.cables} for machine in machines]
    assert list(ends[0]) == list(ends[1]) == list(range(2, len(ends[0]) + 2))
    crossing = [{ends[0][number], ends[1][number]} for number in ends[0]]
    found = [{each.a, each.b} for each in inside] + crossing
    assert sorted(map(str, map(sorted_ends, found))) == sorted(
        str(sorted_ends({each.a, each.b})) for each in topology.links
    )
    for machine, cables in zip(machines, ends, strict=True):
        own = {node.name for node in machine.topology.nodes}
        assert {cable.node for cable in cables.values()} <= own


def sorted_ends(ends: set[Endpoint]) -> list[str]:
    return sorted(map(str, ends))


@given(topologies())
def test_customers_stay_with_their_routers(topology: Topology) -> None:
    first, _ = halved(topology)
    kinds = {node.name: node.kind for node in topology.nodes}
    for each in topology.links:
        if (each.a.node in first) != (each.b.node in first):
            assert kinds[each.a.node] == kinds[each.b.node] == "router"


@given(topologies())
def test_equal_topologies_are_spread_equally(topology: Topology) -> None:
    again = Topology.model_validate_json(topology.model_dump_json())
    assert two_machines(again) == two_machines(topology)


def test_routers_alone_are_halved_evenly() -> None:
    for count in range(8, 41, 8):
        nodes = tuple(
            Node(name=f"r{n}", kind="router", daemons=("zebra",), config="text")
            for n in range(count)
        )
        links = tuple(link(n, f"r{n}", f"r{n + 1}") for n in range(count - 1))
        network = IPv4Network("172.20.20.0/24")
        topology = Topology(name="t", management_subnet=network, nodes=nodes, links=links)
        first, second = halved(topology)
        assert len(first) == len(second)


def test_a_small_lab_stays_in_one_machine(backbone: Callable[..., Any]) -> None:
    small = backbone(edges=2).topology()
    assert two_machines(small) == one_machine(small)
    assert len(two_machines(backbone(cores=2, edges=4).topology())) == 2


def test_few_cables_are_cut(backbone: Callable[..., Any]) -> None:
    chain = backbone(edges=8).topology()
    assert len(two_machines(chain)[0].cables) == 1


def test_control_addresses_are_free_ones(backbone: Callable[..., Any]) -> None:
    topology = backbone(edges=6).topology()
    controls = [machine.control for machine in two_machines(topology)]
    assert [str(each) for each in controls] == ["172.20.20.2", "172.20.20.252"]
    assert [machine.other for machine in two_machines(topology)] == controls[::-1]


def test_a_management_subnet_without_room_is_for_one_machine(backbone: Callable[..., Any]) -> None:
    topology = backbone(edges=6).topology()
    full = topology.model_copy(update={"management_subnet": IPv4Network("172.20.20.0/29")})
    taken = tuple(
        node.model_copy(update={"management": IPv4Address(f"172.20.20.{3 + number}")})
        if node.kind == "router"
        else node
        for number, node in enumerate(topology.nodes)
    )
    full = full.model_copy(update={"nodes": taken})
    assert two_machines(full) == one_machine(full), "it runs as it always did"
    with pytest.raises(TopologyError, match=r"172\.20\.20\.0/29: it has not the 3 free addresses"):
        machines_of(full, halved(full))
