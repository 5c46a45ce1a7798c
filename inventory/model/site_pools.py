"""Which pool for sites a site's prefixes come from."""

from egovnet.inventory.model.address_plan import SitePool
from egovnet.inventory.model.network import Network
from egovnet.inventory.model.regions import TIER_ORDER
from egovnet.inventory.model.vpns import AddressPlan, Vpn


def is_for(pool: SitePool, network: Network, vpn: Vpn, region: str) -> bool:
    """Whether a pool is for sites of a VPN in a region."""
    return (
        vpn.address_plan is AddressPlan.SHARED
        and pool.zone is vpn.zone
        and pool.agency in (None, vpn.owner)
        and (not pool.tiers or network.regions[region].tier in pool.tiers)
        and (not pool.regions or not _above(network, region).isdisjoint(pool.regions))
    )


def pools_for(network: Network, vpn: Vpn, region: str) -> list[str]:
    """Pools for sites of a VPN in a region, the most special ones first."""
    fitting = [
        (name, pool)
        for name, pool in network.backbone.site_pools.items()
        if is_for(pool, network, vpn, region)
    ]
    fitting.sort(key=lambda each: (not each[1].agency, not each[1].regions, not each[1].tiers))
    return [name for name, _ in fitting]


def _above(network: Network, region: str) -> frozenset[str]:
    """The region and every one above it."""
    found: set[str] = set()
    here: str | None = region
    while here is not None and here not in found and len(found) <= len(TIER_ORDER):
        found.add(here)
        here = network.regions[here].parent
    return frozenset(found)
