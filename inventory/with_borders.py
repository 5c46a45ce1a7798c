"""A network with the other sides of its borders: a site for each VPN that crosses one.

To a border router the neighbour's is a customer's router in each VPN (RFC 4364 section 10, option
a), with the neighbour's AS number.
"""

from egovnet.inventory.model import (
    Border,
    BorderSite,
    BorderState,
    Network,
    ServiceState,
    Site,
    SiteNetworkAccess,
)
from egovnet.inventory.model.borders import BorderVpn
from egovnet.inventory.model.platform_sites import border_site


def with_borders(network: Network) -> Network:
    """`network` with a site for each VPN at each border, behind its own; linear in the borders.

    `network` is right: its checks found nothing.
    """
    if not network.borders:
        return network
    sites: dict[str, Site] = dict(network.sites)
    for name, border in network.borders.items():
        for crossing in border.vpns.values():
            sites[border_site(name, crossing.vpn)] = _site(network, name, border, crossing)
    return network.model_copy(update={"sites": sites})


def _site(network: Network, name: str, border: Border, crossing: BorderVpn) -> BorderSite:
    waiting = border.state is BorderState.WAITING
    return BorderSite(
        description=f"Border with {border.neighbor}",
        border=name,
        neighbor=border.neighbor,
        region=network.routers[border.router].region,
        vpn=crossing.vpn,
        site_role=crossing.site_role,
        prefixes=crossing.accepts,
        announces=crossing.announces,
        aggregate=crossing.aggregate,
        links=crossing.links,
        asn=border.neighbor_asn,
        state=ServiceState.WAITING if waiting else ServiceState.IN_SERVICE,
        site_network_accesses={
            name: SiteNetworkAccess(
                pe=border.router,
                port=border.port,
                vlan=crossing.vlan,
                routing_protocol="bgp",
                maximum_prefix=crossing.maximum_prefix,
                access_priority=border.access_priority,
                bfd=border.bfd,
                authentication=border.authentication,
                ttl_security=border.ttl_security,
            )
        },
    )
