"""The Internet gateways of an inventory: what may leave by each, and from which addresses.

Nothing of it comes from the devices that were built: what is proved of those is proved against the
inventory itself.
"""

from collections.abc import Mapping
from dataclasses import replace

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import GatewaySite, IPNetwork, Network, Role, Uplink
from egovnet.inventory.model.platform_sites import gateway_site
from egovnet.inventory.model.usable_addresses import is_unique_local
from egovnet.isolation.model.behind_a_pe import cable_of, links_of
from egovnet.isolation.model.domains import INTERNET, Domain
from egovnet.isolation.model.platform_edge import (
    DeclaredFlow,
    FirewallCable,
    FirewallLink,
    InternetExit,
    PlatformEdge,
)


def with_exits(
    edge: PlatformEdge,
    network: Network,
    allocation: Allocation,
    sites: Mapping[str, Domain],
) -> PlatformEdge:
    """`edge` with the gateways of `network`; `sites`: the domain of each site."""
    links: dict[str, dict[str, FirewallLink]] = {}
    exits: dict[str, InternetExit] = {}
    cables: dict[str, FirewallCable] = {}
    flows: dict[str, DeclaredFlow] = {}
    for name in network.with_role(Role.GATEWAY):
        router = network.routers[name]
        uplink, attached = router.uplink, router.attachment
        if uplink is None or attached is None:
            continue
        cables[name] = cable_of(attached)
        links[name] = {INTERNET.vpn: _uplink(uplink)}
        own = tuple(address.ip for address in uplink.addresses)
        exits[name] = InternetExit(uplink.port, (), (), (), own, uplink.records is not None)
    zones = _zones(network)
    for name, vpn, link in links_of(network, allocation, sites, GatewaySite):
        uplink = network.routers[name].uplink
        if uplink is None:
            continue
        links[name][vpn] = link
        leaving = tuple(p for p in zones[vpn] if p.version in uplink.versions)
        exits[name] = replace(
            exits[name],
            translated=tuple(filter(_is_translated, leaving)),
            untranslated=tuple(p for p in leaving if not _is_translated(p)),
            pool=uplink.pool,
        )
        flows[vpn] = _flow(vpn, leaving, network.sites[gateway_site(vpn)].prefixes)
    return replace(
        edge,
        firewalls={**edge.firewalls, **links},
        flows=(*edge.flows, *flows.values()),
        cables={**edge.cables, **cables},
        exits=exits,
    )


def _uplink(uplink: Uplink) -> FirewallLink:
    addresses = tuple(sorted(uplink.addresses, key=lambda one: one.version))
    return FirewallLink(INTERNET, uplink.port, None, addresses, uplink.next_hops, speaks=False)


def _is_translated(prefix: IPNetwork) -> bool:
    """All of IPv4, and of IPv6 what is unique local (RFC 4193)."""
    return prefix.version == 4 or is_unique_local(prefix)


def _zones(network: Network) -> dict[str, tuple[IPNetwork, ...]]:
    """VPN -> prefixes of its sites, each once."""
    found: dict[str, dict[IPNetwork, None]] = {name: {} for name in network.vpns}
    for site in network.written_sites.values():
        found[site.vpn].update(dict.fromkeys(site.prefixes))
    return {vpn: tuple(prefixes) for vpn, prefixes in found.items()}


def _flow(
    vpn: str, leaving: tuple[IPNetwork, ...], everything: tuple[IPNetwork, ...]
) -> DeclaredFlow:
    name = f"exit:{vpn}"
    called = f"the Internet exit of {vpn}"
    return DeclaredFlow(name, vpn, INTERNET.vpn, leaving, everything, None, called=called)
