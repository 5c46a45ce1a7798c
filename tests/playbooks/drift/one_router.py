"""A look at one router's edited text, as the job does it, without a router."""

from dataclasses import dataclass

from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.isolation.model.expectation import from_inventory
from egovnet.playbooks.drift.compare import configuration_differences
from egovnet.playbooks.drift.separation import prove_read, read_facts, with_leaks
from egovnet.playbooks.results.drift_report import Difference, rank
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from egovnet.templates.registry import render
from napalm_frr.delta.line_changes import LineChange, line_changes, restore
from napalm_frr.text import device_text
from napalm_frr.text.device_state import DeviceState
from tests.inventories import BACKBONE


@dataclass(frozen=True)
class Intended:
    """The reference network as the inventory intends it."""

    network: Network
    allocation: Allocation
    devices: dict[str, Device]


def reference() -> Intended:
    network = load(BACKBONE)
    allocation = allocate(network, read_lock(BACKBONE))
    return Intended(network, allocation, intend(network, allocation))


@dataclass(frozen=True)
class Look:
    """Differences, the most severe first, and what would restore each."""

    running: str
    differences: list[Difference]
    changes: dict[tuple[str, str, str], tuple[LineChange, ...]]

    def restored(self, wanted: str, keys: set[tuple[str, str, str]]) -> str:
        chosen = [change for key in keys for change in self.changes.get(key, ())]
        running, target = (DeviceState.of(device_text.split(t)) for t in (self.running, wanted))
        return restore(running, target, chosen).joined()


def look(intended: Intended, name: str, running: str) -> Look:
    """What the job finds on `name` running `running`, all others compliant."""
    device = intended.devices[name]
    states = (DeviceState.of(device_text.split(text)) for text in (running, render(device)))
    changes = line_changes(*states)
    facts = read_facts({name: running}, intended.devices)[0][name]
    found = configuration_differences(device, changes, facts, intended_facts(device))
    read = {name: facts} if changes else {}
    verdict = prove_read(
        intended.devices, read, from_inventory(intended.network, intended.allocation)
    )
    differences = with_leaks(found, verdict, intended.devices, read)
    by_key: dict[tuple[str, str, str], tuple[LineChange, ...]] = {}
    for difference, own in found:
        by_key[difference.key] = by_key.get(difference.key, ()) + own
    return Look(running, sorted(differences, key=rank), by_key)
