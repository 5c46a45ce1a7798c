"""Ports of circuits, accesses, firewalls, gateways and borders that management has already."""

from collections.abc import Iterator

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Network


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every port that is the management's, or named as its VRF."""
    vrf = network.backbone.management.vrf
    for section, location, router, port in _ports(network):
        if port == network.management_port(router):
            yield report(section, location, f"{port} is the management port", "use another port")
        elif port == vrf:
            yield report(section, location, f"{port} is the management VRF", "use another port")


def _ports(network: Network) -> Iterator[tuple[str, Location, str, str]]:
    """(section, location, router, port) of every port that the owner named."""
    for name, circuit in network.circuits.items():
        for end_name, end in (("a", circuit.a), ("b", circuit.b)):
            yield "circuits", (name, end_name, "port"), end.router, end.port
    for name, router in network.routers.items():
        if router.uplink is not None:
            yield "routers", (name, "uplink", "port"), name, router.uplink.port
        if (at := router.attachment) is not None:
            yield "routers", (name, "attachment", "port"), name, at.port
            if at.pe in network.routers:
                yield "routers", (name, "attachment", "pe-port"), at.pe, at.pe_port
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            if access.pe in network.routers:
                where = (name, "site-network-accesses", access_name, "port")
                yield "sites", where, access.pe, access.port
    for name, border in network.borders.items():
        if border.router in network.routers:
            yield "borders", (name, "port"), border.router, border.port
