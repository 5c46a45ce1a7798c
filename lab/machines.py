"""Which node runs in which machine, where a lab is spread over several.

A machine of User Mode Linux has one processor, so a lab uses as many of the host's processors as it
has machines. A cable between two machines costs each packet a way through both kernels, and a few
milliseconds until one end feels that the other is down: so customers stay with their routers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import islice, product

from egovnet.lab.errors import TopologyError
from egovnet.lab.topology import Endpoint, Node, Topology

CONTROL_HOST_NUMBER = 2
"""The first machine's address in the management subnet, by its number from the network's."""
_ROUTER, _EDGE, _PLAIN = 10, 3, 1
"""What a node costs to boot and to change, as measured: a router's daemons and texts, a customer
edge that speaks BGP, and what has no process."""
_WORTH_IT = 4 * _ROUTER
"""A lab that costs less boots as fast in one machine: each has a kernel and programs to load."""
_NEEDED = 3
"""Management addresses of a second machine: its own, and its relay's host and DNS."""
_TRIED = 12
"""Up to so many groups, every way to spread them is looked at."""


@dataclass(frozen=True)
class Cable:
    """A cable's end in this machine; the other end is in the other one."""

    number: int
    """Of the cable's wire, from 2 (1 is the management network's); the same in both machines."""
    end: Endpoint


@dataclass(frozen=True)
class Machine:
    """One machine of a lab."""

    topology: Topology
    """The nodes that live in it, and the links that do not leave it."""
    control: IPv4Address
    """Where its root namespace answers in the management subnet."""
    relay: tuple[IPv4Address, IPv4Address]
    """The management addresses of QEMU's own host and DNS, over which this machine is reached."""
    cables: tuple[Cable, ...] = ()
    other: IPv4Address | None = None
    """The other machine's control address, where there is one."""


def one_machine(topology: Topology) -> tuple[Machine, ...]:
    """All of ``topology`` in one machine."""
    return (Machine(topology, *_addresses(topology)[0]),)


def two_machines(topology: Topology) -> tuple[Machine, ...]:
    """``topology`` spread over two machines evenly, or one where it cannot be, or is too small.

    Equal topologies are spread equally.
    """
    if sum(map(_cost, topology.nodes)) < _WORTH_IT or len(_free(topology)) < _NEEDED:
        return one_machine(topology)
    halves = halved(topology)
    return machines_of(topology, halves) if all(halves) else one_machine(topology)


def machines_of(topology: Topology, halves: Sequence[frozenset[str]]) -> tuple[Machine, ...]:
    """The two machines whose nodes are named by ``halves``."""
    crossing = [
        link for link in topology.links if (link.a.node in halves[0]) != (link.b.node in halves[0])
    ]
    addresses = _addresses(topology, beside=True)
    machines = []
    for number, names in enumerate(halves):
        inside = topology.model_copy(
            update={
                "nodes": tuple(node for node in topology.nodes if node.name in names),
                "links": tuple(
                    link for link in topology.links if {link.a.node, link.b.node} <= names
                ),
            }
        )
        cables = tuple(
            Cable(cable, link.a if link.a.node in names else link.b)
            for cable, link in enumerate(crossing, start=2)
        )
        other, _ = addresses[1 - number]
        machines.append(Machine(inside, *addresses[number], cables, other))
    return tuple(machines)


def halved(topology: Topology) -> tuple[frozenset[str], frozenset[str]]:
    """The nodes in two halves of about the same cost, with few cables between them.

    What hangs on a router stays with it, and routers that share a customer stay together.
    """
    costs = {node.name: _cost(node) for node in topology.nodes}
    groups = sorted(_groups(topology), key=lambda group: (-sum(costs[n] for n in group), group))
    of = {name: number for number, group in enumerate(groups) for name in group}
    cables = [(of[link.a.node], of[link.b.node]) for link in topology.links]
    between = [(a, b) for a, b in cables if a != b]
    sums = [sum(costs[name] for name in group) for group in groups]
    if 1 <= len(groups) <= _TRIED:
        sides = [(0, *rest) for rest in product((0, 1), repeat=len(groups) - 1)]
    else:
        sides = [_one_by_one(sums)]

    def badness(side: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        """How much more one half costs than the other, in routers; then the cables cut."""
        difference = sum(c if at else -c for c, at in zip(sums, side, strict=True))
        cut = sum(side[a] != side[b] for a, b in between)
        return abs(difference) // _ROUTER, cut, side

    best = min(sides, key=badness)
    first = frozenset(name for name in costs if best[of[name]] == 0)
    return first, frozenset(costs) - first


def _groups(topology: Topology) -> list[tuple[str, ...]]:
    """Names that must stay together: those joined by a link that has an end at no router."""
    kinds = {node.name: node.kind for node in topology.nodes}
    leader = {name: name for name in kinds}

    def lead(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for link in topology.links:
        if {kinds[link.a.node], kinds[link.b.node]} != {"router"}:
            leader[lead(link.a.node)] = lead(link.b.node)
    groups: dict[str, list[str]] = {}
    for name in kinds:
        groups.setdefault(lead(name), []).append(name)
    return [tuple(group) for group in groups.values()]


def _one_by_one(costs: Iterable[int]) -> tuple[int, ...]:
    """Each group, the dearest first, to the side that has less."""
    sides, sums = [], [0, 0]
    for cost in costs:
        side = int(sums[1] < sums[0])
        sums[side] += cost
        sides.append(side)
    return tuple(sides)


def _cost(node: Node) -> int:
    if node.kind == "router":
        return _ROUTER
    return _EDGE if node.daemons else _PLAIN


_MachineAddresses = tuple[IPv4Address, tuple[IPv4Address, IPv4Address]]


def _addresses(topology: Topology, *, beside: bool = False) -> list[_MachineAddresses]:
    """Of each machine: its own address and its relay's two, the subnet's last but broadcast.

    Those of a second machine, ``beside``, are the next ones towards the front that nobody has.
    """
    subnet = topology.management_subnet
    found = [(subnet[CONTROL_HOST_NUMBER], (subnet[-2], subnet[-3]))]
    if beside:
        free = _free(topology)
        if len(free) < _NEEDED:
            raise TopologyError(
                f"it has not the {_NEEDED} free addresses that a second machine needs",
                where=f"management subnet {subnet}",
                next_step="make it larger",
            )
        found.append((free[0], (free[1], free[2])))
    return found


def _free(topology: Topology) -> list[IPv4Address]:
    """The addresses that a second machine would have, if there are as many as it needs."""
    subnet = topology.management_subnet
    taken = {node.management for node in topology.nodes}
    numbers = range(-4, CONTROL_HOST_NUMBER - subnet.num_addresses, -1)
    free = (subnet[number] for number in numbers if subnet[number] not in taken)
    return list(islice(free, _NEEDED))
