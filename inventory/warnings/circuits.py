"""Circuits that are too few: what one failure takes off the network, and what is off it already."""

from collections.abc import Iterator, Mapping

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network, Role
from egovnet.inventory.model.shown import listed

CODES = {
    "pe-without-circuit": "No circuit ends on a PE: its sites reach nobody.",
    "pe-with-one-circuit": "One circuit ends on a PE: its failure takes the PE's sites away.",
    "pe-behind-one-router": "All circuits of a PE lead to one router, whose failure takes the "
    "PE's sites away.",
    "backbone-in-parts": "Routers that circuits join among each other, and not with the rest.",
    "hello-without-bfd": "IS-IS is authenticated on a circuit without BFD: a recorded hello that "
    "is sent again keeps up an adjacency with a router that is gone (no RFC 7602).",
    "one-reflector": "One route reflector serves all PEs: its failure takes all VPN routes away.",
}
Found = Iterator[tuple[str, Problem]]


def warn(network: Network, _allocation: Allocation, report: Report) -> Found:
    """Yield every warning about these."""
    circuits: dict[str, list[str]] = {name: [] for name in network.routers}
    neighbours: dict[str, set[str]] = {name: set() for name in network.routers}
    for name, circuit in network.circuits.items():
        for here, there in ((circuit.a, circuit.b), (circuit.b, circuit.a)):
            circuits[here.router].append(name)
            neighbours[here.router].add(there.router)
    if len(network.routers) > 1:
        yield from _edges(network, circuits, neighbours, report)
        yield from _parts(neighbours, report)
    yield from _reflectors(network, report)
    yield from _replayed_hellos(network, report)


def _edges(
    network: Network,
    circuits: Mapping[str, list[str]],
    neighbours: Mapping[str, set[str]],
    report: Report,
) -> Found:
    for name in network.with_role(Role.PE):
        if not circuits[name]:
            found, remedy = "a PE without a circuit", "add two circuits, to different routers"
            yield "pe-without-circuit", report("hosts", (name,), found, remedy)
        elif len(circuits[name]) == 1:
            found = f"a PE with one circuit, {circuits[name][0]}"
            remedy = "add a second one, to another router"
            yield "pe-with-one-circuit", report("hosts", (name,), found, remedy)
        elif len(neighbours[name]) == 1:
            found = f"all circuits of the PE lead to {next(iter(neighbours[name]))}"
            yield (
                "pe-behind-one-router",
                report("hosts", (name,), found, "add a circuit to another router"),
            )


def _parts(neighbours: Mapping[str, set[str]], report: Report) -> Found:
    """Every part of the backbone but the largest; a router alone is reported by its role."""
    parts: list[list[str]] = []
    seen: set[str] = set()
    for name in neighbours:
        if name in seen:
            continue
        part, waiting = [], [name]
        seen.add(name)
        while waiting:
            here = waiting.pop()
            part.append(here)
            new = sorted(neighbours[here] - seen)
            seen.update(new)
            waiting += new
        parts.append(part)
    largest = max(parts, key=len, default=[])
    for part in parts:
        if part is not largest and len(part) > 1:
            found = f"no circuit joins {listed(sorted(part))} with the other routers"
            yield "backbone-in-parts", report("hosts", (part[0],), found, "add a circuit")


def _reflectors(network: Network, report: Report) -> Found:
    reflectors = network.with_role(Role.RR)
    if len(reflectors) == 1 and len(network.with_role(Role.PE)) > 1:
        found = "the only route reflector of all PEs"
        remedy = "give a second router the role rr"
        yield "one-reflector", report("routers", (reflectors[0], "roles"), found, remedy)


def _replayed_hellos(network: Network, report: Report) -> Found:
    if network.backbone.authentication.isis is None:
        return
    for name, circuit in network.circuits.items():
        if not (network.backbone.bfd.circuits.enabled if circuit.bfd is None else circuit.bfd):
            found = "its hellos have a key and no sequence number, and no BFD says who is gone"
            remedy = "let both ends speak BFD"
            yield "hello-without-bfd", report("circuits", (name, "bfd"), found, remedy)
