"""Routers that nothing needs."""

from collections import Counter
from collections.abc import Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import BEHIND_A_PE, Network, Role

CODES = {
    "router-without-use": "A P that joins nothing (fewer than two circuits), or a PE without a "
    "site.",
}


def warn(
    network: Network, _allocation: Allocation, report: Report
) -> Iterator[tuple[str, Problem]]:
    """Yield every warning about these."""
    circuits = Counter(
        end.router for circuit in network.circuits.values() for end in (circuit.a, circuit.b)
    )
    serving = {
        access.pe
        for site in network.sites.values()
        for access in site.site_network_accesses.values()
    } | {router.attachment.pe for router in network.routers.values() if router.attachment}
    for name, router in network.routers.items():
        if BEHIND_A_PE & router.roles:
            continue  # it is no part of the backbone
        edge, reflects = Role.PE in router.roles, Role.RR in router.roles
        if edge and circuits[name] and not reflects and name not in serving:
            found, remedy = "a PE that no site is joined to", "join a site, or take it out"
        elif not edge and not circuits[name]:
            found, remedy = "no circuit ends on it", "add circuits, or take it out"
        elif not edge and not reflects and circuits[name] == 1:
            found = "a P with one circuit joins nothing"
            remedy = "add a circuit, or take it out"
        else:
            continue
        yield "router-without-use", report("hosts", (name,), found, remedy)
