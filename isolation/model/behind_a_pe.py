"""What an inventory says of firewalls and gateways alike: their cable, and their VLAN of a VPN."""

from collections.abc import Iterator, Mapping

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Network, PlatformAttachment
from egovnet.inventory.model.platform_sites import DerivedSite
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.platform_edge import FirewallCable, FirewallLink
from egovnet.templates.intend.access_ends import access_addresses


def cable_of(attached: PlatformAttachment) -> FirewallCable:
    """From the host's port to its PE's."""
    return FirewallCable(attached.port, attached.pe, attached.pe_port)


def links_of(
    network: Network, allocation: Allocation, sites: Mapping[str, Domain], kind: type[DerivedSite]
) -> Iterator[tuple[str, str, FirewallLink]]:
    """(firewall or gateway, VPN, its VLAN there) of all sites of a kind, in the inventory's order.

    `sites`: the domain of each site.
    """
    for site, entry in network.sites.items():
        if not isinstance(entry, kind):
            continue
        for name in entry.site_network_accesses:
            attached = network.routers[name].attachment
            if attached is not None:
                label = f"{site}/{name}"
                ends = access_addresses(allocation, label)
                yield (
                    name,
                    entry.vpn,
                    FirewallLink(
                        sites[site],
                        attached.port,
                        allocation.vlan[label],
                        ends.ce,
                        tuple(address.ip for address in ends.pe),
                    ),
                )
