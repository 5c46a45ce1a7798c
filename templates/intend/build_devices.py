"""Intent and plan to devices: what every router of a network should be."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface

from egovnet.inventory.allocation.allocate import Allocation, VrfKey, vrf_of
from egovnet.inventory.model import (
    BehindPeSite,
    BorderSite,
    GatewaySite,
    IPNetwork,
    Network,
    Role,
    Site,
    SiteNetworkAccess,
)
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.inventory.model.reachability import Group, Reachability
from egovnet.inventory.session_keys import (
    access_key,
    circuit_key,
    domain_key,
    platform_key,
    session_key,
)
from egovnet.templates.intend.access_ends import (
    access_interface,
    address_in,
    customer_addresses,
    management_of,
    own_addresses,
    policy_name,
)
from egovnet.templates.intend.access_filters import access_filters
from egovnet.templates.intend.bfd_use import access_bfd, circuit_bfd
from egovnet.templates.intend.build_firewalls import build_firewalls
from egovnet.templates.intend.build_gateways import build_gateways
from egovnet.templates.intend.encrypted_sides import encrypted_sides
from egovnet.templates.intend.untagged_ports import untagged_ports
from egovnet.templates.model.device import (
    BackbonePeer,
    Circuit,
    CustomerPeer,
    Device,
    Interface,
    IPAddress,
    IPInterface,
    LabelPeer,
    StaticRoute,
    Vrf,
)
from egovnet.templates.registry import platform


def _alone(address: IPAddress) -> IPInterface:
    """A loopback: an address that is its own network."""
    return IPv4Interface(address) if address.version == 4 else IPv6Interface(address)


def route_targets(
    reachability: Reachability, allocation: Allocation, asn: int, site: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(import, export) targets of a site's VRF: it exports its group's, and imports all it may.

    So a hub imports its own and the spokes', and a spoke the hubs' (RFC 4364 section 4.3.5).
    """
    group = reachability.group_of(site)

    def target(of: Group) -> str:
        return f"{asn}:{allocation.route_target[of.label]}"

    return tuple(map(target, reachability.imports(group))), (target(group),)


def isis_net(area: str, loopback: IPv4Address) -> str:
    """Network entity title; its system id is the loopback (10.255.0.3: 0102.5500.0003)."""
    digits = "".join(f"{octet:03d}" for octet in loopback.packed)
    return f"{area}.{digits[:4]}.{digits[4:8]}.{digits[8:]}.00"


def intend(network: Network, allocation: Allocation) -> dict[str, Device]:
    """Every router of `network` as it should be, by name, in the inventory's order.

    Linear in the inventory: each circuit and access is looked at once.
    """
    circuits = _circuit_interfaces(network, allocation)
    customers, vrfs = _customer_side(network, allocation)
    peers = _backbone_peers(network, allocation)
    behind = build_firewalls(network, allocation) | build_gateways(network, allocation)
    filters = access_filters(network, allocation)
    label_peers = _label_peers(network, allocation)
    encrypted = encrypted_sides(network, allocation)
    return {
        name: behind.get(name)
        or Device(
            name=name,
            platform=router.platform,
            asn=network.backbone.asn,
            router_id=allocation.loopback4[name],
            loopbacks=tuple(map(_alone, allocation.loopbacks(name))),
            isis_net=isis_net(network.backbone.isis_area, allocation.loopback4[name]),
            management=management_of(network, name),
            interfaces=(*_by_port(circuits.get(name, ())), *_by_port(customers.get(name, ()))),
            vrfs=tuple(sorted(vrfs.get(name, ()), key=lambda vrf: vrf.name)),
            backbone_peers=peers.get(name, ()),
            reflector=Role.RR in router.roles,
            untagged=untagged_ports(platform(router.platform), customers.get(name, ())),
            drained=router.leaving,
            families=("ipv4", "ipv6") if allocation.loopback6 else ("ipv4",),
            packet_filter=filters.get(name),
            encrypted=encrypted.get(name),
            domain_key=domain_key(network),
            label_peers=label_peers.get(name, ()),
        )
        for name, router in network.routers.items()
    }


def _by_port(interfaces: Iterable[Interface]) -> list[Interface]:
    return sorted(interfaces, key=lambda i: (len(i.port), i.name))


def _circuit_interfaces(network: Network, allocation: Allocation) -> dict[str, list[Interface]]:
    result: dict[str, list[Interface]] = {}
    for name, circuit in network.circuits.items():
        nets = allocation.circuit_links(name)
        bfd, key = circuit_bfd(network, circuit), circuit_key(network, name)
        for index, (end, other) in enumerate(((circuit.a, circuit.b), (circuit.b, circuit.a))):
            result.setdefault(end.router, []).append(
                Interface(
                    name=end.port,
                    port=end.port,
                    addresses=tuple(address_in(net, index) for net in nets),
                    description=f"circuit {name} to {other.router} {other.port}",
                    circuit=Circuit(circuit.metric, network.backbone.circuit_mtu, bfd, key),
                )
            )
    return result


def _label_peers(network: Network, allocation: Allocation) -> dict[str, tuple[LabelPeer, ...]]:
    """Neighbours with a key, in the order of their router ids; one for circuits side by side."""
    found: dict[str, dict[IPv4Address, LabelPeer]] = {}
    for circuit in network.circuits.values():
        a, b = circuit.a.router, circuit.b.router
        key = session_key(network, KeyPurpose.LDP, a, b)
        if key is None:
            continue
        for own, other in ((a, b), (b, a)):
            peer = LabelPeer(allocation.loopback4[other], key)
            found.setdefault(own, {})[peer.router_id] = peer
    return {name: tuple(peers[each] for each in sorted(peers)) for name, peers in found.items()}


def _customer_side(
    network: Network, allocation: Allocation
) -> tuple[dict[str, list[Interface]], dict[str, list[Vrf]]]:
    interfaces: dict[str, list[Interface]] = {}
    reachability, asn = Reachability(network), network.backbone.asn
    targets: dict[VrfKey, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    routes: dict[VrfKey, list[StaticRoute]] = {}
    peers: dict[VrfKey, list[CustomerPeer]] = {}
    for site_name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            label = f"{site_name}/{access_name}"
            key = vrf_of(network, site_name, access)
            interfaces.setdefault(access.pe, []).append(
                Interface(
                    name=access_interface(network, access, allocation.vlan[label]),
                    port=access.port,
                    vlan=allocation.vlan[label],
                    addresses=own_addresses(allocation, label),
                    description=f"site {label}",
                    vrf=allocation.vrf_name[key],
                )
            )
            if key not in targets:
                targets[key] = route_targets(reachability, allocation, asn, site_name)
            next_hops = customer_addresses(allocation, label)
            if access.routing_protocol == "static":
                routes.setdefault(key, []).extend(
                    StaticRoute(prefix, hop)
                    for prefix in site.prefixes
                    for hop in next_hops
                    if hop.version == prefix.version
                )
            else:
                bfd = access_bfd(network, site, access)
                peers.setdefault(key, []).extend(
                    CustomerPeer(
                        address=hop,
                        remote_as=allocation.site_asn[site_name],
                        description=f"site {label}",
                        policy=policy_name(site_name, access_name),
                        accepts=tuple(p for p in site.prefixes if p.version == hop.version),
                        maximum_prefix=access.maximum_prefix,
                        local_preference=access.access_priority,
                        bfd=bfd,
                        timers=_timers(access),
                        exact=isinstance(site, GatewaySite),
                        announces=_announced(site, hop),
                        aggregate=isinstance(site, BorderSite) and site.aggregate,
                        key=platform_key(network, access_name, site.vpn)
                        if isinstance(site, BehindPeSite)
                        else access_key(network, site_name, access_name),
                        ttl_security=access.ttl_security,
                    )
                    for hop in next_hops
                    if any(p.version == hop.version for p in site.prefixes)
                )
    vrfs: dict[str, list[Vrf]] = {}
    for key, (imports, exports) in targets.items():
        number = allocation.vrf_number[key]
        encrypted = network.vpns[key.vpn].is_encrypted
        next_hops = allocation.encrypted_next_hops(key.pe) if encrypted else ()
        vrfs.setdefault(key.pe, []).append(
            Vrf(
                name=allocation.vrf_name[key],
                table=number,
                # FRR 8.4 leaves routes that are exported already with the next hop that they have:
                # under another distinguisher they are new ones
                rd=f"{next_hops[0] if encrypted else allocation.loopback4[key.pe]}:{number}",
                import_targets=imports,
                export_targets=exports,
                static_routes=tuple(
                    sorted(
                        routes.get(key, ()),
                        key=lambda r: (
                            r.prefix.version,
                            int(r.prefix.network_address),
                            int(r.next_hop),
                        ),
                    )
                ),
                peers=tuple(
                    sorted(peers.get(key, ()), key=lambda p: (p.address.version, int(p.address)))
                ),
                aggregates=_aggregates(peers.get(key, ())),
                next_hops=next_hops,
            )
        )
    return interfaces, vrfs


def _announced(site: Site, hop: IPAddress) -> tuple[IPNetwork, ...] | None:
    """What a border's neighbour is told of in the family of its address."""
    if not isinstance(site, BorderSite):
        return None
    return tuple(p for p in site.announces if p.version == hop.version)


def _aggregates(peers: Iterable[CustomerPeer]) -> tuple[IPNetwork, ...]:
    """Those that the neighbours of a VRF are told of, in order, IPv4 first."""
    found = {p for peer in peers if peer.aggregate for p in peer.announces or ()}
    return tuple(sorted(found, key=lambda p: (p.version, int(p.network_address), p.prefixlen)))


def _timers(access: SiteNetworkAccess) -> tuple[int, int] | None:
    return None if access.timers is None else (access.timers.keepalive, access.timers.hold)


def _backbone_peers(
    network: Network, allocation: Allocation
) -> dict[str, tuple[BackbonePeer, ...]]:
    """Every router that speaks BGP peers with every reflector; reflectors with each other.

    In the order of their loopbacks, as a router lists them, whatever the inventory's order.
    """
    reflectors = sorted(network.with_role(Role.RR), key=allocation.loopback4.__getitem__)

    of4, of6 = allocation.loopback4, allocation.loopback6

    def peer(own: str, name: str, client: bool) -> BackbonePeer:
        key = session_key(network, KeyPurpose.BGP, own, name)
        return BackbonePeer(name, of4[name], of6.get(name), client, key)

    edges = sorted(
        set(network.with_role(Role.PE)) - set(reflectors), key=allocation.loopback4.__getitem__
    )
    result: dict[str, tuple[BackbonePeer, ...]] = {}
    for name in reflectors:
        result[name] = (
            *(peer(name, other, client=False) for other in reflectors if other != name),
            *(peer(name, edge, client=True) for edge in edges),
        )
    for edge in edges:
        result[edge] = tuple(peer(edge, name, client=False) for name in reflectors)
    return result
