"""The interconnection platform of an inventory: its firewalls, and what the exchanges in force say.

Nothing of it comes from the devices that were built for the exchanges: what is proved of those is
proved against the register itself.
"""

from collections.abc import Iterator, Mapping

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Exchange, ExchangeEnd, IPNetwork, Network, PlatformSite, Role
from egovnet.isolation.model.behind_a_pe import cable_of, links_of
from egovnet.isolation.model.domains import PLATFORM, Attachment, Domain
from egovnet.isolation.model.platform_edge import (
    DeclaredFlow,
    FirewallLink,
    PlatformEdge,
)


def platform_edge(
    network: Network, allocation: Allocation, sites: Mapping[str, Domain]
) -> PlatformEdge:
    """Firewalls with their VLANs, and the flows of every exchange in force on the network's day.

    `sites`: the domain of each site.
    """
    firewalls: dict[str, dict[str, FirewallLink]] = {
        name: {} for name in network.with_role(Role.FIREWALL)
    }
    for name, vpn, link in links_of(network, allocation, sites, PlatformSite):
        firewalls[name][vpn] = link
    cables = {
        name: cable_of(attached)
        for name in firewalls
        for attached in [network.routers[name].attachment]
        if attached is not None
    }
    return PlatformEdge(firewalls, tuple(_flows(network)), cables)


def firewall_attachments(edge: PlatformEdge) -> Iterator[Attachment]:
    """The VLANs of all firewalls and gateways: each is in the main table of its router."""
    for name, links in edge.firewalls.items():
        domain = edge.domain_of(name) or PLATFORM
        for vpn, link in links.items():
            label = f"the {domain.label}'s VLAN of {vpn}" if link.speaks else "the uplink"
            yield Attachment(label, name, link.port, link.vlan, domain)


def _flows(network: Network) -> Iterator[DeclaredFlow]:
    for name, exchange in network.exchanges.items():
        if network.day is not None and exchange.in_force(network.day):
            yield _flow(name, exchange, exchange.source, exchange.target)
            if exchange.opened_by == "both":
                yield _flow(name, exchange, exchange.target, exchange.source)


def _flow(
    name: str, exchange: Exchange, opener: ExchangeEnd, answerer: ExchangeEnd
) -> DeclaredFlow:
    """Prefixes of a family that the other end has none of are of no connection."""
    return DeclaredFlow(
        name,
        opener.vpn,
        answerer.vpn,
        _met(opener.prefixes, answerer.prefixes),
        _met(answerer.prefixes, opener.prefixes),
        exchange.protocol,
        exchange.port_ranges,
    )


def _met(own: tuple[IPNetwork, ...], others: tuple[IPNetwork, ...]) -> tuple[IPNetwork, ...]:
    versions = {one.version for one in others}
    return tuple(one for one in own if one.version in versions)
