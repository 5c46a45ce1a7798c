"""A network with what access classes come to: its sites in the further VPNs that they join."""

from egovnet.inventory.access_classes import attachments, joined, shared_exits
from egovnet.inventory.model import IPNetwork, Network, Site, SiteRole, Topology
from egovnet.inventory.model.part_sites import PartSite, part_site


def with_access_classes(network: Network) -> Network:
    """`network` with a site for each further VPN of a site, behind it in the order of sites.

    `network` is right: its checks found nothing. Linear in it.
    """
    sites: dict[str, Site] = {}
    exits = shared_exits(network)
    for name, site in network.sites.items():
        sites[name] = site
        if any(access.access_class for access in site.site_network_accesses.values()):
            for vpn, prefixes in joined(network, site, exits).items():
                if vpn != site.vpn:
                    part = _part(network, name, vpn, prefixes, exits)
                    sites[part_site(name, vpn)] = part
    if len(sites) == len(network.sites):
        return network
    return network.model_copy(update={"sites": sites})


def _part(
    network: Network,
    name: str,
    vpn: str,
    prefixes: tuple[IPNetwork, ...],
    exits: tuple[str, ...] | None,
) -> PartSite:
    site = network.sites[name]
    accesses = {
        access_name: access
        for access_name, access in site.site_network_accesses.items()
        if vpn in attachments(network, site, access, exits)
    }
    meshed = network.vpns[vpn].vpn_service_topology is Topology.ANY_TO_ANY
    return PartSite(
        of=name,
        classes={n: access.access_class for n, access in accesses.items() if access.access_class},
        description=site.description,
        region=site.region,
        vpn=vpn,
        site_role=SiteRole.ANY_TO_ANY if meshed else SiteRole.SPOKE,
        prefixes=prefixes,
        asn=site.asn,
        state=site.state,
        # its VLAN is one of its own, and its class is that of the access that somebody wrote
        site_network_accesses={
            access_name: access.model_copy(
                update={"vlan": None, "access_class": None, "internet_line": None}
            )
            for access_name, access in accesses.items()
        },
    )
