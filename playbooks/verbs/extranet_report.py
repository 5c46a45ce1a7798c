"""`report extranet`: the parts of the extranet, and which of them each access joins."""

from egovnet.inventory.access_classes import RULES, classes_of
from egovnet.inventory.allocation.allocate import vrf_of
from egovnet.inventory.model import AccessClass, PartSite, SiteNetworkAccess, ZoneName
from egovnet.inventory.overlapping_plans import Plans
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.extranet_report import (
    AttachedVpn,
    ClassedAccess,
    ExtranetReport,
    PartVpn,
)
from egovnet.playbooks.results.outcome import Outcome


def report_extranet(workspace: Workspace) -> Outcome[ExtranetReport]:
    """Every VPN of a part, and every access in the extranet.

    Raises:
        InventoryError: the inventory is wrong, or its numbers were lost.
    """
    require_numbers(workspace)
    network = workspace.network.numbered
    plans = Plans(network)
    parts = {name: vpn for name, vpn in network.vpns.items() if vpn.part is not None}
    vpns = tuple(
        PartVpn(
            name,
            vpn.name,
            str(vpn.part),
            vpn.address_plan.value,
            tuple(other for other in network.vpns if other != name and plans.overlap(name, other)),
        )
        for name, vpn in parts.items()
    )
    written = {
        name: site
        for name, site in network.written_sites.items()
        if not isinstance(site, PartSite) and network.vpns[site.vpn].zone is ZoneName.EXTRANET
    }
    further: dict[str, list[str]] = {}
    for name, site in network.sites.items():
        if isinstance(site, PartSite):
            further.setdefault(site.of, []).append(name)
    accesses = tuple(
        _access(workspace, (name, *further.get(name, ())), access_name, access, own)
        for name, site in written.items()
        for access_name, access, own in classes_of(site)
    )
    without = tuple(
        f"{name}/{access_name}"
        for name, site in written.items()
        for access_name, access in site.site_network_accesses.items()
        if access.access_class is None
    )
    return Outcome("extranet_report", ExtranetReport(vpns, accesses, without))


def _access(
    workspace: Workspace,
    sites: tuple[str, ...],
    name: str,
    access: SiteNetworkAccess,
    own: AccessClass,
) -> ClassedAccess:
    """One access of a site; `sites` are what it is called in each of its VPNs."""
    network, allocation = workspace.network.numbered, workspace.allocation
    rule = RULES[own]
    found = []
    for site in sites:
        entry = network.sites[site]
        if name in entry.site_network_accesses:
            found.append(
                AttachedVpn(
                    entry.vpn,
                    str(network.vpns[entry.vpn].part),
                    allocation.vrf_name[vrf_of(network, site, access)],
                    allocation.vlan[f"{site}/{name}"],
                    tuple(map(str, entry.prefixes)),
                )
            )
    line = access.internet_line or ("" if rule.own_exit else None)
    return ClassedAccess(
        sites[0],
        name,
        own.value,
        rule.title,
        rule.source,
        access.pe,
        access.port,
        tuple(found),
        line,
    )
