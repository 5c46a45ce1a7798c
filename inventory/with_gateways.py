"""Internet zones with their gateways: the site by which each is joined to the Internet.

A VPN with part internet has an exit of its own, and the default route exists nowhere else: behind
the site that stands for its gateways is everything that no other site has.
"""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from egovnet.inventory.allocation.pool import natural
from egovnet.inventory.model import (
    ExtranetPart,
    IPNetwork,
    Network,
    PlatformAttachment,
    Role,
    Site,
    SiteNetworkAccess,
    Uplink,
)
from egovnet.inventory.model.platform_sites import GatewaySite, gateway_site

#: BGP local preference: all VPNs prefer the same firewall or gateway, so that both directions take
#: one way.
FIRST, OTHERS = 200, 100
#: The default routes, by IP version.
DEFAULTS: dict[int, IPNetwork] = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}


def with_gateways(network: Network) -> Network:
    """`network` with a site for each Internet zone that has a gateway; linear in the routers."""
    found: dict[str, dict[str, tuple[PlatformAttachment, Uplink]]] = {}
    for name, attachment in behind_pes(network, network.with_role(Role.GATEWAY)):
        uplink = network.routers[name].uplink
        if uplink is not None:
            found.setdefault(uplink.vpn, {})[name] = attachment, uplink
    if not found:
        return network
    sites: dict[str, Site] = dict(network.sites)
    for vpn, gateways in found.items():
        versions = {v for _, uplink in gateways.values() for v in uplink.versions}
        first = next(iter(gateways))
        sites[gateway_site(vpn)] = GatewaySite(
            description="Internet gateway",
            region=network.routers[first].region,
            vpn=vpn,
            prefixes=tuple(DEFAULTS[version] for version in sorted(versions)),
            site_network_accesses={
                name: SiteNetworkAccess(
                    pe=attachment.pe,
                    port=attachment.pe_port,
                    routing_protocol="bgp",
                    maximum_prefix=1,
                    access_priority=FIRST if name == first else OTHERS,
                )
                for name, (attachment, _) in gateways.items()
            },
        )
    return network.model_copy(update={"sites": sites})


def behind_pes(network: Network, names: Iterable[str]) -> Iterator[tuple[str, PlatformAttachment]]:
    """(firewall or gateway, where it stands) in natural order: the first is preferred.

    One that is leaving, or whose PE is, joins nobody.
    """
    for name in sorted(names, key=natural):
        router = network.routers[name]
        if router.attachment is None or router.leaving:
            continue
        if not network.routers[router.attachment.pe].leaving:
            yield name, router.attachment


def internet_zones(network: Network) -> tuple[str, ...]:
    """VPNs that are an Internet zone, in the inventory's order."""
    return tuple(n for n, vpn in network.vpns.items() if vpn.part is ExtranetPart.INTERNET)


def leaving_prefixes(network: Network, vpn: str) -> tuple[IPNetwork, ...]:
    """Prefixes of the sites that leave by the gateways of an Internet zone, in order, IPv4 first.

    Every site of the zone that the owner wrote does.
    """
    prefixes = {
        prefix
        for site in network.written_sites.values()
        if site.vpn == vpn
        for prefix in site.prefixes
    }
    return tuple(sorted(prefixes, key=lambda p: (p.version, int(p.network_address), p.prefixlen)))
