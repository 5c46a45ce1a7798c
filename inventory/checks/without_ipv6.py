"""A network without pools of IPv6 has no IPv6: nothing in it may ask for an address of it."""

from collections.abc import Iterator

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Network

_REMEDY = "leave it out, or give pools.loopback-ipv6, circuit-ipv6 and access-ipv6 in network.yaml"


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every address and prefix of IPv6 in a network that has none."""
    if 6 in network.backbone.pools.versions:
        return
    for section, location, value in _values(network):
        found = f"{value} is of IPv6, and the network has no pools of it"
        yield report(section, location, found, _REMEDY)


def _values(network: Network) -> Iterator[tuple[str, Location, object]]:
    for name, router in network.routers.items():
        if router.loopback_ipv6 is not None:
            yield "routers", (name, "loopback-ipv6"), router.loopback_ipv6
        for index, address in enumerate(router.uplink.addresses if router.uplink else ()):
            if address.version == 6:
                yield "routers", (name, "uplink", "addresses", index), address
    for name, site in network.sites.items():
        for index, prefix in enumerate(site.prefixes):
            if prefix.version == 6:
                yield "sites", (name, "prefixes", index), prefix
        for key, each in site.attachments.items():
            for index, prefix in enumerate(each.prefixes):
                if prefix.version == 6:
                    yield "sites", (name, "attachments", key, "prefixes", index), prefix
