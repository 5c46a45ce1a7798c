"""The state of a router that does all it should: what a test then spoils one fact of."""

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Network
from egovnet.playbooks.verify.control_plane import VrfExpectation
from egovnet.templates.model.device import Device
from egovnet.templates.model.state import DeviceState, Table, VrfTargets


def neighbors(network: Network, allocation: Allocation, name: str) -> list[tuple[str, str]]:
    """(name, LSR id) of the routers at the other ends of a router's circuits."""
    ends = [(c.a.router, c.b.router) for c in network.circuits.values()]
    others = {other for pair in ends if name in pair for other in pair} - {name}
    return sorted((other, str(allocation.loopback4[other])) for other in others)


def well(
    device: Device,
    routes: dict[tuple[str, str], VrfExpectation],
    ldp: list[tuple[str, str]],
    *,
    usual: bool = False,
) -> DeviceState:
    """Every adjacency and session up, each VRF with its targets and all its routes.

    `usual`: but for those of customers that are awaited, as nobody is there.
    """
    sessions = {("default", str(a)) for p in device.backbone_peers for a in p.addresses.values()}
    sessions |= {(vrf.name, str(peer.address)) for vrf in device.vrfs for peer in vrf.peers}
    awaited = {(v.name, a) for v in device.vrfs for a in routes[device.name, v.name].awaited}
    trying = sessions & awaited if usual else set()
    targets: dict[Table, VrfTargets] = {}
    have: dict[Table, frozenset[str]] = {}
    announced: dict[Table, frozenset[str]] = {}
    for vrf in device.vrfs:
        expected = routes[device.name, vrf.name]
        for family in device.families:
            table: Table = (vrf.name, family)
            targets[table] = VrfTargets(
                vrf.rd, frozenset(vrf.import_targets), frozenset(vrf.export_targets)
            )
            announced[table] = frozenset(vrf.export_targets)
            have[table] = frozenset(
                prefix
                for prefix in (expected.usual if usual else expected.may)
                if (":" in prefix) == (family == "ipv6")
            )
    return DeviceState(
        isis=frozenset(i.name for i in device.interfaces if i.circuit is not None),
        ldp=frozenset(lsr for _, lsr in ldp),
        bgp=frozenset(sessions - trying),
        trying=frozenset(trying),
        bfd=frozenset(
            {("default", i.name) for i in device.interfaces if i.circuit and i.circuit.bfd}
            | {(v.name, str(p.address)) for v in device.vrfs for p in v.peers if p.bfd}
        )
        - trying,
        targets=targets,
        announced=announced,
        routes=have,
        closed=frozenset(targets),
    )
