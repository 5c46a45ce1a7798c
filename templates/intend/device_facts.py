"""What a planned device means as facts: what a reader must find in its rendered text."""

from egovnet.templates.model.communities import route_distinguisher, route_target
from egovnet.templates.model.device import (
    AddressFamily,
    BackbonePeer,
    CustomerPeer,
    Device,
    Interface,
    IPInterface,
    Untagged,
    Vrf,
)
from egovnet.templates.model.facts import (
    BgpInstance,
    DeviceFacts,
    InterfaceFacts,
    Match,
    NeighborFacts,
    NeighborFamily,
    Policy,
    PolicyEntry,
    PrefixRule,
    StaticFacts,
    VrfFacts,
    VrfFamily,
)
from egovnet.templates.model.sort_keys import address_key, static_key, vlan_of

FAMILIES: tuple[AddressFamily, AddressFamily] = ("ipv4", "ipv6")
_BOTH = frozenset(FAMILIES)
_TO_CE = Policy(entries=(PolicyEntry("permit"),), name="to-ce")


def intended_facts(device: Device) -> DeviceFacts:
    """The facts of `device`, whatever its platform; linear in its interfaces and peers."""
    return DeviceFacts(
        name=device.name,
        platform=device.platform,
        interfaces=_interfaces(device),
        vrfs={
            device.management.vrf: VrfFacts(device.management.vrf, device.management.table),
            **{vrf.name: VrfFacts(vrf.name, vrf.table, closed=_BOTH) for vrf in device.vrfs},
            **_untagged_vrf(device.untagged),
        },
        bgp={
            None: _backbone(device),
            **{v.name: _customer_instance(device, v) for v in device.vrfs},
        },
        statics=tuple(
            sorted(
                (
                    StaticFacts(vrf.name, route.prefix, next_hop=route.next_hop)
                    for vrf in device.vrfs
                    for route in vrf.static_routes
                ),
                key=static_key,
            )
        ),
    )


def _untagged_vrf(untagged: Untagged | None) -> dict[str, VrfFacts]:
    if untagged is None:
        return {}
    return {untagged.vrf: VrfFacts(untagged.vrf, untagged.table, closed=_BOTH)}


def _untagged_ports(untagged: Untagged | None) -> dict[str, InterfaceFacts]:
    if untagged is None:
        return {}
    return {port: InterfaceFacts(port, vrf=untagged.vrf) for port in untagged.ports}


def _interfaces(device: Device) -> dict[str, InterfaceFacts]:
    management = device.management
    return {
        "lo": InterfaceFacts(
            "lo", addresses=_ordered(device.loopbacks), igp=_BOTH, igp_passive=True, loopback=True
        ),
        management.interface: InterfaceFacts(
            management.interface, vrf=management.vrf, addresses=(management.address,)
        ),
        **_untagged_ports(device.untagged),
        **{interface.name: _interface(interface) for interface in device.interfaces},
    }


def _interface(interface: Interface) -> InterfaceFacts:
    parent, vlan = vlan_of(interface.name)
    backbone = interface.circuit is not None
    return InterfaceFacts(
        interface.name,
        vrf=interface.vrf,
        addresses=_ordered(interface.addresses),
        parent=parent,
        vlan=vlan,
        mpls=backbone,
        ldp=_BOTH if backbone else frozenset(),
        igp=_BOTH if backbone else frozenset(),
        description=interface.description,
    )


def _ordered(addresses: tuple[IPInterface, ...]) -> tuple[IPInterface, ...]:
    return tuple(sorted(addresses, key=address_key))


def _backbone(device: Device) -> BgpInstance:
    neighbors = {
        str(peer.ipv4 if family == "ipv4" else peer.ipv6): _backbone_peer(device, peer, family)
        for family in FAMILIES
        for peer in device.backbone_peers
    }
    return BgpInstance(None, device.asn, router_id=device.router_id, neighbors=neighbors)


def _backbone_peer(device: Device, peer: BackbonePeer, family: AddressFamily) -> NeighborFacts:
    vpn = NeighborFamily("vpnv4" if family == "ipv4" else "vpnv6", reflector_client=peer.client)
    return NeighborFacts(
        None,
        str(peer.ipv4 if family == "ipv4" else peer.ipv6),
        remote_as=device.asn,
        external=False,
        families={vpn.family: vpn},
        update_source="lo",
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
                redistributes={"connected": None, "static": None},
            )
            for family in FAMILIES
        },
        neighbors={str(peer.address): _customer_peer(device, vrf.name, peer) for peer in vrf.peers},
    )


def _customer_peer(device: Device, vrf: str, peer: CustomerPeer) -> NeighborFacts:
    family: AddressFamily = "ipv4" if peer.address.version == 4 else "ipv6"
    accepts = tuple(
        PrefixRule("permit", prefix, prefix.prefixlen, prefix.max_prefixlen)
        for prefix in peer.accepts
    )
    entry = PolicyEntry(
        "permit", matches=(Match("prefix", family=family, prefixes=accepts),), clears=True
    )
    return NeighborFacts(
        vrf,
        str(peer.address),
        remote_as=peer.remote_as,
        external=peer.remote_as != device.asn,
        families={
            family: NeighborFamily(
                family,
                policy_in=Policy(entries=(entry,), name=f"{peer.policy}-{family}"),
                policy_out=_TO_CE,
                maximum_prefix=peer.maximum_prefix,
            )
        },
        description=peer.description,
    )
