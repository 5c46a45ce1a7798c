"""Regions: a parent of a higher tier."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import TIER_ORDER, Network


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of these."""
    for name, region in network.regions.items():
        parent = network.regions.get(region.parent or "")
        if region.parent == name:
            yield report(
                "regions",
                (name, "parent"),
                f"{name} is its own parent",
                "name the region that it is a part of, or leave it out at the top",
            )
        elif parent is not None and TIER_ORDER.index(parent.tier) >= TIER_ORDER.index(region.tier):
            yield report(
                "regions",
                (name, "parent"),
                f"parent {region.parent} is of tier {parent.tier}, not above {region.tier}",
                "name a region of a higher tier",
            )
