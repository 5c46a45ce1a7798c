"""Accesses: a PE that stays, on a port that is no circuit's."""

from collections.abc import Iterator

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Network, Role


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of these."""
    circuit_ports = {
        (end.router, end.port): name
        for name, circuit in network.circuits.items()
        for end in (circuit.a, circuit.b)
    }
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            where: Location = (name, "site-network-accesses", access_name)
            router = network.routers.get(access.pe)
            if router is not None and Role.PE not in router.roles:
                yield report(
                    "sites",
                    (*where, "pe"),
                    f"{access.pe} is not a PE (roles: {', '.join(sorted(router.roles))})",
                    "join sites to PEs only: labels and customers never share a port",
                )
            if router is not None and router.leaving:
                yield report(
                    "sites",
                    (*where, "pe"),
                    f"{access.pe} is leaving",
                    "join the site to another PE, or remove it",
                )
            circuit = circuit_ports.get((access.pe, access.port))
            if circuit is not None:
                yield report(
                    "sites",
                    (*where, "port"),
                    f"{access.pe} {access.port} is a backbone port (circuit {circuit})",
                    "use a customer port",
                )
