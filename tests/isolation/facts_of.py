"""Facts of a planned device, as the reader of its text will give them.

Stands in for `templates.intended_facts` until that is there. Lines are made up, one for each thing.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address

from isolation.targets import target_of
from templates.device import AddressFamily, CustomerPeer, Device, Vrf
from templates.facts import (
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

FAMILIES: tuple[AddressFamily, ...] = ("ipv4", "ipv6")
OPEN_OUT = Policy((PolicyEntry("permit"),), name="to-ce")


def rt(text: str) -> bytes:
    asn, _, number = text.partition(":")
    return target_of(int(asn), int(number))


def facts_of(device: Device) -> DeviceFacts:
    """Everything of `device` that bears on separation."""
    management = device.management
    interfaces = [
        InterfaceFacts(
            "lo",
            addresses=device.loopbacks,
            igp=frozenset(FAMILIES),
            igp_passive=True,
        ),
        InterfaceFacts(
            management.interface, management.vrf, (management.address,), line=3, vrf_line=4
        ),
    ]
    ports = {i.name.partition(".")[0] for i in device.interfaces}
    named = {i.name for i in device.interfaces}
    interfaces += [InterfaceFacts(name) for name in sorted(ports - named)]
    for line, interface in enumerate(device.interfaces, start=10):
        port, _, vlan = interface.name.partition(".")
        circuit = interface.circuit is not None
        interfaces.append(
            InterfaceFacts(
                interface.name,
                interface.vrf,
                interface.addresses,
                parent=port if vlan else None,
                vlan=int(vlan) if vlan else None,
                mpls=circuit,
                ldp=frozenset(FAMILIES if circuit else ()),
                igp=frozenset(FAMILIES if circuit else ()),
                description=interface.description,
                line=line,
                vrf_line=line,
            )
        )
    vrfs = [VrfFacts(management.vrf, management.table)]
    vrfs += [VrfFacts(vrf.name, vrf.table, frozenset(FAMILIES)) for vrf in device.vrfs]
    return DeviceFacts(
        device.name,
        device.platform,
        interfaces={i.name: i for i in interfaces},
        vrfs={v.name: v for v in vrfs},
        bgp={
            None: _default(device),
            **{vrf.name: _instance(device, vrf) for vrf in device.vrfs},
        },
        statics=tuple(
            StaticFacts(vrf.name, route.prefix, route.next_hop)
            for vrf in device.vrfs
            for route in vrf.static_routes
        ),
    )


def _default(device: Device) -> BgpInstance:
    neighbors = {
        str(address): NeighborFacts(
            None,
            str(address),
            device.asn,
            external=False,
            families={vpn: NeighborFamily(vpn, reflector_client=peer.client)},
            update_source="lo",
        )
        for peer in device.backbone_peers
        for address, vpn in ((peer.ipv4, "vpnv4"), (peer.ipv6, "vpnv6"))
    }
    return BgpInstance(None, device.asn, device.router_id, neighbors=neighbors)


def _instance(device: Device, vrf: Vrf) -> BgpInstance:
    return BgpInstance(
        vrf.name,
        device.asn,
        device.router_id,
        families={family: _family(vrf, family) for family in FAMILIES},
        neighbors={str(peer.address): _neighbor(vrf, peer) for peer in vrf.peers},
    )


def _family(vrf: Vrf, family: AddressFamily) -> VrfFamily:
    address, _, number = vrf.rd.partition(":")
    imports = frozenset(rt(t) for t in vrf.import_targets)
    exports = frozenset(rt(t) for t in vrf.export_targets)
    return VrfFamily(
        family,
        rd=bytes((0, 1)) + IPv4Address(address).packed + int(number).to_bytes(2, "big"),
        import_targets=imports,
        export_targets=exports,
        imports_vpn=True,
        exports_vpn=True,
        label="auto",
        redistributes={"connected": None, "static": None},
        lines=dict.fromkeys(imports | exports, 100),
        line=90,
    )


def _neighbor(vrf: Vrf, peer: CustomerPeer) -> NeighborFacts:
    family: AddressFamily = "ipv4" if peer.address.version == 4 else "ipv6"
    return NeighborFacts(
        vrf.name,
        str(peer.address),
        peer.remote_as,
        external=True,
        families={
            family: NeighborFamily(
                family,
                policy_in=Policy((admits(family, peer.accepts),), name=peer.policy),
                policy_out=OPEN_OUT,
                maximum_prefix=peer.maximum_prefix,
            )
        },
        description=peer.description,
    )


def admits(
    family: AddressFamily, prefixes: Iterable[object], *, clears: bool = True
) -> PolicyEntry:
    """An entry that lets in `prefixes` and their more specifics."""
    rules = tuple(
        PrefixRule("permit", prefix, prefix.prefixlen, prefix.max_prefixlen)  # type: ignore[attr-defined]
        for prefix in prefixes
    )
    return PolicyEntry("permit", (Match("prefix", family=family, prefixes=rules),), clears=clears)
