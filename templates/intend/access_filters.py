"""What PEs let in by the accesses of filtered VPNs: what registers declare, and its answers; and
at borders, what is between the prefixes that both sides agreed on.

Filters stand where a customer's packets come in, and are of the site's own prefixes: a packet with
another's source is none of a declared connection. An answer passes where the PE has seen its
connection, and opens nothing: ports and addresses of a rule of answers are those of the servers. An
error of ICMP comes from any router of the site, and passes where it is about such a connection.
Where two VPNs have the same addresses, connections of each are tracked apart.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import (
    BorderSite,
    Filtering,
    IPNetwork,
    Network,
    Site,
    SiteNetworkAccess,
)
from egovnet.inventory.model.site_prefixes import SitePrefixes, common, fewest
from egovnet.inventory.overlapping_plans import tracked_apart
from egovnet.inventory.registered_flows import RegisteredFlow, filtered_vpns, registered_flows
from egovnet.templates.intend.access_ends import access_addresses, access_interface
from egovnet.templates.intend.bfd_use import access_bfd
from egovnet.templates.intend.firewall_filter import (
    BFD,
    BGP,
    ECHO_REPLY,
    ECHO_REQUEST,
    NEIGHBOR_DISCOVERY,
)
from egovnet.templates.model.families import AddressFamily
from egovnet.templates.model.packet_filter import (
    ERROR_TYPES,
    ConnectionZone,
    FilterChain,
    PacketDirection,
    PacketFilter,
    PacketRule,
)

_FAMILIES: Mapping[int, AddressFamily] = {4: "ipv4", 6: "ipv6"}
#: Where neighbours discover each other: addresses and groups of the link (RFC 4291 sections 2.5.6
#: and 2.7.1), which no router forwards.
_LINK: tuple[IPNetwork, ...] = (ip_network("fe80::/10"), ip_network("ff02::/16"))
_ERRORS: tuple[PacketDirection, ...] = ("open-error", "reply-error")


def access_filters(network: Network, allocation: Allocation) -> dict[str, PacketFilter]:
    """The filter of each PE that has accesses of filtered VPNs, or borders.

    Linear in the rules that it comes to: each flow is looked at once, for the sites that it is of.
    """
    vpns = filtered_vpns(network)
    flows = registered_flows(network, vpns)
    sites: dict[str, dict[str, Site]] = {vpn: {} for vpn in vpns}
    rules: dict[str, list[PacketRule]] = {}
    for name, site in network.sites.items():
        if isinstance(site, BorderSite):
            access = site.site_network_accesses[site.border]
            own = _of_border(network, allocation, name, site)
            rules.setdefault(access.pe, []).extend(own)
        elif site.vpn in sites:
            sites[site.vpn][name] = site
    for vpn in vpns:
        declared = _declared(sites[vpn], flows[vpn])
        last = tuple(_last(network.vpns[vpn].filtering))
        for name, site in sites[vpn].items():
            for access_name, access in site.site_network_accesses.items():
                label = f"{name}/{access_name}"
                own = _of_access(network, site, access, label, allocation)
                port = access_interface(network, access, allocation.vlan[label])
                rules.setdefault(access.pe, []).extend(
                    replace(rule, in_interface=port)
                    for rule in (*own, *declared.get(name, ()), *last)
                )
    zones = _zones(network, allocation, rules.keys())
    return {
        pe: PacketFilter((FilterChain("arrival", "accept", tuple(each)),), zones=tuple(zones[pe]))
        for pe, each in rules.items()
    }


def _zones(
    network: Network, allocation: Allocation, pes: Collection[str]
) -> dict[str, list[ConnectionZone]]:
    """A zone for each VPN of a PE, filtered or not, where two of them have the same addresses: a
    connection of the one is none of the other's. Its number is the lowest of the VPN's tables."""
    numbers: dict[tuple[str, str], int] = {}
    for key, number in allocation.vrf_number.items():
        place = (key.pe, key.vpn)
        numbers[place] = min(number, numbers.get(place, number))
    found: dict[str, list[ConnectionZone]] = {pe: [] for pe in pes}
    apart = found.keys() & tracked_apart(network).keys()
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            if access.pe in apart:
                vlan = allocation.vlan[f"{name}/{access_name}"]
                port = access_interface(network, access, vlan)
                found[access.pe].append(ConnectionZone(port, numbers[access.pe, site.vpn]))
    return found


def _of_border(
    network: Network, allocation: Allocation, name: str, site: BorderSite
) -> Iterator[PacketRule]:
    """What a border's neighbour may send: between what it may announce and what it is told of.

    Whoever opened it: of a VPN that crosses at two borders, each may see one direction alone.
    """
    access, label = site.site_network_accesses[site.border], f"{name}/{site.border}"
    port = access_interface(network, access, allocation.vlan[label])
    rules = [*_of_access(network, site, access, label, allocation)]
    for version, family in _FAMILIES.items():
        theirs, ours = _of(version, site.prefixes), _of(version, site.announces)
        if theirs and ours:
            rules.append(
                PacketRule(
                    "accept",
                    family=family,
                    sources=fewest(theirs),
                    targets=fewest(ours),
                    name=f"border:{site.border}",
                )
            )
            for error in _ERRORS:
                rules += _errors(family, fewest(ours), error)
    rules.append(PacketRule("drop", name="undeclared"))
    yield from (replace(rule, in_interface=port) for rule in rules)


def _last(filtering: Filtering) -> Iterator[PacketRule]:
    """What becomes of packets that nobody declares."""
    if filtering is Filtering.ENFORCED:
        yield PacketRule("drop", name="undeclared")
    else:
        # an answer is no flow of its own: its port at the target is the opener's, and any; and an
        # error is none
        yield PacketRule("accept", direction="reply", name="undeclared")
        for family in _FAMILIES.values():
            yield from _errors(family, (), "open-error")
            yield from _errors(family, (), "reply-error")
        yield PacketRule("accept", recorded=True, name="undeclared")


def _of_access(
    network: Network, site: Site, access: SiteNetworkAccess, label: str, allocation: Allocation
) -> Iterator[PacketRule]:
    """What the customer's router and the PE say to each other."""
    ends = access_addresses(allocation, label)
    bfd = access_bfd(network, site, access) is not None
    for customer, pe in zip(ends.ce, ends.pe, strict=True):
        family = _FAMILIES[pe.version]
        between = PacketRule(
            "accept",
            family=family,
            sources=(ip_network(customer.ip),),
            targets=(ip_network(pe.ip),),
        )
        if access.routing_protocol == "bgp":
            yield replace(between, protocol="tcp", target_ports=BGP, name="bgp")
            yield replace(between, protocol="tcp", source_ports=BGP, name="bgp")
        if bfd:
            yield replace(between, protocol="udp", target_ports=BFD, name="bfd")
        echo = (ECHO_REPLY[family], ECHO_REQUEST[family])
        yield replace(between, protocol="icmp", icmp_types=echo, name="echo")
        if family == "ipv6":
            yield PacketRule(
                "accept",
                family=family,
                targets=(*_LINK, ip_network(pe.ip)),
                protocol="icmp",
                icmp_types=NEIGHBOR_DISCOVERY,
                name="neighbor-discovery",
            )


def _declared(
    sites: Mapping[str, Site], flows: Iterable[RegisteredFlow]
) -> dict[str, list[PacketRule]]:
    """Site of one VPN -> rules of the connections that it may open, or answer."""
    held = SitePrefixes((n, prefix) for n, site in sites.items() for prefix in site.prefixes)
    rules: dict[str, list[PacketRule]] = {}
    ends: dict[tuple[str, AddressFamily, PacketDirection], dict[IPNetwork, None]] = {}
    for flow in flows:
        for version, family in _FAMILIES.items():
            sources, targets = (_of(version, side) for side in (flow.sources, flow.targets))
            if not (sources and targets):
                continue
            echo = flow.protocol == "icmp"
            connection = PacketRule("accept", family=family, protocol=flow.protocol, name=flow.name)
            for site, own in _parts(held, sources).items():
                errors = ends.setdefault((site, family, "open-error"), {})
                errors.update(dict.fromkeys(targets))
                rules.setdefault(site, []).append(
                    replace(
                        connection,
                        sources=fewest(own),
                        targets=targets,
                        target_ports=flow.ports,
                        icmp_types=(ECHO_REQUEST[family],) if echo else (),
                        direction="open",
                    )
                )
            for site, own in _parts(held, targets).items():
                errors = ends.setdefault((site, family, "reply-error"), {})
                errors.update(dict.fromkeys(sources))
                rules.setdefault(site, []).append(
                    replace(
                        connection,
                        sources=fewest(own),
                        targets=sources,
                        source_ports=flow.ports,
                        icmp_types=(ECHO_REPLY[family],) if echo else (),
                        direction="reply",
                    )
                )
    for (site, family, direction), each in ends.items():
        rules[site] += _errors(family, tuple(each), direction)
    return rules


def _errors(
    family: AddressFamily, targets: tuple[IPNetwork, ...], direction: PacketDirection
) -> Iterator[PacketRule]:
    """Errors about connections whose other ends are `targets`; without any: about all."""
    yield PacketRule(
        "accept",
        family=family,
        targets=targets,
        protocol="icmp",
        icmp_types=ERROR_TYPES[family],
        direction=direction,
        name="errors" if targets else "undeclared",
    )


def _parts(held: SitePrefixes, prefixes: Iterable[IPNetwork]) -> dict[str, list[IPNetwork]]:
    """Site -> what it has of `prefixes`."""
    found: dict[str, list[IPNetwork]] = {}
    for prefix in prefixes:
        for site, own in held.overlapping(prefix):
            found.setdefault(site, []).append(common(prefix, own))
    return found


def _of(version: int, prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
    return tuple(prefix for prefix in prefixes if prefix.version == version)
