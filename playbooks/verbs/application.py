"""`application`: the register of applications, and what the PEs let in for it."""

from collections.abc import Mapping

from egovnet.inventory.model import Application, IPNetwork, Network
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.model.site_prefixes import SitePrefixes
from egovnet.inventory.registered_flows import user_sites
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.applications import (
    ApplicationList,
    FilteredVpn,
    ListedApplication,
    ShownApplication,
)
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.register_entries import port_texts, require_entry


def list_applications(workspace: Workspace) -> Outcome[ApplicationList]:
    """Every application, and of each VPN what is let in."""
    network = workspace.network
    held = _held(network)
    counts = dict.fromkeys(network.vpns, 0)
    for application in network.applications.values():
        counts[application.vpn] += 1
    found = ApplicationList(
        tuple(_listed(network, held, n, each) for n, each in network.applications.items()),
        tuple(
            FilteredVpn(name, vpn.filtering.value, vpn.level, counts[name])
            for name, vpn in network.vpns.items()
        ),
    )
    return Outcome("application_list", found)


def show_application(workspace: Workspace, name: str) -> Outcome[ShownApplication]:
    """One application, with the sites of its servers and users.

    Raises:
        UsageError: there is no such one.
    """
    network = workspace.network
    require_entry("application", name, network.applications)
    found = _listed(network, _held(network), name, network.applications[name])
    return Outcome("application_show", ShownApplication(found))


def _held(network: Network) -> Mapping[str, SitePrefixes]:
    """VPN -> whose its prefixes are; another VPN may have the same."""
    found: dict[str, list[tuple[str, IPNetwork]]] = {vpn: [] for vpn in network.vpns}
    for name, site in network.written_sites.items():
        found[site.vpn] += ((written_name(name, site), prefix) for prefix in site.prefixes)
    return {vpn: SitePrefixes(own) for vpn, own in found.items()}


def _listed(
    network: Network, held: Mapping[str, SitePrefixes], name: str, application: Application
) -> ListedApplication:
    own = held[application.vpn]
    servers = (own.holder(prefix) for prefix in application.servers)
    return ListedApplication(
        name=name,
        title=application.name,
        owner=application.owner,
        vpn=application.vpn,
        filtering=network.vpns[application.vpn].filtering.value,
        level=application.level,
        protocol=application.protocol,
        ports=port_texts(application.port_ranges),
        servers=tuple(map(str, application.servers)),
        server_sites=tuple(dict.fromkeys(site for site in servers if site is not None)),
        user_sites=user_sites(network, application),
        for_all=application.users.everybody,
    )
