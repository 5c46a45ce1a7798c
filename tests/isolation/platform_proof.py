"""The network with an interconnection platform on a day: its facts, and what is expected."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from egovnet.inventory.allocation.allocate import Allocation, Lock, allocate
from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.inventory.with_platform import with_platform
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from tests.isolation.networks import Facts
from tests.platform_network import platform_network

#: Days on which its exchanges are not yet in force, are, and are no more.
BEFORE, DAY, AFTER = date(2026, 3, 15), date(2026, 11, 29), date(2099, 4, 1)


@dataclass(frozen=True)
class OnADay:
    """The network on a day."""

    network: Network
    allocation: Allocation

    @property
    def devices(self) -> dict[str, Device]:
        return intend(self.network, self.allocation)

    @property
    def facts(self) -> Facts:
        return {name: intended_facts(device) for name, device in self.devices.items()}

    @property
    def expectation(self) -> Expectation:
        return from_inventory(self.network, self.allocation)


@cache
def _written() -> Network:
    with TemporaryDirectory() as directory:
        return load(platform_network(Path(directory) / "network"))


@cache
def _lock() -> Lock:
    """With the numbers of the day on which all exchanges are in force."""
    return allocate(with_platform(_written(), DAY)).lock


def on(day: date, **changes: object) -> OnADay:
    """The network on `day`, with other sections than are written."""
    network = with_platform(_written().model_copy(update=changes), day)
    return OnADay(network, allocate(network, _lock()))
