"""What the registers of a network let pass in its filtered VPNs: connections, and who opens them.

Everything else in such a VPN is undeclared, whatever its routes allow.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from egovnet.inventory.model import Application, Filtering, IPNetwork, Network
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.model.site_prefixes import fewest
from egovnet.inventory.model.transport import PortRanges, TransportProtocol
from egovnet.inventory.with_platform import exchanges_in_force


@dataclass(frozen=True, slots=True)
class RegisteredFlow:
    """Connections from `sources` to `targets`, and their answers; ICMP is the echo alone."""

    #: Of what declares it, such as "application:filing".
    name: str
    sources: tuple[IPNetwork, ...]
    targets: tuple[IPNetwork, ...]
    protocol: TransportProtocol
    #: At the target; of icmp none.
    ports: PortRanges = ()


def filtered_vpns(network: Network) -> tuple[str, ...]:
    """VPNs whose PEs look at what customers send, in the inventory's order."""
    return tuple(n for n, vpn in network.vpns.items() if vpn.filtering is not Filtering.OPEN)


def registered_flows(
    network: Network, vpns: Collection[str]
) -> dict[str, tuple[RegisteredFlow, ...]]:
    """Flows of each of `vpns`: of its applications, and of exchanges in force that it is in.

    Linear in what the registers say, and for an application of a whole VPN in that one's prefixes.
    """
    found: dict[str, list[RegisteredFlow]] = {vpn: [] for vpn in vpns}
    members = _members(network)
    for name, application in network.applications.items():
        if application.vpn in found:
            found[application.vpn].append(
                RegisteredFlow(
                    f"application:{name}",
                    fewest(_users(network, application, members.get(application.vpn, {}))),
                    fewest(application.servers),
                    application.protocol,
                    application.port_ranges,
                )
            )
    for name, exchange in exchanges_in_force(network):
        for opener, answerer in exchange.openings:
            flow = RegisteredFlow(
                f"exchange:{name}",
                fewest(opener.prefixes),
                fewest(answerer.prefixes),
                exchange.protocol,
                exchange.port_ranges,
            )
            for vpn in dict.fromkeys((opener.vpn, answerer.vpn)):
                if vpn in found:
                    found[vpn].append(flow)
    return {vpn: tuple(flows) for vpn, flows in found.items()}


def _members(network: Network) -> dict[str, dict[str, tuple[IPNetwork, ...]]]:
    """VPN -> site -> prefixes, of sites that somebody wrote: a partner is no user of a VPN."""
    found: dict[str, dict[str, tuple[IPNetwork, ...]]] = {}
    for name, site in network.written_sites.items():
        found.setdefault(site.vpn, {})[name] = site.prefixes
    return found


def user_sites(network: Network, application: Application) -> tuple[str, ...]:
    """Sites of its VPN that may use an application, in the inventory's order."""
    return tuple(
        written_name(name, network.sites[name])
        for name in _among(network, application, network.written_sites)
        if network.sites[name].vpn == application.vpn
    )


def _users(
    network: Network, application: Application, members: dict[str, tuple[IPNetwork, ...]]
) -> Iterator[IPNetwork]:
    for site in _among(network, application, members):
        yield from members[site]


def _among(network: Network, application: Application, sites: Iterable[str]) -> Iterator[str]:
    users = application.users
    regions = frozenset().union(*map(network.regions_within, users.regions))
    for site in sites:
        entry = network.sites[site]
        named = written_name(site, entry) in users.sites
        if users.everybody or named or entry.region in regions:
            yield site
