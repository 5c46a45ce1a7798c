"""Where connections are tracked an address is of one VPN: filtering PEs, firewalls, gateways."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.inventory.overlapping_plans import tracked_apart
from egovnet.inventory.with_access_classes import with_access_classes
from egovnet.inventory.with_platform import with_platform
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.prove import prove
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.packet_filter import PacketFilter
from egovnet.templates.registry import render
from tests.extranet_network import extranet_network
from tests.isolation.mutants.reference import PLATFORM_DAY
from tests.platform_network import platform_network
from tests.playbooks.console import edit


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two departments with the same prefixes, the platform and a gateway."""
    return extranet_network(tmp_path_factory.mktemp("tracked") / "network", platform_network)


def test_no_firewall_or_gateway_meets_an_address_twice(root: Path) -> None:
    network = with_platform(with_access_classes(load(root)), PLATFORM_DAY)
    devices = intend(network, allocate(network))
    tracking = {name for name, device in devices.items() if device.firewall is not None}
    assert {"bj-fw1", "sh-fw1", "bj-gw1"} <= tracking
    for name in tracking:
        vpns = {
            site.vpn for site in network.sites.values() if name in site.site_network_accesses
        }  # a derived site's access has the name of the firewall or gateway
        assert vpns
        held = {
            vpn: [p for s in network.written_sites.values() if s.vpn == vpn for p in s.prefixes]
            for vpn in vpns
        }
        for one, other in combinations(held, 2):
            for mine in held[one]:
                for its in held[other]:
                    assert mine.version != its.version or not mine.overlaps(its), (name, one, other)


@pytest.mark.parametrize("filtering", ["observed", "enforced"])
def test_a_pe_that_filters_has_a_zone_for_each_vpn(tmp_path: Path, filtering: str) -> None:
    """Two departments with the same addresses at one PE, of which one is filtered."""
    other = extranet_network(tmp_path / "network", platform_network)
    edit(other / "vpns.yaml", "owner: health\n", f"owner: health\n  filtering: {filtering}\n")
    network = with_platform(with_access_classes(load(other)), PLATFORM_DAY)
    allocation = allocate(network)
    pairs = (("health", "customs"), ("customs", "party"))
    assert tracked_apart(network)["sc-pe1"] == pairs
    devices = intend(network, allocation)
    filters = {name: device.packet_filter for name, device in devices.items()}
    assert [name for name, one in filters.items() if one and one.zones] == ["sc-pe1"]
    zones = filters["sc-pe1"]
    assert zones is not None
    vrfs = {port.name: port.vrf for port in devices["sc-pe1"].interfaces if port.vrf}
    assert {zone.interface for zone in zones.zones} == vrfs.keys()
    numbers = {vrf: set() for vrf in vrfs.values()}
    for zone in zones.zones:
        numbers[vrfs[zone.interface]].add(zone.number)
    assert all(len(each) == 1 for each in numbers.values())
    assert len(set.union(*numbers.values())) == len(numbers)
    facts = {name: read_config(render(device)) for name, device in devices.items()}
    expectation = from_inventory(network, allocation)
    assert not prove(facts, expectation).findings
    if filtering == "enforced":
        return  # without a declared application nothing asks whose connection a packet is of
    without = replace(facts["sc-pe1"].packet_filter or PacketFilter(), zones=())
    facts["sc-pe1"] = replace(facts["sc-pe1"], packet_filter=without)
    found = prove(facts, expectation).findings
    assert {(one.klass, one.device) for one in found} == {("P9 shared-connections", "sc-pe1")}
    met = {frozenset(end.vpn for end in (one.source, one.target) if end) for one in found}
    assert met == set(map(frozenset, pairs))
