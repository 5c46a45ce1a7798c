"""Name servers of VPNs in the lab: NSD on the host of the site that has the server's address.

Real files and a real server: whoever reaches it is asked of the network, not of its configuration.
"""

import base64
from collections.abc import Iterator
from datetime import date

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Network
from egovnet.lab.customer import access_port, site_lans
from egovnet.templates.domains.server_files import (
    CONFIGURATION,
    server_configuration,
    server_files,
)
from egovnet.templates.domains.zones import Address, View, views

#: The lab's zones have the serial of one day: a lab is the same while its inventory is.
_DAY = date(2000, 1, 1)


def name_servers_of(
    network: Network, allocation: Allocation
) -> dict[str, list[tuple[View, tuple[Address, ...]]]]:
    """Site -> views that are served from its host, each with the addresses there."""
    found: dict[str, list[tuple[View, tuple[Address, ...]]]] = {}
    for view in views(network, allocation):
        at: dict[str, list[Address]] = {}
        for address in view.servers:
            site = next(
                (
                    name
                    for name, entry in network.written_sites.items()
                    if entry.vpn == view.vpn and any(address in p for p in entry.prefixes)
                ),
                None,
            )
            if site is not None:
                at.setdefault(site, []).append(address)
        for site, addresses in at.items():
            found.setdefault(site, []).append((view, tuple(addresses)))
    return found


def server_commands(
    network: Network, site: str, served: list[tuple[View, tuple[Address, ...]]]
) -> Iterator[str]:
    """Shell lines of the site's host: the servers' addresses, their files, and NSD."""
    own = {interface.host.ip for interface in site_lans(network, site)}
    for view, addresses in served:
        for address in addresses:
            if address not in own:
                nodad = " nodad" if address.version == 6 else ""
                yield f"ip address add {address}/{address.max_prefixlen} dev eth1{nodad}"
        directory = f"/run/name-server/{site}/{view.vpn}"
        yield f"mkdir -p {directory}"
        files = server_files(view, {}, _DAY)
        files[CONFIGURATION] = server_configuration(view, addresses, directory)
        for name, text in files.items():
            coded = base64.b64encode(text.encode()).decode()
            yield f"echo {coded} | base64 -d >{directory}/{name}"
        yield f"nsd -c {directory}/{CONFIGURATION}"


def ways_to_servers(
    network: Network, site: str, served: list[tuple[View, tuple[Address, ...]]]
) -> Iterator[str]:
    """Shell lines of the site's CE: the way to servers that are beside its local networks."""
    lans = [lan.gateway.network for lan in site_lans(network, site)]
    port = access_port(len(network.sites[site].site_network_accesses))
    for _, addresses in served:
        for address in addresses:
            if not any(address in lan for lan in lans):
                whole = f"{address}/{address.max_prefixlen}"
                yield f"ip -{address.version} route add {whole} dev {port}"
