"""Regions that are part of none, and sites that are joined far from where they are."""

from collections.abc import Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import TIER_ORDER, Network

CODES = {
    "region-without-parent": "A region is a part of none, and there are regions of a higher tier.",
    "site-outside-region": "A site is joined to a PE that is neither in its region nor in one "
    "above it. A further access may end below its region.",
}


def warn(
    network: Network, _allocation: Allocation, report: Report
) -> Iterator[tuple[str, Problem]]:
    """Yield every warning about these."""
    yield from _tops(network, report)
    above = {name: _upwards(network, name) for name in network.regions}
    for name, site in network.written_sites.items():
        at = {
            access_name: network.routers[access.pe].region
            for access_name, access in site.site_network_accesses.items()
        }
        near = any(region in above[site.region] for region in at.values())
        for access_name, region in at.items():
            if region in above[site.region] or (near and site.region in above[region]):
                continue
            pe = site.site_network_accesses[access_name].pe
            where: Location = (name, "site-network-accesses", access_name, "pe")
            found = f"a site in region {site.region} on {pe}, which serves region {region}"
            remedy = "join it to a PE of its region or one above it, or correct its region"
            yield "site-outside-region", report("sites", where, found, remedy)


def _tops(network: Network, report: Report) -> Iterator[tuple[str, Problem]]:
    rank = {tier: place for place, tier in enumerate(TIER_ORDER)}
    highest = min((rank[region.tier] for region in network.regions.values()), default=0)
    tops = [name for name, region in network.regions.items() if rank[region.tier] == highest]
    for name, region in network.regions.items():
        if region.parent is None and rank[region.tier] > highest:
            found = f"of tier {region.tier}, and a part of no region"
            remedy = f"add parent, such as parent: {tops[0]}"
            yield "region-without-parent", report("regions", (name,), found, remedy)


def _upwards(network: Network, region: str) -> frozenset[str]:
    """`region` and every region above it."""
    found: set[str] = set()
    here: str | None = region
    while here is not None and here not in found:
        found.add(here)
        here = network.regions[here].parent
    return frozenset(found)
