"""Sites: a role that fits the topology of the VPN, AS numbers, states, a hub for spokes."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network, ServiceState, Site, SiteRole, Topology
from egovnet.inventory.model.partial import as_far_as_known


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of sites."""
    for name, site in network.sites.items():
        yield from as_far_as_known(_site_role(network, name, report))
        yield from as_far_as_known(_states(name, site, report))
    yield from as_far_as_known(_as_numbers(network, report))
    yield from _hubs(network, report)


def _as_numbers(network: Network, report: Report) -> Iterator[Problem]:
    asns: dict[int, str] = {network.backbone.asn: "the backbone"}
    for name, site in network.sites.items():
        if site.asn is not None:
            if site.asn in asns:
                yield report(
                    "sites",
                    (name, "asn"),
                    f"AS {site.asn} is that of {asns[site.asn]}",
                    "give each its own",
                )
            asns.setdefault(site.asn, f"site {name}")


def _site_role(network: Network, name: str, report: Report) -> Iterator[Problem]:
    site = network.sites[name]
    vpn = network.vpns.get(site.vpn)
    if vpn is None:
        return
    meshed = vpn.vpn_service_topology is Topology.ANY_TO_ANY
    if meshed != (site.site_role is SiteRole.ANY_TO_ANY):
        fitting = "any-to-any-role" if meshed else "hub-role or spoke-role"
        yield report(
            "sites",
            (name, "site-role"),
            f"{site.site_role} in VPN {site.vpn}, which is {vpn.vpn_service_topology}",
            f"use {fitting}",
        )


def _states(name: str, site: Site, report: Report) -> Iterator[Problem]:
    order = list(ServiceState)
    for access_name in site.site_network_accesses:
        state = site.state_of(access_name)
        if order.index(state) > order.index(site.state):
            yield report(
                "sites",
                (name, "site-network-accesses", access_name, "state"),
                f"is {state}, and the site is {site.state}",
                f"say of the site that it is {state}, and of each other access what it is",
            )


def _hubs(network: Network, report: Report) -> Iterator[Problem]:
    if not network.is_complete("sites"):
        return
    with_hub = {site.vpn for site in network.sites.values() if site.site_role is SiteRole.HUB}
    with_spoke: dict[str, str] = {}
    for name, site in network.sites.items():
        vpn = network.vpns.get(site.vpn)
        meshed = vpn is None or vpn.vpn_service_topology is Topology.ANY_TO_ANY
        if site.site_role is SiteRole.SPOKE and not meshed:
            with_spoke.setdefault(site.vpn, name)
    for vpn_id, spoke in with_spoke.items():
        if vpn_id not in with_hub:
            yield report(
                "sites",
                (spoke, "site-role"),
                f"VPN {vpn_id} has spokes and no hub site",
                "give one site hub-role",
            )
