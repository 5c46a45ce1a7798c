"""That what encrypted VPNs sent went in ESP: policies of each PE, and keys with each other PE.

Keys are asked for after packets were answered, by whom they were answered: IKE agrees on them with
the first packet to a PE.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address

from nornir.core import Nornir

from egovnet.inventory.model import Network
from egovnet.isolation.running.clear_gre import IN, OUT, clear_ways
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.control_plane import Check
from egovnet.playbooks.verify.probe_plan import Flow
from egovnet.tasks.read_ipsec import read_ipsec
from egovnet.templates.model.device import Device
from egovnet.templates.model.ipsec import IpsecState

POLICIES, KEYS = "IPsec policies", "ESP keys"


def encrypting(workspace: Workspace) -> list[str]:
    """The chosen PEs that have a tunnel for an encrypted VPN."""
    devices = workspace.devices
    sides = ((name, devices[name].encrypted) for name in workspace.chosen)
    return [name for name, side in sides if side is not None and side.tunnels]


def read_each(
    nornir: Nornir, workspace: Workspace, up: frozenset[str], progress: Progress
) -> DeviceResults[IpsecState]:
    """What IPsec is on those of them that are `up`; nobody is asked where there are none."""
    names = [name for name in encrypting(workspace) if name in up]
    arguments = {name: {"device": workspace.devices[name]} for name in names}
    return run(nornir, "IPsec", read_ipsec, arguments, progress)


def encryption_checks(
    workspace: Workspace, read: Mapping[str, IpsecState], answered: Iterable[Flow]
) -> Iterator[Check]:
    """A check of each PE's policies, and of its keys with each PE that `answered` its packets."""
    devices = workspace.devices
    joined = _joined(workspace.network, devices, answered)
    for name, state in read.items():
        yield _policies(devices[name], state)
        for other, vrf in joined.get(name, {}).items():
            yield _keys(devices[name], other, _loopback(devices[other]), vrf, state)


def _policies(device: Device, state: IpsecState) -> Check:
    side = device.encrypted
    others = [] if side is None else [tunnel.remote for tunnel in side.tunnels]
    ways = [
        way
        for direction in (OUT, IN)
        for way in clear_ways(direction, _loopback(device), others, state)
    ]
    said = [f"GRE {'from' if way.direction == OUT else 'to'} it: {way.why}" for way in ways]
    said += [f"not read: {state.unread}"] if state.unread else []
    severity = "leak" if any(way.now for way in ways) else "fault"
    vrf = next((vrf.name for vrf in device.vrfs if vrf.next_hops), "")
    return Check(POLICIES, device.name, "", not said, "; ".join(said), severity, vrf=vrf)


def _keys(device: Device, other: str, far: IPv4Address, vrf: str, state: IpsecState) -> Check:
    own = _loopback(device)
    has = {(one.source, one.destination) for one in state.associations if one.cipher}
    lacks = [way for way, ends in (("to", (own, far)), ("from", (far, own))) if ends not in has]
    message = f"its packets are answered, and there are no keys {' and '.join(lacks)} it (ESP)"
    return Check(KEYS, device.name, other, not lacks, message if lacks else "", "leak", vrf=vrf)


def _loopback(device: Device) -> IPv4Address:
    if device.encrypted is None:
        raise ValueError(f"{device.name} encrypts nothing")
    return device.encrypted.local


def _joined(
    network: Network, devices: Mapping[str, Device], flows: Iterable[Flow]
) -> dict[str, dict[str, str]]:
    """PE -> PEs that its packets of encrypted VPNs reached, with the VRF that they left from. A
    site at several PEs may have been reached by any, and says nothing."""
    encrypted = {
        (name, vrf.name) for name, device in devices.items() for vrf in device.vrfs if vrf.next_hops
    }
    found: dict[str, dict[str, str]] = {}
    for flow in flows:
        site = network.sites.get(flow.target)
        if site is None or flow.vrf is None or (flow.sender, flow.vrf) not in encrypted:
            continue
        places = {access.pe for access in site.site_network_accesses.values()}
        if len(places) == 1 and flow.sender not in places:
            found.setdefault(flow.sender, {}).setdefault(places.pop(), flow.vrf)
    return found
