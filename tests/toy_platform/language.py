"""Device -> the toy's text: a statement a line, its object first, then words and values.

toy 1.0
system gz-pe1
router asn 65000 id 10.255.0.5 net 49.0001.0102.5500.0005.00 [reflector]
interface me0 vrf mgmt address 172.20.20.15/24
interface ge-0/0/3.100 vrf i-party address 10.9.0.1/30 fd00::1/126 about site a/b
interface ge-0/0/1 address ... backbone 10 mtu 1600 about circuit a--b to b eth1
vrf i-party rd 10.255.0.5:1002 import 65000:1 export 65000:1
route i-party 10.1.0.0/24 via 10.9.0.2
customer i-party 10.9.0.2 as 65010 policy a_b limit 100 preference 100 accept ... about site a/b
backbone-peer 10.255.0.1 vpn ipv4 [client] name bj-p1
secret snmp hunter2
"""

from collections.abc import Iterator
from dataclasses import replace

from egovnet.templates.model.device import Device, Interface

HEAD = "toy 1.0\n"


def render(device: Device) -> str:
    """The whole intended text."""
    return HEAD + "".join(f"{' '.join(words)}\n" for words in _statements(device))


def render_day0(device: Device) -> str:
    """Its name, numbers and management."""
    return render(replace(device, loopbacks=(), interfaces=(), vrfs=(), backbone_peers=()))


def _statements(device: Device) -> Iterator[tuple[str, ...]]:
    management = device.management
    yield "system", device.name
    reflector = ("reflector",) if device.reflector else ()
    yield (
        *("router", "asn", str(device.asn), "id", str(device.router_id)),
        *("net", device.isis_net, *reflector),
        *(("only", *device.families) if len(device.families) == 1 else ()),
    )
    address = str(management.address)
    yield "interface", management.interface, "vrf", management.vrf, "address", address
    if device.loopbacks:
        yield ("interface", "lo0.0", "address", *map(str, device.loopbacks))
    for interface in device.interfaces:
        yield _interface(interface)
    for vrf in device.vrfs:
        yield (
            *("vrf", vrf.name, "rd", vrf.rd),
            *("import", *vrf.import_targets, "export", *vrf.export_targets),
        )
        for route in vrf.static_routes:
            yield "route", vrf.name, str(route.prefix), "via", str(route.next_hop)
        for peer in vrf.peers:
            yield (
                *("customer", vrf.name, str(peer.address), "as", str(peer.remote_as)),
                *("policy", peer.policy, "limit", str(peer.maximum_prefix)),
                *("preference", str(peer.local_preference)),
                *("accept", *map(str, peer.accepts), "about", peer.description),
            )
    for other in device.backbone_peers:
        client = ("client",) if other.client else ()
        for family, of in other.addresses.items():
            yield "backbone-peer", str(of), "vpn", family, *client, "name", other.name


def _interface(interface: Interface) -> tuple[str, ...]:
    vrf = ("vrf", interface.vrf) if interface.vrf else ()
    words = ("interface", interface.name, *vrf, "address", *map(str, interface.addresses))
    if interface.circuit is not None:
        circuit = interface.circuit
        words = (*words, "backbone", str(circuit.metric), "mtu", str(circuit.mtu))
    return (*words, "about", interface.description)
