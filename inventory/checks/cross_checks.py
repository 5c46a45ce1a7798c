"""Cross references and policy of an inventory: what one model alone cannot see.

Every check is linear in the inventory (or sorts it once) and yields problems; none stops another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from egovnet.inventory.errors import Problem
from egovnet.inventory.model import (
    TIER_ORDER,
    IPNetwork,
    Network,
    Role,
    SiteRole,
    Topology,
    ZoneName,
)
from egovnet.inventory.source.yaml_source import Location

#: (section, location, found, remedy) -> Problem with file and line.
Report = Callable[[str, Location, str, str], Problem]


def cross_check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem between the parts of `network`."""
    for check in _CHECKS:
        yield from check(network, report)


def _regions(network: Network, report: Report) -> Iterator[Problem]:
    for name, region in network.regions.items():
        if region.parent is None:
            continue
        parent = network.regions.get(region.parent)
        if parent is None:
            yield report(
                "regions",
                (name, "parent"),
                f"no region {region.parent!r}",
                "add it or correct the name",
            )
        elif TIER_ORDER.index(parent.tier) >= TIER_ORDER.index(region.tier):
            yield report(
                "regions",
                (name, "parent"),
                f"parent {region.parent} is of tier {parent.tier}, not above {region.tier}",
                "name a region of a higher tier",
            )


def _routers(network: Network, report: Report) -> Iterator[Problem]:
    seen: dict[tuple[str, object], str] = {}
    for name, router in network.routers.items():
        region = network.regions.get(router.region)
        if region is None:
            yield report(
                "hosts",
                (name, "data", "region"),
                f"no region {router.region!r}",
                "add it to regions.yaml or correct the name",
            )
        elif region.tier != router.tier:
            yield report(
                "hosts",
                (name, "data", "tier"),
                f"tier {router.tier}, but region {router.region} is of tier {region.tier}",
                "write the region's tier",
            )
        if router.management.ip not in network.backbone.management.prefix:
            yield report(
                "hosts",
                (name, "data", "management"),
                f"{router.management.ip} is outside {network.backbone.management.prefix}",
                "use an address of management.prefix in network.yaml",
            )
        for field, value in (
            ("hostname", (router.hostname, router.port)),
            ("management", router.management.ip),
            ("loopback-ipv4", router.loopback_ipv4),
            ("loopback-ipv6", router.loopback_ipv6),
        ):
            if value is None:
                continue
            if (field, value) in seen:
                shown = f"{value[0]} port {value[1]}" if isinstance(value, tuple) else str(value)
                yield report(
                    "hosts",
                    (name, field) if field == "hostname" else (name, "data", field),
                    f"duplicate address {shown}, {seen[field, value]} has it too",
                    "give each router its own",
                )
            else:
                seen[field, value] = name


def _circuits(network: Network, report: Report) -> Iterator[Problem]:
    ports: dict[tuple[str, str], str] = {}
    for name, circuit in network.circuits.items():
        if circuit.a.router == circuit.b.router:
            yield report("circuits", (name, "b"), "both ends on one router", "name two routers")
        for end_name, end in (("a", circuit.a), ("b", circuit.b)):
            router = network.routers.get(end.router)
            location = (name, end_name, "router")
            if router is None:
                yield report(
                    "circuits",
                    location,
                    f"no router {end.router!r}",
                    "add it to hosts.yaml or correct the name",
                )
            key = (end.router, end.port)
            if key in ports:
                yield report(
                    "circuits",
                    (name, end_name, "port"),
                    f"{end.router} {end.port} is taken by circuit {ports[key]}",
                    "use a free port",
                )
            ports.setdefault(key, name)
            yield from _reserved_port(
                network, "circuits", (name, end_name, "port"), end.port, report
            )


def _vpns(network: Network, report: Report) -> Iterator[Problem]:
    for name, vpn in network.vpns.items():
        owner = network.agencies.get(vpn.owner)
        if owner is None:
            yield report(
                "vpns",
                (name, "owner"),
                f"no agency {vpn.owner!r}",
                "add it to agencies.yaml or correct the name",
            )
        elif vpn.zone is ZoneName.INTRANET and owner.kind != "system":
            yield report(
                "vpns",
                (name, "owner"),
                f"{vpn.owner} is a {owner.kind}; the intranet joins the six systems only",
                "name one of the six systems, or use zone extranet",
            )


def _reflectors(network: Network, report: Report) -> Iterator[Problem]:
    edges = network.with_role(Role.PE)
    if len(edges) > 1 and not network.with_role(Role.RR):
        yield report(
            "hosts",
            (edges[0], "data", "roles"),
            f"{len(edges)} PEs and no router with role rr",
            "give rr to one or two routers: PEs exchange VPN routes through them",
        )


def _sites(network: Network, report: Report) -> Iterator[Problem]:
    asns: dict[int, str] = {network.backbone.asn: "the backbone"}
    for name, site in network.sites.items():
        if site.region not in network.regions:
            yield report(
                "sites",
                (name, "region"),
                f"no region {site.region!r}",
                "add it to regions.yaml or correct the name",
            )
        yield from _site_role(network, name, report)
        if site.asn is not None:
            if site.asn in asns:
                yield report(
                    "sites",
                    (name, "asn"),
                    f"AS {site.asn} is that of {asns[site.asn]}",
                    "give each its own",
                )
            asns.setdefault(site.asn, f"site {name}")


def _accesses(network: Network, report: Report) -> Iterator[Problem]:
    circuit_ports = {
        (end.router, end.port): name
        for name, circuit in network.circuits.items()
        for end in (circuit.a, circuit.b)
    }
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            where: Location = (name, "site-network-accesses", access_name)
            router = network.routers.get(access.pe)
            if router is None:
                yield report(
                    "sites",
                    (*where, "pe"),
                    f"no router {access.pe!r}",
                    "add it to hosts.yaml or correct the name",
                )
                continue
            if Role.PE not in router.roles:
                yield report(
                    "sites",
                    (*where, "pe"),
                    f"{access.pe} is no PE (roles: {', '.join(sorted(router.roles))})",
                    "join sites to PEs only: labels and customers never share a port",
                )
            circuit = circuit_ports.get((access.pe, access.port))
            if circuit is not None:
                yield report(
                    "sites",
                    (*where, "port"),
                    f"{access.pe} {access.port} is a backbone port (circuit {circuit})",
                    "use a customer port",
                )
            yield from _reserved_port(network, "sites", (*where, "port"), access.port, report)


def _reserved_port(
    network: Network, section: str, location: Location, port: str, report: Report
) -> Iterator[Problem]:
    management = network.backbone.management
    if port == management.port:
        yield report(section, location, f"{port} is the management port", "use another port")
    elif port == management.vrf:
        yield report(section, location, f"{port} is the management VRF", "use another port")


def _shared_ports(network: Network, report: Report) -> Iterator[Problem]:
    users: dict[tuple[str, str], list[tuple[Location, str, int | str | None]]] = {}
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            where: Location = (name, "site-network-accesses", access_name, "vlan")
            users.setdefault((access.pe, access.port), []).append(
                (where, f"{name}/{access_name}", access.vlan)
            )
    for (pe, port), entries in users.items():
        holders: dict[int, str] = {}
        for where, label, vlan in entries:
            if vlan == "untagged" and len(entries) > 1:
                other = next(other for _, other, _ in entries if other != label)
                yield report(
                    "sites",
                    where,
                    f"untagged on {pe} {port}, which {other} uses too",
                    "an untagged access has its port alone: tag each, or use another port",
                )
            elif isinstance(vlan, int):
                if vlan in holders:
                    yield report(
                        "sites",
                        where,
                        f"VLAN {vlan} on {pe} {port} is that of {holders[vlan]}",
                        "use a free VLAN, or leave vlan out",
                    )
                holders.setdefault(vlan, label)


def _site_role(network: Network, name: str, report: Report) -> Iterator[Problem]:
    site = network.sites[name]
    vpn = network.vpns.get(site.vpn)
    if vpn is None:
        yield report(
            "sites",
            (name, "vpn"),
            f"no VPN {site.vpn!r}",
            "add it to vpns.yaml or correct the name",
        )
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


def _hubs(network: Network, report: Report) -> Iterator[Problem]:
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


@dataclass(frozen=True, slots=True)
class _Claim:
    """A prefix that someone uses, and where that is written."""

    prefix: IPNetwork
    owner: str
    section: str
    location: Location


def _prefixes(network: Network, report: Report) -> Iterator[Problem]:
    """One address plan for the whole nation: no prefix overlaps another, in any zone."""
    claims = [
        _Claim(prefix, f"site {name}", "sites", (name, "prefixes", index))
        for name, site in network.sites.items()
        for index, prefix in enumerate(site.prefixes)
    ]
    for claim in (claim for claim in claims if not _unicast(claim.prefix)):
        yield report(
            claim.section,
            claim.location,
            f"{claim.prefix} is no unicast prefix of a site",
            "list what the site's networks use",
        )
    claims = [claim for claim in claims if _unicast(claim.prefix)]
    claims += _backbone_claims(network)
    for family in (IPv4Network, IPv6Network):
        yield from _overlaps([c for c in claims if isinstance(c.prefix, family)], report)


def _unicast(prefix: IPNetwork) -> bool:
    return prefix.prefixlen > 0 and not (
        prefix.is_multicast or prefix.is_link_local or prefix.is_loopback
    )


def _backbone_claims(network: Network) -> Iterator[_Claim]:
    backbone = network.backbone
    for field in type(backbone.pools).model_fields:
        pool = getattr(backbone.pools, field)
        if isinstance(pool, IPv4Network | IPv6Network):
            name = field.replace("_", "-")
            yield _Claim(pool, f"pool {name}", "network", ("pools", name))
    yield _Claim(
        backbone.management.prefix, "the management prefix", "network", ("management", "prefix")
    )
    for name, router in network.routers.items():
        for field, address, pool in (
            ("loopback-ipv4", router.loopback_ipv4, backbone.pools.loopback_ipv4),
            ("loopback-ipv6", router.loopback_ipv6, backbone.pools.loopback_ipv6),
        ):
            if address is not None and address not in pool:
                yield _Claim(ip_network(address), f"router {name}", "hosts", (name, "data", field))


def _overlaps(claims: list[_Claim], report: Report) -> Iterator[Problem]:
    ordered = sorted(
        claims,
        key=lambda c: (int(c.prefix.network_address), c.prefix.prefixlen, c.section == "sites"),
    )
    widest: _Claim | None = None
    for claim in ordered:
        if widest is None or claim.prefix.network_address > widest.prefix.broadcast_address:  # type: ignore[operator] # one family
            widest = claim
            continue
        # Sorted prefixes nest or are apart. Said where it is easiest to change: at the site.
        mine, other = (claim, widest)
        if mine.section != "sites" and other.section == "sites":
            mine, other = other, mine
        yield report(
            mine.section,
            mine.location,
            f"{mine.prefix} overlaps {other.prefix} of {other.owner}",
            "one address plan: use a free prefix" if mine.section == "sites" else "move one",
        )


_CHECKS = (
    _regions,
    _routers,
    _reflectors,
    _circuits,
    _vpns,
    _sites,
    _accesses,
    _shared_ports,
    _hubs,
    _prefixes,
)
