"""What a planned device means as facts: what a reader must find in its rendered text."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Literal

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.address_text import written
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.templates.intend.firewall_facts import firewall_instance
from egovnet.templates.model.canonical_filter import canonical
from egovnet.templates.model.communities import route_distinguisher, route_target
from egovnet.templates.model.device import (
    AddressFamily,
    BackbonePeer,
    CustomerPeer,
    Device,
    EncryptedSide,
    Interface,
    IPInterface,
    Untagged,
    Vrf,
)
from egovnet.templates.model.facts import (
    BgpInstance,
    DeviceFacts,
    GreBlock,
    InterfaceFacts,
    Match,
    NeighborFacts,
    NeighborFamily,
    Policy,
    PolicyEntry,
    PrefixRule,
    SessionKey,
    StaticFacts,
    TunnelEnds,
    VrfFacts,
    VrfFamily,
)
from egovnet.templates.model.sort_keys import address_key, static_key
from egovnet.templates.platform import Capabilities, Commit
from egovnet.templates.registry import platform

#: A VRF is closed in both, also where the network has one.
_BOTH: frozenset[AddressFamily] = frozenset(("ipv4", "ipv6"))
#: What lets a router take VPN routes whose next hop is behind a tunnel.
OVER_GRE = "sets l3vpn next-hop encapsulation gre"
_OVER_GRE = Policy(entries=(PolicyEntry("permit", touches=(OVER_GRE,)),), name="over-gre")
_TO_CE = Policy(entries=(PolicyEntry("permit"),), name="to-ce")


def intended_facts(device: Device) -> DeviceFacts:
    """The facts of `device`, whatever its platform; linear in its interfaces and peers."""
    can = platform(device.platform).capabilities
    return DeviceFacts(
        name=device.name,
        platform=device.platform,
        interfaces=_interfaces(device),
        vrfs={vrf.name: vrf for vrf in _vrfs(device, can)},
        commits_at_once=can.commit is Commit.AT_ONCE,
        default_tables=can.tables.default if can.tables else frozenset(),
        bgp={
            None: _backbone(device)
            if device.firewall is None
            else firewall_instance(device, device.firewall),
            **{v.name: _customer_instance(device, v) for v in device.vrfs},
        },
        statics=tuple(sorted(_statics(device), key=static_key)),
        gre_blocks=_gre_blocks(device.encrypted),
        session_keys={(key.purpose, key.at): key for key in _session_keys(device)},
        packet_filter=None if device.packet_filter is None else canonical(device.packet_filter),
    )


def _statics(device: Device) -> Iterator[StaticFacts]:
    for vrf in device.vrfs:
        for route in vrf.static_routes:
            yield StaticFacts(vrf.name, route.prefix, next_hop=route.next_hop)
        for hop in vrf.next_hops:
            yield StaticFacts(vrf.name, ip_network(hop), discards=True, of_system=True)
    for tunnel in device.encrypted.tunnels if device.encrypted is not None else ():
        for hop in tunnel.next_hops:
            yield StaticFacts(None, ip_network(hop), interface=tunnel.name)
            yield StaticFacts(None, ip_network(hop), discards=True)
    for route in device.firewall.routes if device.firewall is not None else ():
        yield StaticFacts(None, route.prefix, next_hop=route.next_hop)


def _session_keys(device: Device) -> Iterator[SessionKey]:
    for behind in device.firewall.peers if device.firewall is not None else ():
        if behind.key is not None:
            yield SessionKey(KeyPurpose.BGP, written(behind.address), behind.key)
    for vrf in device.vrfs:
        for each in vrf.peers:
            if each.key is not None:
                at = f"{written(each.address)} in VRF {vrf.name}"
                yield SessionKey(KeyPurpose.BGP, at, each.key)
    for interface in device.interfaces:
        if interface.circuit is not None and interface.circuit.key is not None:
            yield SessionKey(KeyPurpose.HELLO, interface.name, interface.circuit.key)
    if device.domain_key is not None:
        yield SessionKey(KeyPurpose.DOMAIN, "", device.domain_key)
    for neighbor in device.label_peers:
        yield SessionKey(KeyPurpose.LDP, written(neighbor.router_id), neighbor.key)
    for peer in device.backbone_peers:
        for address in peer.addresses.values() if peer.key is not None else ():
            yield SessionKey(KeyPurpose.BGP, written(address), peer.key)


def _vrfs(device: Device, can: Capabilities) -> Iterator[VrfFacts]:
    management = device.management
    stated: list[tuple[str, int | None, frozenset[AddressFamily]]] = [
        (management.vrf, management.table, frozenset()),
        *((vrf.name, vrf.table, _BOTH) for vrf in device.vrfs),
    ]
    if device.untagged is not None:
        stated.append((device.untagged.vrf, device.untagged.table, _BOTH))
    for name, table, closed in stated:
        yield VrfFacts(
            name,
            table if can.tables else None,
            closed=frozenset() if can.isolated_lookups else closed,
            isolated=can.isolated_lookups,
        )


def _untagged_ports(untagged: Untagged | None) -> dict[str, InterfaceFacts]:
    if untagged is None:
        return {}
    return {port: InterfaceFacts(port, vrf=untagged.vrf) for port in untagged.ports}


def _interfaces(device: Device) -> dict[str, InterfaceFacts]:
    management = device.management
    loopback = platform(device.platform).capabilities.loopback
    return {
        loopback: InterfaceFacts(
            loopback,
            addresses=_ordered(device.loopbacks),
            igp=frozenset(device.families) if device.firewall is None else frozenset(),
            igp_passive=device.firewall is None,
            loopback=True,
        ),
        management.interface: InterfaceFacts(
            management.interface, vrf=management.vrf, addresses=(management.address,)
        ),
        **_untagged_ports(device.untagged),
        **{each.name: _interface(each, device) for each in device.interfaces},
        **_tunnels(device.encrypted),
    }


def _gre_blocks(encrypted: EncryptedSide | None) -> tuple[GreBlock, ...]:
    ways: tuple[Literal["in"], Literal["out"]] = ("in", "out")
    return () if encrypted is None else tuple(GreBlock(way, encrypted.local) for way in ways)


def _tunnels(encrypted: EncryptedSide | None) -> dict[str, InterfaceFacts]:
    if encrypted is None:
        return {}
    return {
        each.name: InterfaceFacts(
            each.name, mpls=True, tunnel=TunnelEnds(encrypted.local, each.remote)
        )
        for each in encrypted.tunnels
    }


def _interface(interface: Interface, device: Device) -> InterfaceFacts:
    circuit = interface.circuit
    spoken = frozenset(device.families) if circuit is not None else frozenset()
    return InterfaceFacts(
        interface.name,
        vrf=interface.vrf,
        addresses=_ordered(interface.addresses),
        parent=None if interface.vlan is None else interface.port,
        vlan=interface.vlan,
        mpls=interface.circuit is not None,
        ldp=spoken,
        igp=spoken,
        # what a drained router's ports count is not what its neighbours reckon with
        igp_cost=None if circuit is None or device.drained else circuit.metric,
        bfd=interface.circuit is not None and interface.circuit.bfd is not None,
        description=interface.description,
    )


def _ordered(addresses: tuple[IPInterface, ...]) -> tuple[IPInterface, ...]:
    return tuple(sorted(addresses, key=address_key))


def _backbone(device: Device) -> BgpInstance:
    neighbors = {
        str(peer.addresses[family]): _backbone_peer(device, peer, family)
        for family in device.families
        for peer in device.backbone_peers
    }
    return BgpInstance(None, device.asn, router_id=device.router_id, neighbors=neighbors)


def _backbone_peer(device: Device, peer: BackbonePeer, family: AddressFamily) -> NeighborFacts:
    vpn = NeighborFamily(
        "vpnv4" if family == "ipv4" else "vpnv6",
        policy_in=None if device.encrypted is None else _OVER_GRE,
        reflector_client=peer.client,
    )
    return NeighborFacts(
        None,
        str(peer.addresses[family]),
        remote_as=device.asn,
        external=False,
        families={vpn.family: vpn},
        password=peer.key is not None,
        update_source=platform(device.platform).capabilities.loopback,
        description=peer.name,
    )


def _customer_instance(device: Device, vrf: Vrf) -> BgpInstance:
    imports = frozenset(map(route_target, vrf.import_targets))
    exports = frozenset(map(route_target, vrf.export_targets))
    return BgpInstance(
        vrf.name,
        device.asn,
        router_id=device.router_id,
        families={
            family: VrfFamily(
                family,
                rd=route_distinguisher(vrf.rd),
                import_targets=imports,
                export_targets=exports,
                imports_vpn=True,
                exports_vpn=True,
                label="auto",
                import_policy=_encrypted_only(device, vrf, family),
                export_policy=_without_aggregates(vrf, family),
                export_next_hop=vrf.export_next_hops.get(family),
                redistributes={"connected": None, "static": None},
                networks=dict.fromkeys(_aggregates(vrf, family)),
                aggregates=frozenset(_aggregates(vrf, family)),
            )
            for family in device.families
        },
        neighbors={str(peer.address): _customer_peer(device, vrf.name, peer) for peer in vrf.peers},
    )


def _aggregates(vrf: Vrf, family: AddressFamily) -> tuple[IPNetwork, ...]:
    return vrf.export_policies[family][1] if family in vrf.export_policies else ()


def _without_aggregates(vrf: Vrf, family: AddressFamily) -> Policy | None:
    """Everything but the VRF's aggregates."""
    if family not in vrf.export_policies:
        return None
    name, prefixes = vrf.export_policies[family]
    rules = tuple(PrefixRule("permit", p, p.prefixlen, p.prefixlen) for p in prefixes)
    matches = (Match("prefix", family=family, prefixes=rules),)
    entries = (PolicyEntry("deny", matches=matches), PolicyEntry("permit"))
    return Policy(entries=entries, name=f"{name}-{family}")


def _encrypted_only(device: Device, vrf: Vrf, family: AddressFamily) -> Policy | None:
    """Of an encrypted VPN: routes with an encrypted next hop."""
    if device.encrypted is None or family not in vrf.export_next_hops:
        return None
    pools = (p for p in device.encrypted.pools if f"ipv{p.version}" == family)
    rules = tuple(PrefixRule("permit", p, p.prefixlen, p.max_prefixlen) for p in pools)
    matches = (Match("next-hop", family=family, prefixes=rules),)
    return Policy(entries=(PolicyEntry("permit", matches=matches),), name=f"encrypted-{family}")


def _customer_peer(device: Device, vrf: str, peer: CustomerPeer) -> NeighborFacts:
    family: AddressFamily = "ipv4" if peer.address.version == 4 else "ipv6"
    return NeighborFacts(
        vrf,
        str(peer.address),
        remote_as=peer.remote_as,
        external=peer.remote_as != device.asn,
        families={
            family: NeighborFamily(
                family,
                policy_in=Policy(
                    entries=(_only(family, peer.accepts, exact=peer.exact),),
                    name=f"{peer.policy}-{family}",
                ),
                policy_out=_TO_CE
                if peer.announces is None
                else Policy(
                    entries=(_only(family, peer.announces, exact=peer.aggregate),),
                    name=f"{peer.policy}-out-{family}",
                ),
                maximum_prefix=peer.maximum_prefix,
            )
        },
        password=peer.key is not None,
        bfd=peer.bfd is not None,
        most_hops=1 if peer.ttl_security else None,
        description=peer.description,
    )


def _only(
    family: AddressFamily, prefixes: tuple[IPNetwork, ...], *, exact: bool = False
) -> PolicyEntry:
    """Routes of these prefixes, and of their more specifics unless `exact`, without communities."""
    rules = tuple(
        PrefixRule(
            "permit",
            prefix,
            prefix.prefixlen,
            prefix.prefixlen if exact else prefix.max_prefixlen,
        )
        for prefix in prefixes
    )
    return PolicyEntry(
        "permit", matches=(Match("prefix", family=family, prefixes=rules),), clears=True
    )
