"""Who may talk to whom: the intent that every packet and every route is judged by.

Two sites reach each other only inside one VPN, and in a hub-and-spoke VPN only when one of them
is a hub (RFC 8299 section 5.2). Everything else must not be reached.
"""

from egovnet.inventory.model.network import Network
from egovnet.inventory.model.sites import SiteRole


def may_reach(network: Network, source: str, target: str) -> bool:
    """Whether packets from site `source` are meant to arrive at site `target`."""
    one, other = network.sites[source], network.sites[target]
    if one.vpn != other.vpn:
        return False
    if source == target:
        return True
    return not (one.site_role is SiteRole.SPOKE and other.site_role is SiteRole.SPOKE)


def sites_by_vpn(network: Network) -> dict[str, tuple[str, ...]]:
    """VPN -> its sites, in the inventory's order; a VPN without sites has none."""
    result: dict[str, list[str]] = {name: [] for name in network.vpns}
    for name, site in network.sites.items():
        result[site.vpn].append(name)
    return {vpn: tuple(sites) for vpn, sites in result.items()}
