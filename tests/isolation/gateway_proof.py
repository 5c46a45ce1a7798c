"""The network with an Internet zone: its texts, its facts, and what is expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.load import load
from egovnet.inventory.model import Network, RouterState
from egovnet.inventory.with_platform import with_platform
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import render
from tests.gateway_network import gateway_network
from tests.isolation.networks import Facts
from tests.isolation.platform_proof import DAY


@dataclass(frozen=True)
class Built:
    """The network, and what was made of it."""

    network: Network
    allocation: Allocation
    devices: Mapping[str, Device]
    texts: Mapping[str, str]
    facts: Mapping[str, DeviceFacts]
    expectation: Expectation


@cache
def _written() -> Network:
    with TemporaryDirectory() as directory:
        return load(gateway_network(Path(directory) / "network"))


@cache
def built() -> Built:
    """Everything of it, made once."""
    network = with_platform(_written(), DAY)
    return _built(network, allocate(network))


def built_leaving(*gateways: str) -> Built:
    """The same where some gateways are leaving."""
    routers = {
        name: router.model_copy(update={"state": RouterState.LEAVING})
        if name in gateways
        else router
        for name, router in _written().routers.items()
    }
    network = with_platform(_written().model_copy(update={"routers": routers}), DAY)
    return _built(network, allocate(network, built().allocation.lock))


def _built(network: Network, allocation: Allocation) -> Built:
    devices = intend(network, allocation)
    texts = {name: render(device) for name, device in devices.items()}
    facts = {name: read_config(text, f"{name}.cfg") for name, text in texts.items()}
    return Built(network, allocation, devices, texts, facts, from_inventory(network, allocation))


def gateway_facts() -> Facts:
    """The facts, which may be changed."""
    return dict(built().facts)


def verdict_with(changes: Mapping[str, str]) -> Verdict:
    """The verdict where some routers have other texts."""
    other = {name: read_config(text, f"{name}.cfg") for name, text in changes.items()}
    return prove(gateway_facts() | other, built().expectation)
