"""An intent that was kept means what it meant then, however many days ago that was."""

from pathlib import Path

import pytest

from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.source.sections import DAY_FILE
from egovnet.playbooks.core.intended import DirectoryInventory, applied_once
from tests.platform_network import platform_network
from tests.playbooks.console import copy_of_backbone


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> DirectoryInventory:
    return DirectoryInventory(platform_network(tmp_path_factory.mktemp("day") / "network"))


def test_what_was_in_force_is_part_of_the_intent(inventory: DirectoryInventory) -> None:
    assert inventory.intent.files[DAY_FILE] == "2026-04-01\n"
    assert applied_once(inventory.intent).devices == inventory.devices


def test_another_day_is_another_intent_and_other_devices(inventory: DirectoryInventory) -> None:
    """The exchanges have ended; whatever day it is when this is read."""
    later = Intent({**inventory.intent.files, DAY_FILE: "2099-04-01\n"})
    assert later.digest != inventory.intent.digest
    there = applied_once(later)
    assert not [site for site in there.network.sites if site.startswith("exchange-")]
    firewall = there.devices["bj-fw1"].firewall
    assert firewall is not None
    assert not firewall.routes


def test_an_inventory_without_registers_has_no_day(tmp_path: Path) -> None:
    plain = DirectoryInventory(copy_of_backbone(tmp_path / "network"))
    assert DAY_FILE not in plain.intent.files
