"""The interconnection platform of a network on a day: sites that exchanges in force come to.

Route targets of two agencies never meet. What they exchange goes from the VRF of the one to a
firewall and from there into the VRF of the other; so each VPN that takes part has a site there.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Network

from egovnet.inventory.allocation.pool import natural
from egovnet.inventory.exchange_prefixes import with_prefixes
from egovnet.inventory.model import (
    Exchange,
    IPNetwork,
    Network,
    PlatformAttachment,
    Role,
    Site,
    SiteNetworkAccess,
    SiteRole,
    Topology,
)
from egovnet.inventory.model.platform_sites import PlatformSite, platform_site
from egovnet.inventory.with_gateways import FIRST, OTHERS, behind_pes, with_gateways

#: Room for exchanges to come, so that few of them change the limit of a session.
_ROOM = 100


def with_platform(network: Network, day: date) -> Network:
    """`network` as it is on `day`, with the sites of the platform and of Internet gateways; linear
    in the exchanges.

    `network` is right: its checks found nothing. Its exchanges have prefixes at both ends.
    """
    network = with_gateways(network)
    exchanges = {
        name: with_prefixes(exchange, network.applications)
        for name, exchange in network.exchanges.items()
    }
    made = network.model_copy(update={"day": day, "exchanges": exchanges})
    attachments = dict(platform_attachments(network))
    if not attachments:
        return made
    partners: dict[str, set[IPNetwork]] = {}
    for _, exchange in exchanges_in_force(made):
        for version in exchange.versions:
            ends = exchange.source, exchange.target
            for end, other in (ends, ends[::-1]):
                partners.setdefault(end.vpn, set()).update(_of(version, other.prefixes))
    sites: dict[str, Site] = dict(network.sites)
    for vpn in (name for name in network.vpns if partners.get(name)):
        sites[platform_site(vpn)] = _site(network, vpn, partners[vpn], attachments)
    return made.model_copy(update={"sites": sites})


def exchanges_in_force(network: Network) -> Iterator[tuple[str, Exchange]]:
    """(id, exchange) of those that hold on the network's day, in natural order of their ids."""
    day = network.day
    if day is not None:
        for name in sorted(network.exchanges, key=natural):
            if network.exchanges[name].in_force(day):
                yield name, network.exchanges[name]


def registers_day(network: Network) -> date | None:
    """The day since which what is in force has been the same, by its own dates; None: always.

    Two inventories of the same texts mean the same where this is the same.
    """
    day = network.day
    if day is None:
        return None
    turns = (
        turn
        for exchange in network.exchanges.values()
        for turn in (exchange.valid_from, exchange.valid_until + timedelta(days=1))
        if turn <= day
    )
    return max(turns, default=None)


def platform_attachments(network: Network) -> Iterator[tuple[str, PlatformAttachment]]:
    """(firewall, where it stands) in natural order: the first is preferred.

    One that is leaving, or whose PE is, joins nobody.
    """
    yield from behind_pes(network, network.with_role(Role.FIREWALL))


def _site(
    network: Network,
    vpn: str,
    partners: Iterable[IPNetwork],
    attachments: Mapping[str, PlatformAttachment],
) -> PlatformSite:
    prefixes = _widest(partners)
    room = -(-2 * len(prefixes) // _ROOM) * _ROOM
    meshed = network.vpns[vpn].vpn_service_topology is Topology.ANY_TO_ANY
    first = next(iter(attachments))
    return PlatformSite(
        description="Interconnection platform",
        region=network.routers[attachments[first].pe].region,
        vpn=vpn,
        site_role=SiteRole.ANY_TO_ANY if meshed else SiteRole.HUB,
        prefixes=prefixes,
        site_network_accesses={
            name: SiteNetworkAccess(
                pe=attachment.pe,
                port=attachment.pe_port,
                routing_protocol="bgp",
                maximum_prefix=room,
                access_priority=FIRST if name == first else OTHERS,
            )
            for name, attachment in attachments.items()
        },
    )


def _of(version: int, prefixes: Iterable[IPNetwork]) -> Iterator[IPNetwork]:
    return (prefix for prefix in prefixes if prefix.version == version)


def _widest(prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    """Those that are within no other one, in order, IPv4 first: what others say, they say."""
    kept: list[IPv4Network | IPv6Network] = []
    last = -1
    for prefix in sorted(
        set(prefixes), key=lambda p: (p.version, int(p.network_address), p.prefixlen)
    ):
        if kept and kept[-1].version != prefix.version:
            last = -1
        if int(prefix.broadcast_address) > last:
            kept.append(prefix)
            last = int(prefix.broadcast_address)
    return tuple(kept)
