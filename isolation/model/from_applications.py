"""Accesses of the enforced VPNs of an inventory, and what its registers let them send.

Read from the registers alone: what was built of them is what is proved.
"""

from collections.abc import Iterable, Iterator, Mapping

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Application, Filtering, IPNetwork, Network
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.model.site_prefixes import SitePrefixes, common
from egovnet.isolation.model.filtered_access import FilteredAccess
from egovnet.isolation.model.platform_edge import DeclaredFlow
from egovnet.templates.intend.access_ends import access_addresses

_Flows = dict[str, list[DeclaredFlow]]


def filtered_accesses(
    network: Network, allocation: Allocation, exchanges: Iterable[DeclaredFlow]
) -> Iterator[tuple[str, str, int | None, FilteredAccess]]:
    """(PE, port, VLAN, access) of every access of an enforced VPN.

    `exchanges`: those in force. Linear in what the flows come to at each site.
    """
    exchanges = tuple(exchanges)
    for vpn, one in network.vpns.items():
        if one.filtering is not Filtering.ENFORCED:
            continue
        flows = [
            *_applications(network, vpn),
            *(flow for flow in exchanges if vpn in (flow.source, flow.target)),
        ]
        sites = {name: site for name, site in network.sites.items() if site.vpn == vpn}
        held = SitePrefixes((n, prefix) for n, site in sites.items() for prefix in site.prefixes)
        opens, answers = _at_sites(flows, held)
        for name, site in sites.items():
            for access_name, access in site.site_network_accesses.items():
                label = f"{name}/{access_name}"
                ends = access_addresses(allocation, label)
                pairs = tuple((ce.ip, pe.ip) for ce, pe in zip(ends.ce, ends.pe, strict=True))
                held_by = (tuple(opens.get(name, ())), tuple(answers.get(name, ())))
                vlan = allocation.vlan[label]
                yield access.pe, access.port, vlan, FilteredAccess(label, *held_by, pairs)


def _at_sites(flows: Iterable[DeclaredFlow], held: SitePrefixes) -> tuple[_Flows, _Flows]:
    """Site -> flows that it may open, and those that it may answer, of its own prefixes."""
    opens: _Flows = {}
    answers: _Flows = {}
    for flow in flows:
        for site, own in _parts(held, flow.sources).items():
            part = DeclaredFlow(
                flow.name, flow.source, flow.target, own, flow.targets, flow.protocol, flow.ports
            )
            opens.setdefault(site, []).append(part)
        for site, own in _parts(held, flow.targets).items():
            part = DeclaredFlow(
                flow.name, flow.source, flow.target, flow.sources, own, flow.protocol, flow.ports
            )
            answers.setdefault(site, []).append(part)
    return opens, answers


def _parts(
    held: SitePrefixes, prefixes: Iterable[IPNetwork]
) -> Mapping[str, tuple[IPNetwork, ...]]:
    found: dict[str, tuple[IPNetwork, ...]] = {}
    for prefix in prefixes:
        for site, own in held.overlapping(prefix):
            found[site] = (*found.get(site, ()), common(prefix, own))
    return found


def _applications(network: Network, vpn: str) -> Iterator[DeclaredFlow]:
    written = {n: site for n, site in network.written_sites.items() if site.vpn == vpn}
    for name, application in network.applications.items():
        if application.vpn == vpn:
            regions = _regions(network, application)
            users = [
                prefix
                for site_name, site in written.items()
                if regions is None
                or written_name(site_name, site) in application.users.sites
                or site.region in regions
                for prefix in site.prefixes
            ]
            yield DeclaredFlow(
                name,
                vpn,
                vpn,
                tuple(users),
                application.servers,
                application.protocol,
                application.port_ranges,
            )


def _regions(network: Network, application: Application) -> set[str] | None:
    """Regions whose sites may use an application; None: every site of its VPN may."""
    users = application.users
    if not (users.sites or users.regions):
        return None
    return {region for one in users.regions for region in network.regions_within(one)}
