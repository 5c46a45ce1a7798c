"""What stands behind a site-network-access in the lab: a CE and one host per site.

Customers run their own equipment: these texts are the lab's, never egovnet's to provision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, ip_interface, ip_network

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import IPNetwork, Network
from egovnet.lab.errors import TopologyError
from egovnet.lab.legacy_lines import METRIC, WEIGHT, LineEnd
from egovnet.templates.intend.access_ends import access_addresses
from egovnet.templates.intend.bfd_use import access_bfd
from egovnet.templates.model.device import BfdProfile, IPInterface

#: The site's local network is the first subnet of this length in each of its prefixes.
_LAN_LENGTH = {4: 24, 6: 64}
_GATEWAY, _HOST = 1, 10
#: AS paths of a site's own prefixes, on a CE with a line of its own.
_OWN = "own"
#: Of BFD, on a CE.
_PROFILE = "provider"


@dataclass(frozen=True, slots=True)
class Lan:
    """One local network of a site: the CE's and the host's address in it."""

    prefix: IPNetwork
    gateway: IPInterface
    host: IPInterface


def site_lans(network: Network, site: str) -> tuple[Lan, ...]:
    """The local networks of `site`, one for each of its prefixes.

    Raises:
        TopologyError: a prefix is too small to hold a CE and a host.
    """
    lans = []
    for prefix in network.sites[site].prefixes:
        length = max(prefix.prefixlen, _LAN_LENGTH[prefix.version])
        lan = ip_network((prefix.network_address, length))
        if lan.num_addresses <= _HOST:
            raise TopologyError(
                f"site {site}: {prefix} is too small for a CE and a host in the lab",
                next_step="Use a prefix of at least 16 addresses",
            )
        lans.append(
            Lan(
                prefix,
                ip_interface(f"{lan[_GATEWAY]}/{length}"),
                ip_interface(f"{lan[_HOST]}/{length}"),
            )
        )
    return tuple(lans)


def access_port(index: int) -> str:
    """The CE's port for its access number `index` (from 0); the LAN follows the last."""
    return f"eth{index + 1}"


def ce_commands(
    network: Network, allocation: Allocation, site: str, line_ends: Sequence[LineEnd] = ()
) -> tuple[str, ...]:
    """Shell lines that give the CE its addresses and, on static accesses, its way out.

    An access that waits for its customer is not plugged in yet. `line_ends` are of its own lines.
    """
    accesses = network.sites[site].site_network_accesses
    versions = network.sites[site].versions
    lines: list[str] = []
    for index, name in enumerate(accesses):
        port, vlan = access_port(index), allocation.vlan[f"{site}/{name}"]
        if vlan is not None:
            lines.append(f"ip link add link {port} name {port}.{vlan} type vlan id {vlan}")
            port = f"{port}.{vlan}"
        # a customer has no addresses of a family that its network does not have
        ends = access_addresses(allocation, f"{site}/{name}").ce
        lines += [f"ip address add {end} dev {port}" for end in ends if end.version in versions]
        if not network.sites[site].awaits(name):
            lines += plug_in(network, allocation, site, name)
    lan_port = access_port(len(accesses))
    lines.append(f"ip link set {lan_port} up")
    lines += [f"ip address add {lan.gateway} dev {lan_port}" for lan in site_lans(network, site)]
    for end in line_ends:
        own = [address for address in end.own if address.version in versions]
        lines += [f"ip address add {address} dev {end.port}" for address in own]
        lines.append(f"ip link set {end.port} up")
        if not _bgp_over(network, end):
            lines += _static_over(network, end)
    return tuple(lines)


def _bgp_over(network: Network, end: LineEnd) -> bool:
    return speaks_bgp(network, end.site) and speaks_bgp(network, end.other)


def _static_over(network: Network, end: LineEnd) -> list[str]:
    peers = {peer.version: peer.ip for peer in end.peer}
    return [
        f"ip -{p.version} route add {p} via {peers[p.version]} metric {METRIC}"
        for p in network.sites[end.other].prefixes
        if p.version in network.sites[end.site].versions
    ]


def plug_in(network: Network, allocation: Allocation, site: str, access: str) -> list[str]:
    """Shell lines by which the CE's port of an access comes up, and its way out on a static one."""
    entry = network.sites[site]
    index = list(entry.site_network_accesses).index(access)
    port, vlan = access_port(index), allocation.vlan[f"{site}/{access}"]
    ports = [port] if vlan is None else [port, f"{port}.{vlan}"]
    lines = [f"ip link set {name} up" for name in ports]
    if entry.site_network_accesses[access].routing_protocol == "static":
        lines += [
            f"ip -{end.version} route add default via {end.ip} metric {100 + index}"
            for end in access_addresses(allocation, f"{site}/{access}").pe
            if end.version in entry.versions
        ]
    return lines


def host_commands(network: Network, site: str) -> tuple[str, ...]:
    """Shell lines of the site's host: its addresses, and the CE as its default gateway."""
    lans = site_lans(network, site)
    lines = ["ip link set eth1 up", *(f"ip address add {lan.host} dev eth1" for lan in lans)]
    gateways = {lan.gateway.version: lan.gateway.ip for lan in reversed(lans)}
    lines += [f"ip -{version} route add default via {ip}" for version, ip in gateways.items()]
    return tuple(lines)


def speaks_bgp(network: Network, site: str) -> bool:
    """Whether the site's CE runs BGP on any access."""
    accesses = network.sites[site].site_network_accesses.values()
    return any(access.routing_protocol == "bgp" for access in accesses)


def speaks_bfd(network: Network, site: str) -> bool:
    """Whether the site's CE speaks BFD on any access."""
    return any(_bfd(network, site, name) for name in network.sites[site].site_network_accesses)


def _bfd(network: Network, site: str, access: str) -> BfdProfile | None:
    entry = network.sites[site]
    return access_bfd(network, entry, entry.site_network_accesses[access])


def ce_text(
    network: Network, allocation: Allocation, site: str, line_ends: Sequence[LineEnd] = ()
) -> str:
    """The CE's text in the order of a device's: only its FRR part says anything.

    Prefixes are announced by `network`, never by redistributing what is connected: that
    would carry the lab's own management into the VPN.
    """
    name = f"{site}-ce"
    lines = [
        name,
        "# This file describes the network interfaces",
        "# ports.conf --",
        "frr version 8.4.4",
        "frr defaults traditional",
        f"hostname {name}",
        "service integrated-vtysh-config",
        "!",
    ]
    if speaks_bfd(network, site):
        timers = network.backbone.bfd.accesses
        lines += [
            "bfd",
            f" profile {_PROFILE}",
            f"  detect-multiplier {timers.multiplier}",
            f"  transmit-interval {timers.interval}",
            f"  receive-interval {timers.interval}",
            " exit",
            "exit",
            "!",
        ]
    if speaks_bgp(network, site):
        own = [end for end in line_ends if _bgp_over(network, end)]
        # a site hands on nothing of others: neither the backbone's to the line nor the reverse
        lines += [f"bgp as-path access-list {_OWN} seq 5 permit ^$", "!"] if own else []
        lines += _bgp(network, allocation, site, own)
    return "\n".join(lines) + "\n"


def _bgp(
    network: Network, allocation: Allocation, site: str, line_ends: Sequence[LineEnd]
) -> list[str]:
    entry = network.sites[site]
    peers: list[IPv4Interface | IPv6Interface] = []
    watched: set[IPv4Interface | IPv6Interface] = set()
    near: set[IPv4Interface | IPv6Interface] = set()
    for name, access in entry.site_network_accesses.items():
        if access.routing_protocol == "bgp":
            ends = access_addresses(allocation, f"{site}/{name}").pe
            peers += [end for end in ends if end.version in entry.versions]
            watched.update(ends if _bfd(network, site, name) else ())
            near.update(ends if access.ttl_security else ())
    first = next(iter(entry.site_network_accesses))
    router_id = access_addresses(allocation, f"{site}/{first}").ce[0].ip
    lines = [
        f"router bgp {allocation.site_asn[site]}",
        f" bgp router-id {router_id}",
        " no bgp ebgp-requires-policy",
        " no bgp default ipv4-unicast",
        " no bgp network import-check",
    ]
    for peer in peers:
        lines += [
            f" neighbor {peer.ip} remote-as {network.backbone.asn}",
            f" neighbor {peer.ip} timers connect 5",
            *([f" neighbor {peer.ip} ttl-security hops 1"] if peer in near else []),
            *([f" neighbor {peer.ip} bfd profile {_PROFILE}"] if peer in watched else []),
        ]
    for end in line_ends:
        for peer in end.peer:
            if peer.version in entry.versions:
                lines += [
                    f" neighbor {peer.ip} remote-as {allocation.site_asn[end.other]}",
                    f" neighbor {peer.ip} timers connect 5",
                ]
    for version in sorted(entry.versions):
        lines += [" !", f" address-family ipv{version} unicast"]
        lines += [
            f"  network {prefix}"
            for prefix in entry.prefixes
            if isinstance(prefix, IPv4Network) == (version == 4)
        ]
        lines += [f"  neighbor {peer.ip} activate" for peer in peers if peer.version == version]
        if line_ends:
            own = [peer for peer in peers if peer.version == version]
            lines += [f"  neighbor {peer.ip} filter-list {_OWN} out" for peer in own]
        for peer in (peer for end in line_ends for peer in end.peer if peer.version == version):
            lines += [
                f"  neighbor {peer.ip} activate",
                f"  neighbor {peer.ip} weight {WEIGHT}",
                f"  neighbor {peer.ip} filter-list {_OWN} out",
            ]
        lines.append(" exit-address-family")
    return [*lines, "exit", "!"]
