"""Cross references and policy of an inventory: what one model alone cannot see.

Every check is linear in the inventory (or sorts it once) and yields problems; none stops another.
"""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, IPv6Network

from inventory.errors import Problem
from inventory.models import (
    TIER_ORDER,
    IPNetwork,
    Network,
    Role,
    SiteRole,
    Topology,
    ZoneName,
)
from inventory.yaml_source import Location

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
                "regions", (name, "parent"), f"no region {region.parent!r}", "name one that is here"
            )
        elif TIER_ORDER.index(parent.tier) >= TIER_ORDER.index(region.tier):
            yield report(
                "regions",
                (name, "parent"),
                f"parent {region.parent} is of tier {parent.tier}, not above {region.tier}",
                "a parent is of a higher tier",
            )


def _routers(network: Network, report: Report) -> Iterator[Problem]:
    seen: dict[object, tuple[str, str]] = {}
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
                other, _ = seen[field, value]
                shown = f"{value[0]} port {value[1]}" if isinstance(value, tuple) else str(value)
                yield report(
                    "hosts",
                    (name, field) if field == "hostname" else (name, "data", field),
                    f"duplicate address {shown}, {other} has it too",
                    "give each router its own",
                )
            else:
                seen[field, value] = (name, field)


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
            if end.port == network.backbone.management.port:
                yield report(
                    "circuits",
                    (name, end_name, "port"),
                    f"{end.port} is the management port",
                    "use another port",
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


def _sites(network: Network, report: Report) -> Iterator[Problem]:
    core_ports = {
        (end.router, end.port): name
        for name, circuit in network.circuits.items()
        for end in (circuit.a, circuit.b)
    }
    tags: dict[tuple[str, str, object], str] = {}
    whole_ports: dict[tuple[str, str], str] = {}
    asns: dict[int, str] = {}
    for name, site in network.sites.items():
        if site.region not in network.regions:
            yield report(
                "sites", (name, "region"), f"no region {site.region!r}", "correct the name"
            )
        yield from _site_role(network, name, report)
        if site.asn is not None:
            if site.asn in asns or site.asn == network.backbone.asn:
                owner = asns.get(site.asn, "the backbone")
                yield report(
                    "sites", (name, "asn"), f"AS {site.asn} is {owner}'s", "give each its own"
                )
            asns.setdefault(site.asn, name)
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
                    "sites are joined to PEs only: labels and customers never share a port",
                )
            key = (access.pe, access.port)
            if key in core_ports:
                yield report(
                    "sites",
                    (*where, "port"),
                    f"{access.pe} {access.port} is a backbone port (circuit {core_ports[key]})",
                    "use a customer port",
                )
            if access.port == network.backbone.management.port:
                yield report(
                    "sites",
                    (*where, "port"),
                    f"{access.port} is the management port",
                    "use a customer port",
                )
            label = f"{name}/{access_name}"
            if access.vlan == "untagged":
                if key in whole_ports:
                    yield report(
                        "sites",
                        (*where, "port"),
                        f"{access.pe} {access.port} is already used by {whole_ports[key]}",
                        "an untagged access has its port alone",
                    )
            elif access.vlan is not None:
                if (*key, access.vlan) in tags:
                    yield report(
                        "sites",
                        (*where, "vlan"),
                        f"VLAN {access.vlan} on {access.pe} {access.port} is "
                        f"{tags[(*key, access.vlan)]}'s",
                        "use a free VLAN, or leave vlan out",
                    )
                tags.setdefault((*key, access.vlan), label)
            if access.vlan == "untagged":
                whole_ports.setdefault(key, label)


def _untagged_alone(network: Network, report: Report) -> Iterator[Problem]:
    users: dict[tuple[str, str], list[tuple[Location, object]]] = {}
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            where: Location = (name, "site-network-accesses", access_name, "vlan")
            users.setdefault((access.pe, access.port), []).append((where, access.vlan))
    for (pe, port), entries in users.items():
        untagged = [where for where, vlan in entries if vlan == "untagged"]
        if untagged and len(entries) > len(untagged):
            yield report(
                "sites",
                untagged[0],
                f"untagged on {pe} {port}, which also carries VLANs",
                "tag every access of a shared port",
            )


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
    with_hub = {
        site.vpn for site in network.sites.values() if site.site_role is SiteRole.HUB
    }
    with_spoke: dict[str, str] = {}
    for name, site in network.sites.items():
        if site.site_role is SiteRole.SPOKE:
            with_spoke.setdefault(site.vpn, name)
    for vpn, spoke in with_spoke.items():
        if vpn not in with_hub:
            yield report(
                "sites",
                (spoke, "site-role"),
                f"VPN {vpn} has spokes and no hub site",
                "give one site hub-role",
            )


def _prefixes(network: Network, report: Report) -> Iterator[Problem]:
    """One address plan for the whole nation: no prefix overlaps another, in any zone."""
    entries: list[tuple[IPNetwork, str, Location | None]] = []
    for name, site in network.sites.items():
        for index, prefix in enumerate(site.prefixes):
            entries.append((prefix, f"site {name}", (name, "prefixes", index)))
            if prefix.prefixlen == 0 or prefix.is_multicast or prefix.is_link_local:
                yield report(
                    "sites",
                    (name, "prefixes", index),
                    f"{prefix} is no unicast prefix of a site",
                    "list what the site's networks use",
                )
    pools = network.backbone.pools
    for field in (
        "loopback_ipv4",
        "loopback_ipv6",
        "circuit_ipv4",
        "circuit_ipv6",
        "access_ipv4",
        "access_ipv6",
    ):
        entries.append((getattr(pools, field), f"pool {field.replace('_', '-')}", None))
    entries.append((network.backbone.management.prefix, "the management prefix", None))
    for family in (IPv4Network, IPv6Network):
        yield from _overlaps([e for e in entries if isinstance(e[0], family)], report)


def _overlaps(
    entries: list[tuple[IPNetwork, str, Location | None]], report: Report
) -> Iterator[Problem]:
    ordered = sorted(
        entries, key=lambda e: (int(e[0].network_address), e[0].prefixlen, e[2] is not None)
    )
    widest: tuple[IPNetwork, str, Location | None] | None = None
    for entry in ordered:
        prefix, owner, location = entry
        if widest is not None and int(prefix.network_address) <= int(widest[0].broadcast_address):
            # The pool has no line of a site; show the problem where the site can be changed.
            at = location if location is not None else widest[2]
            mine, other = (entry, widest) if location is not None else (widest, entry)
            if at is None:
                yield report(
                    "network",
                    ("pools",),
                    f"{owner} {prefix} overlaps {widest[1]} {widest[0]}",
                    "move one",
                )
            else:
                yield report(
                    "sites",
                    at,
                    f"{mine[0]} overlaps {other[0]} of {other[1]}",
                    "one address plan: use a free prefix",
                )
        if widest is None or int(prefix.broadcast_address) > int(widest[0].broadcast_address):
            widest = entry


_CHECKS = (
    _regions,
    _routers,
    _circuits,
    _vpns,
    _sites,
    _untagged_alone,
    _hubs,
    _prefixes,
)
