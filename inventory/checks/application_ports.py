"""Ports of applications: each of a server is one application's, with one level and its users."""

from collections.abc import Iterator
from dataclasses import dataclass

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Application, IPNetwork, Network
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.site_prefixes import common
from egovnet.inventory.model.transport import PortRanges


@dataclass(frozen=True, slots=True)
class _Service:
    """Servers of an application, at one prefix."""

    name: str
    index: int
    prefix: IPNetwork
    protocol: str
    ports: PortRanges


def _services(name: str, application: Application) -> Iterator[tuple[tuple[str, str], _Service]]:
    """Each prefix of servers, with its VPN and protocol."""
    key = (application.vpn, application.protocol)
    for index, prefix in enumerate(application.servers):
        yield key, _Service(name, index, prefix, application.protocol, application.port_ranges)


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every port of a server that two applications have."""
    services: dict[tuple[str, str, int], list[_Service]] = {}
    for name, application in network.applications.items():
        for key, service in as_far_as_known(_services(name, application)):
            services.setdefault((*key, service.prefix.version), []).append(service)
    told: set[tuple[str, str]] = set()
    for alike in services.values():
        for one, other in _overlapping(alike):
            pair = (one.name, other.name)
            if one.name == other.name or pair in told:
                continue
            ports = _common_ports(one, other)
            if ports is not None:
                told.add(pair)
                yield report(
                    "applications",
                    (other.name, "servers", other.index),
                    f"{ports} of {common(one.prefix, other.prefix)} is application {one.name}'s",
                    "let each server's port be of one application",
                )


def _overlapping(services: list[_Service]) -> Iterator[tuple[_Service, _Service]]:
    """Pairs whose prefixes overlap, the one that was written before first."""
    order = {id(service): number for number, service in enumerate(services)}
    around: list[_Service] = []
    for service in sorted(
        services, key=lambda s: (int(s.prefix.network_address), s.prefix.prefixlen)
    ):
        first = service.prefix.network_address
        around = [each for each in around if first in each.prefix]
        for each in around:
            one, other = sorted((each, service), key=lambda s: order[id(s)])
            yield one, other
        around.append(service)


def _common_ports(one: _Service, other: _Service) -> str | None:
    """What two applications on one server both have; None: nothing."""
    if one.protocol == "icmp":
        return "icmp"
    for first, last in one.ports:
        for begin, end in other.ports:
            low, high = max(first, begin), min(last, end)
            if low <= high:
                return f"{one.protocol} {low}" if low == high else f"{one.protocol} {low}-{high}"
    return None
