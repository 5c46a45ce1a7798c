"""Every kind of network is proved as its routers are delivered, and on the way there and back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push
from egovnet.playbooks.core.intended import DirectoryInventory
from egovnet.templates.registry import read_config, render, render_day0
from tests.border_network import nation, province
from tests.extranet_network import extranet_network
from tests.gateway_network import gateway_network
from tests.platform_network import platform_network
from tests.small_encryption import small_encryption
from tests.small_internet import small_internet

NETWORKS = (
    nation,
    province,
    extranet_network,
    gateway_network,
    platform_network,
    small_encryption,
    small_internet,
)


@pytest.mark.parametrize("made_by", NETWORKS, ids=lambda made_by: str(made_by.__name__))
def test_it_is_proved(made_by: Callable[[Path], Path], tmp_path: Path) -> None:
    inventory = DirectoryInventory(made_by(tmp_path / "network"))
    expectation = from_inventory(inventory.network, inventory.allocation)
    devices = inventory.devices.items()
    delivered = {name: read_config(render_day0(device), name) for name, device in devices}
    intended = {name: read_config(render(device), name) for name, device in devices}
    for verdict in (
        prove(delivered, expectation),
        prove(intended, expectation),
        prove_push(delivered, intended, expectation),
        prove_push(intended, delivered, expectation),
    ):
        assert verdict.proved, [finding.message for finding in verdict.findings]


@pytest.mark.parametrize("made_by", NETWORKS, ids=lambda made_by: str(made_by.__name__))
def test_it_is_proved_with_one_router_delivered(
    made_by: Callable[[Path], Path], tmp_path: Path
) -> None:
    """As after a roll-out that stopped: what is there meets nobody it must not."""
    inventory = DirectoryInventory(made_by(tmp_path / "network"))
    expectation = from_inventory(inventory.network, inventory.allocation)
    devices = inventory.devices
    intended = {name: read_config(render(device), name) for name, device in devices.items()}
    for name, device in devices.items():
        late = intended | {name: read_config(render_day0(device), name)}
        leaks = [f.message for f in prove(late, expectation).findings if f.severity == "leak"]
        assert not leaks, name
