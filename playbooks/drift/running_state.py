"""What devices do besides their texts, as differences: pure.

A device that was read and is as it was before has none; what reflectors have is asked for again
where somebody else's routes are to be held against it (`collect`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from egovnet.isolation.prove_running import running_facts
from egovnet.playbooks.drift.collect import StateReading
from egovnet.playbooks.drift.compare import OWN
from egovnet.playbooks.results.drift_report import Difference
from egovnet.tasks.driver import DeviceFault
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.running_state import RunningState
from egovnet.templates.registry import platform, read_config, render

#: How the subject of the check of a VRF's routes begins.
_STRAY = "no stray routes "


def noted_facts(
    devices: Mapping[str, Device],
    read: Mapping[str, DeviceFacts],
    readings: Mapping[str, StateReading],
) -> dict[str, DeviceFacts]:
    """Facts of the devices that do what nothing explains; `read` are those of differing texts."""
    states = {
        name: _without_faults(devices[name], reading.evaluated.running, reading.faults)
        for name, reading in readings.items()
        if reading.evaluated.running is not None and not reading.dead
    }
    if not states:
        return {}
    facts = {name: read.get(name) or intended_facts(device) for name, device in devices.items()}
    noted = [name for name, one in running_facts(facts, states).items() if one.state_notes]
    if not noted:
        return {}
    for name in noted:
        if name not in read:  # findings quote its lines
            device = devices[name]
            facts[name] = read_config(render(device), f"{name} (intended)", device.platform)
    return {name: one for name, one in running_facts(facts, states).items() if one.state_notes}


def _without_faults(
    device: Device, state: RunningState, faults: Iterable[DeviceFault]
) -> RunningState:
    """What is left where an interface is not as its text says, which is told already."""
    faulty = {fault.subject for fault in faults}
    if not faulty:
        return state
    ipsec = state.ipsec
    if ipsec is not None and platform(device.platform).capabilities.loopback in faulty:
        ipsec = replace(ipsec, missing_told=True)
    return replace(
        state,
        routes=tuple(r for r in state.routes if not faulty & {hop.interface for hop in r.hops}),
        labels=tuple(one for one in state.labels if not faulty & set(one.interfaces)),
        ipsec=ipsec,
    )


def merged(differences: Iterable[Difference], checks: Iterable[Difference]) -> list[Difference]:
    """All of them, without what is told twice: a route that is not its VPN's is a failed check of
    the VRF and a route that nothing explains; the check has the prefix, the other the path."""
    of_vrf = {(d.device, d.vrf): d for d in differences if d.vrf and d.subject.startswith(OWN)}
    found: list[Difference] = []
    told: set[tuple[str, str]] = set()
    for check in checks:
        same = of_vrf.get((check.device, check.vrf))
        if same is None or not check.subject.startswith(_STRAY):
            found.append(check)
            continue
        told.add((check.device, check.vrf))
        found.append(replace(check, path=same.path, lines=same.lines))
    kept = (d for d in differences if not (d.subject.startswith(OWN) and (d.device, d.vrf) in told))
    return [*kept, *found]
