"""What an Internet gateway lets through, translates and takes for itself.

Connections are opened from the zone's sites, by their prefixes, and never from the Internet;
answers pass by the state of a connection, and ICMP errors of one. All sources of IPv4 are
translated into the gateway's pool. Of IPv6 those that are unique local are (RFC 4193 section 4.1:
they never leave untranslated), and global ones leave as they are, behind the same stateful filter
(RFC 4864 section 4.2, RFC 6092).

What leaves is looked at once more, with the source that it then has: what was not translated and
should have been, by whatever mistake, is dropped there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network

from egovnet.inventory.model import IPNetwork, Uplink
from egovnet.inventory.model.site_prefixes import fewest
from egovnet.inventory.model.usable_addresses import is_unique_local
from egovnet.templates.intend.firewall_filter import (
    ECHO_REQUEST,
    NEIGHBOR_DISCOVERY,
    FirewallVlan,
    from_vlan,
    of_vlans,
)
from egovnet.templates.model.families import AddressFamily
from egovnet.templates.model.packet_filter import (
    ERROR_TYPES,
    FilterChain,
    PacketFilter,
    PacketRule,
    RecordedTranslations,
    SourceTranslation,
)

_FAMILIES: Mapping[int, AddressFamily] = {4: "ipv4", 6: "ipv6"}
#: Neighbour discovery and multicast listener reports of IPv6 (RFC 4861, RFC 3810).
_OF_THE_LINK = (*NEIGHBOR_DISCOVERY, 143)


def translated(prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    """Of the sites' prefixes those that are translated, the fewest, IPv4 first."""
    return fewest(p for p in prefixes if p.version == 4 or is_unique_local(p))


def untranslated(prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    """Of the sites' prefixes those that the Internet has routes to, the fewest."""
    return fewest(p for p in prefixes if p.version == 6 and not is_unique_local(p))


def gateway_filter(
    uplink: Uplink,
    vlans: Iterable[FirewallVlan],
    prefixes: tuple[IPNetwork, ...],
    own_interfaces: Iterable[str],
) -> PacketFilter:
    """The whole filter of a gateway; linear in the prefixes.

    `vlans`: where it meets its zone, whose sites have `prefixes`; one that meets none passes
    nothing.
    """
    vlans = tuple(vlans)
    leaving = prefixes if vlans else ()
    local = (*of_vlans(vlans, own_interfaces), *_from_the_provider(uplink))
    return PacketFilter(
        (
            FilterChain("entry", "accept", tuple(_entry(uplink, vlans, leaving))),
            FilterChain("local", "drop", local),
            FilterChain("forward", "drop", tuple(_forward(uplink, vlans, leaving))),
            FilterChain("departure", "accept", tuple(_departure(uplink, leaving))),
        ),
        tuple(_translations(uplink, leaving)),
        recorded_translations=_recorded(uplink),
    )


def _recorded(uplink: Uplink) -> RecordedTranslations | None:
    records = uplink.records
    return None if records is None else RecordedTranslations(records.most, records.hours)


def _entry(
    uplink: Uplink, vlans: tuple[FirewallVlan, ...], prefixes: tuple[IPNetwork, ...]
) -> Iterator[PacketRule]:
    """What may come in, before it is looked up whose connection it is of: from the zone its own
    sources, and from the Internet none of the zone's, of the pool's or of the gateway's."""
    for vlan in vlans:
        yield from from_vlan(vlan, prefixes)
    for version in uplink.versions:
        own = uplink.address(version)
        assert own is not None  # noqa: S101 -- of its versions
        inside = fewest((ip_network(own.ip), *uplink.pool_of(version), *_of(version, prefixes)))
        yield PacketRule(
            "drop", uplink.port, None, _FAMILIES[version], inside, name="sources-of-others"
        )


def _of(version: int, prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    return tuple(prefix for prefix in prefixes if prefix.version == version)


def _forward(
    uplink: Uplink, vlans: tuple[FirewallVlan, ...], prefixes: tuple[IPNetwork, ...]
) -> Iterator[PacketRule]:
    for vlan in vlans:
        for version in uplink.versions:
            inside = fewest(_of(version, prefixes))
            if not inside:
                continue
            family, name = _FAMILIES[version], f"exit:{vlan.vpn}"
            yield PacketRule(
                "accept",
                vlan.interface,
                uplink.port,
                family,
                sources=inside,
                direction="open",
                name=name,
            )
            yield PacketRule(
                "accept",
                uplink.port,
                vlan.interface,
                family,
                targets=inside,
                direction="reply",
                name=name,
            )
            # path MTU discovery lives by them (RFC 4890 section 4.3.1), in either direction
            errors = PacketRule(
                "accept",
                family=family,
                protocol="icmp",
                icmp_types=ERROR_TYPES[family],
                name=name,
            )
            yield replace(
                errors,
                in_interface=uplink.port,
                out_interface=vlan.interface,
                targets=inside,
                direction="reply-error",
            )
            yield replace(
                errors,
                in_interface=vlan.interface,
                out_interface=uplink.port,
                direction="open-error",
            )


def _translations(uplink: Uplink, prefixes: tuple[IPNetwork, ...]) -> Iterator[SourceTranslation]:
    for version in uplink.versions:
        sources = _of(version, translated(prefixes))
        pool = uplink.pool_of(version)
        if sources and pool:
            ends = pool[0].network_address, pool[-1].broadcast_address
            yield SourceTranslation(uplink.port, sources, ends, name=f"exit:{uplink.vpn}")


def _departure(uplink: Uplink, prefixes: tuple[IPNetwork, ...]) -> Iterator[PacketRule]:
    """The gateway's own sources, the pool's, and those that leave as they are; nothing else."""
    for version in uplink.versions:
        own = uplink.address(version)
        assert own is not None  # noqa: S101 -- of its versions
        pool = uplink.pool_of(version) if _of(version, translated(prefixes)) else ()
        sources = fewest((ip_network(own.ip), *pool, *_of(version, untranslated(prefixes))))
        family = _FAMILIES[version]
        yield PacketRule("accept", None, uplink.port, family, sources, name="translated")
        if version == 6:
            yield PacketRule(
                "accept",
                None,
                uplink.port,
                family,
                protocol="icmp",
                icmp_types=_OF_THE_LINK,
                name="neighbor-discovery",
            )
    yield PacketRule("drop", None, uplink.port, name="untranslated")


def _from_the_provider(uplink: Uplink) -> Iterator[PacketRule]:
    """What it takes for itself on the Internet side: the next hop asks whether it is there."""
    for version in uplink.versions:
        own, hop, family = uplink.address(version), uplink.next_hop(version), _FAMILIES[version]
        assert own is not None  # noqa: S101 -- of its versions
        assert hop is not None  # noqa: S101 -- of its versions
        link = (uplink.port, None, family, (ip_network(hop),), (ip_network(own.ip),))
        echo = (ECHO_REQUEST[family],)
        yield PacketRule("accept", *link, "icmp", icmp_types=echo, name="echo")
        if version == 6:
            yield PacketRule(
                "accept",
                uplink.port,
                None,
                family,
                protocol="icmp",
                icmp_types=NEIGHBOR_DISCOVERY,
                name="neighbor-discovery",
            )
