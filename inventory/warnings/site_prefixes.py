"""Sites' prefixes beside the plan: of no pool for them, or kept for another site."""

from collections.abc import Iterator
from ipaddress import ip_network

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import AddressPlan, Network
from egovnet.inventory.model.site_pools import pools_for
from egovnet.inventory.model.within import is_within

CODES = {
    "prefix-outside-plan": "There are pools for sites of its VPN and region, and a site's prefix "
    "is in none of them.",
    "prefix-kept-for-another": "A site's prefix is one that the lock file keeps for another, which "
    "is gone or is to come.",
}


def warn(network: Network, allocation: Allocation, report: Report) -> Iterator[tuple[str, Problem]]:
    """Yield every warning about these."""
    backbone = network.backbone
    if not backbone.site_pools:
        return
    kept = [
        (ip_network(str(value)), name.partition("/")[0])
        for pool, values in allocation.lock.retired.items()
        if pool.startswith("site-ipv")
        for name, value in values.items()
    ]
    for name, site in network.written_sites.items():
        vpn = network.vpns[site.vpn]
        if vpn.address_plan is not AddressPlan.SHARED:
            continue
        pools = [backbone.site_pools[each] for each in pools_for(network, vpn, site.region)]
        for index, prefix in enumerate(site.prefixes):
            at = (name, "prefixes", index)
            own = [
                p
                for pool in pools
                for p in (pool.ipv4, pool.ipv6)
                if p is not None and p.version == prefix.version
            ]
            if own and not any(is_within(prefix, each) for each in own):
                found = f"{prefix} is in no pool for it: {', '.join(map(str, own))}"
                remedy = f"for a free one: egovnet allocate site NAME --vpn {site.vpn}"
                remedy += f" --region {site.region}"
                yield "prefix-outside-plan", report("sites", at, found, remedy)
            for other, whose in kept:
                if whose != name and other.version == prefix.version and prefix.overlaps(other):
                    found = f"{prefix} overlaps {other}, which plan.lock.yaml keeps for {whose}"
                    remedy = "use another, or delete that line of plan.lock.yaml"
                    yield "prefix-kept-for-another", report("sites", at, found, remedy)
