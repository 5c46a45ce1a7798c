"""Borders of an inventory: what the neighbour's packets may be between."""

from collections.abc import Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import BorderSite, Network
from egovnet.isolation.model.filtered_access import FilteredAccess
from egovnet.isolation.model.platform_edge import DeclaredFlow
from egovnet.templates.intend.access_ends import access_addresses


def border_accesses(
    network: Network, allocation: Allocation
) -> Iterator[tuple[str, str, int | None, FilteredAccess]]:
    """(PE, port, VLAN, access) of every VPN at every border; linear in the sites.

    Packets of any protocol and direction, between what the neighbour may announce and what it is
    told of; and errors about them.
    """
    for name, site in network.sites.items():
        if not isinstance(site, BorderSite):
            continue
        access, label = site.site_network_accesses[site.border], f"{name}/{site.border}"
        ends = access_addresses(allocation, label)
        pairs = tuple((ce.ip, pe.ip) for ce, pe in zip(ends.ce, ends.pe, strict=True))
        theirs, ours = site.prefixes, site.announces
        opened = DeclaredFlow(name, site.vpn, site.vpn, theirs, ours, None)
        answered = DeclaredFlow(name, site.vpn, site.vpn, ours, theirs, None)
        place = access.pe, access.port, allocation.vlan[label]
        yield *place, FilteredAccess(label, (opened,), (answered,), pairs, ((theirs, ours),))
