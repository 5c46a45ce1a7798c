"""What a firewall of the interconnection platform lets through, and what it takes for itself.

A rule names both interfaces and the prefixes of both ends, so that a VLAN in the wrong place opens
nothing. Answers pass by a rule of their own exchange, and by no rule for all: when an exchange
goes, its open connections are cut with it. Errors of ICMP pass to an end of an exchange, from
whichever router found them, if they are about a packet of a connection that passed (RFC 2979
section 3.1.1, RFC 4890 section 4.3.1): without them paths have no MTU that could be discovered.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from egovnet.inventory.model import Exchange, ExchangeEnd, IPNetwork
from egovnet.inventory.model.site_prefixes import fewest
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.families import AddressFamily
from egovnet.templates.model.packet_filter import (
    ERROR_TYPES,
    FilterChain,
    PacketDirection,
    PacketFilter,
    PacketRule,
)

_FAMILIES: Mapping[int, AddressFamily] = {4: "ipv4", 6: "ipv6"}
#: Types of ICMP: RFC 792, RFC 4443 section 4, and neighbour discovery (RFC 4861 section 4).
ECHO_REQUEST: Mapping[AddressFamily, int] = {"ipv4": 8, "ipv6": 128}
ECHO_REPLY: Mapping[AddressFamily, int] = {"ipv4": 0, "ipv6": 129}
NEIGHBOR_DISCOVERY = (135, 136)
#: RFC 4271 section 8.2.1; RFC 5881 section 4, control and echo.
BGP, BFD = ((179, 179),), ((3784, 3785),)


@dataclass(frozen=True, slots=True)
class FirewallVlan:
    """A VLAN of a firewall: of one VPN, with the addresses of both ends, IPv4 first."""

    vpn: str
    interface: str
    own: tuple[IPAddress, ...]
    pe: tuple[IPAddress, ...]


def firewall_filter(
    exchanges: Iterable[tuple[str, Exchange]],
    vlans: Iterable[FirewallVlan],
    own_interfaces: Iterable[str],
    held: Mapping[str, tuple[IPNetwork, ...]],
) -> PacketFilter:
    """The whole filter of a firewall; linear in the exchanges.

    `exchanges` are those in force; one of a VPN that has no VLAN here passes nothing. `held`: the
    prefixes of each VPN that take part in them.
    `own_interfaces` are the loopback and the management's, by which it takes everything.
    """
    vlans, exchanges = tuple(vlans), tuple(exchanges)
    by_vpn = {vlan.vpn: vlan.interface for vlan in vlans}
    return PacketFilter(
        (
            FilterChain("entry", "accept", tuple(_entry(vlans, held))),
            FilterChain("local", "drop", tuple(of_vlans(vlans, own_interfaces))),
            FilterChain(
                "forward",
                "drop",
                (*_forward(exchanges, by_vpn), *_errors(exchanges, by_vpn)),
            ),
        ),
    )


def _entry(
    vlans: Iterable[FirewallVlan], held: Mapping[str, tuple[IPNetwork, ...]]
) -> Iterator[PacketRule]:
    """What each VLAN may bring in, before it is looked up whose connection it is of: an agency that
    sends with another's addresses touches none of the other's connections (RFC 2827)."""
    for vlan in vlans:
        yield from from_vlan(vlan, held.get(vlan.vpn, ()))


def from_vlan(vlan: FirewallVlan, sources: tuple[IPNetwork, ...]) -> Iterator[PacketRule]:
    """Packets of a VPN's own `sources`, of the PE, and errors of whichever router; no others."""
    for version, family in _FAMILIES.items():
        own = fewest(
            [
                *(prefix for prefix in sources if prefix.version == version),
                *(ip_network(pe) for pe in vlan.pe if pe.version == version),
            ]
        )
        at = PacketRule("accept", vlan.interface, None, family)
        if own:
            yield replace(at, sources=own, name="own")
            icmp = replace(at, protocol="icmp")
            yield replace(icmp, icmp_types=ERROR_TYPES[family], name="errors")
            if version == 6:
                yield replace(icmp, icmp_types=NEIGHBOR_DISCOVERY, name="neighbor-discovery")
    yield PacketRule("drop", vlan.interface, name="sources-of-others")


def _forward(
    exchanges: Iterable[tuple[str, Exchange]], interfaces: Mapping[str, str]
) -> Iterator[PacketRule]:
    for name, exchange in exchanges:
        for opener, answerer in exchange.openings:
            ways = interfaces.get(opener.vpn), interfaces.get(answerer.vpn)
            if ways[0] is None or ways[1] is None:
                continue
            for version in exchange.versions:
                family = _FAMILIES[version]
                echo = exchange.protocol == "icmp"
                sources, targets = _prefixes(opener, version), _prefixes(answerer, version)
                yield PacketRule(
                    "accept",
                    *ways,
                    family,
                    sources,
                    targets,
                    exchange.protocol,
                    target_ports=exchange.port_ranges,
                    icmp_types=(ECHO_REQUEST[family],) if echo else (),
                    direction="open",
                    name=f"exchange:{name}",
                )
                yield PacketRule(
                    "accept",
                    *ways[::-1],
                    family,
                    targets,
                    sources,
                    exchange.protocol,
                    source_ports=exchange.port_ranges,
                    icmp_types=(ECHO_REPLY[family],) if echo else (),
                    direction="reply",
                    name=f"exchange:{name}",
                )


def _errors(
    exchanges: Iterable[tuple[str, Exchange]], interfaces: Mapping[str, str]
) -> Iterator[PacketRule]:
    """A rule for all exchanges of two VLANs: it is their prefixes that an error may go to."""
    ends: dict[tuple[str, str, int, PacketDirection], dict[IPNetwork, None]] = {}
    for _, exchange in exchanges:
        for opener, answerer in exchange.openings:
            one, other = interfaces.get(opener.vpn), interfaces.get(answerer.vpn)
            if one is None or other is None:
                continue
            for version in exchange.versions:
                there = ends.setdefault((one, other, version, "open-error"), {})
                there.update(dict.fromkeys(_prefixes(answerer, version)))
                back = ends.setdefault((other, one, version, "reply-error"), {})
                back.update(dict.fromkeys(_prefixes(opener, version)))
    for (came, way_out, version, direction), targets in ends.items():
        yield PacketRule(
            "accept",
            came,
            way_out,
            _FAMILIES[version],
            targets=tuple(targets),
            protocol="icmp",
            icmp_types=ERROR_TYPES[_FAMILIES[version]],
            direction=direction,
            name="errors",
        )


def of_vlans(vlans: Iterable[FirewallVlan], own_interfaces: Iterable[str]) -> Iterator[PacketRule]:
    """What a host behind PEs takes for itself: everything by its own interfaces, and from each PE
    what their session needs.
    """
    for interface in own_interfaces:
        yield PacketRule("accept", interface, name="own")
    for vlan in vlans:
        for own, pe in zip(vlan.own, vlan.pe, strict=True):
            family = _FAMILIES[own.version]
            link = (vlan.interface, None, family, _alone(pe), _alone(own))
            yield PacketRule("accept", *link, "tcp", target_ports=BGP, name="bgp")
            yield PacketRule("accept", *link, "tcp", source_ports=BGP, name="bgp")
            yield PacketRule("accept", *link, "udp", target_ports=BFD, name="bfd")
            yield PacketRule(
                "accept", *link, "icmp", icmp_types=(ECHO_REQUEST[family],), name="echo"
            )
            if family == "ipv6":
                # from and to addresses of the link and groups (RFC 4861 section 4.3)
                yield PacketRule(
                    "accept",
                    vlan.interface,
                    None,
                    family,
                    protocol="icmp",
                    icmp_types=NEIGHBOR_DISCOVERY,
                    name="neighbor-discovery",
                )


def _prefixes(end: ExchangeEnd, version: int) -> tuple[IPNetwork, ...]:
    """An end's prefixes of one IP version, the fewest of the same addresses, in order."""
    if version == 4:
        return tuple(collapse_addresses(p for p in end.prefixes if isinstance(p, IPv4Network)))
    return tuple(collapse_addresses(p for p in end.prefixes if isinstance(p, IPv6Network)))


def _alone(address: IPAddress) -> tuple[IPNetwork, ...]:
    return (ip_network(address),)
