"""What was where before a push, for the states on the way: known, unless it contradicts."""

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.inventory.model import Network, ZoneName
from egovnet.isolation.model.expectation import Expectation, from_inventory
from tests.inventories import BACKBONE


@pytest.fixture(scope="module")
def network() -> Network:
    return load(BACKBONE)


def expected(network: Network, *without: str) -> Expectation:
    sites = {name: site for name, site in network.sites.items() if name not in without}
    left = network.model_copy(update={"sites": sites})
    return from_inventory(left, allocate(left))


def test_a_site_that_left_is_known_where_it_was(network: Network) -> None:
    former, now = expected(network), expected(network, "court-guangzhou", "public-guangzhou")
    both = now.with_former(former)
    assert both.vrf_domain("gz-pe1", "e-public") == former.vrf_domain("gz-pe1", "e-public")
    assert now.vrf_domain("gz-pe1", "e-public") is None
    assert {at.name for at in both.attachments["gz-pe1"].values()} >= {
        at.name for at in former.attachments["gz-pe1"].values() if at.domain.vpn == "public"
    }
    assert both.devices == now.devices
    assert both.cells() == now.cells()


def test_where_both_say_something_the_new_one_is_right(network: Network) -> None:
    former, now = expected(network), expected(network, "gov-beijing")
    for device, places in now.attachments.items():
        for place, attachment in places.items():
            assert now.with_former(former).attachments[device][place] == attachment


def test_what_was_of_a_vpn_in_another_zone_stays_a_stranger(network: Network) -> None:
    moved = network.vpns["public"].model_copy(update={"zone": ZoneName.INTRANET})
    old = network.model_copy(update={"vpns": {**network.vpns, "public": moved}})
    now = expected(network, "public-guangzhou")
    both = now.with_former(expected(old))
    assert both.domains["public"].zone is ZoneName.EXTRANET
    zones = {d.zone for d in both.vrf_names.values() if d.vpn == "public"}
    zones |= {
        at.domain.zone
        for places in both.attachments.values()
        for at in places.values()
        if at.domain.vpn == "public"
    }
    assert zones == {ZoneName.EXTRANET}
    assert ("eth4", 100) not in both.attachments["gz-pe1"]
    assert ("eth4", 100) in now.with_former(expected(network)).attachments["gz-pe1"]
