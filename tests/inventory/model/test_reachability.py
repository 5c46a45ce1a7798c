"""Who may reach whom: the reference network's cases by name, and any network's by definition."""

import pytest
from hypothesis import given

from egovnet.inventory.load import load
from egovnet.inventory.model import Network, SiteRole
from egovnet.inventory.model.reachability import Reachability, sites_by_vpn
from tests.inventories import BACKBONE
from tests.strategies import networks

NETWORK = load(BACKBONE)
REFERENCE = Reachability(NETWORK)


@given(networks())
def test_two_sites_reach_each_other_in_one_vpn_unless_both_are_spokes(network: Network) -> None:
    reachability = Reachability(network)
    for source, one in network.sites.items():
        expected = {
            target
            for target, other in network.sites.items()
            if one.vpn == other.vpn
            and (source == target or {one.site_role, other.site_role} != {SiteRole.SPOKE})
        }
        assert {t for t in network.sites if reachability.may_reach(source, t)} == expected
        reached = list(reachability.reached_from(source))
        assert sorted(reached) == sorted(expected)


@given(networks())
def test_every_site_is_in_one_group_of_its_vpn(network: Network) -> None:
    reachability = Reachability(network)
    for site, entry in network.sites.items():
        group = reachability.group_of(site)
        assert (group.vpn, group.zone) == (entry.vpn, network.vpns[entry.vpn].zone)
        assert site in reachability.sites_in(group)
    members = [s for group in reachability.groups.values() for s in reachability.sites_in(group)]
    assert sorted(members) == sorted(network.sites)
    assert {s for sites in sites_by_vpn(network).values() for s in sites} == set(members)


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("party", "party", "one VPN"),
        ("party", "public", ""),
        ("court/hub", "court/spoke", "hub and spoke of one VPN"),
        ("court/spoke", "court/hub", "hub and spoke of one VPN"),
        ("court/hub", "court/hub", "one VPN"),
        ("court/spoke", "court/spoke", ""),
    ],
)
def test_groups(source: str, target: str, why: str) -> None:
    groups = REFERENCE.groups
    assert REFERENCE.why(groups[source], groups[target]) == why


def test_a_hub_imports_its_own_first_and_a_spoke_the_hub_s_alone() -> None:
    imports = {
        label: [group.label for group in REFERENCE.imports(group)]
        for label, group in REFERENCE.groups.items()
    }
    assert imports["party"] == ["party"]
    assert imports["court/hub"] == ["court/hub", "court/spoke"]
    assert imports["court/spoke"] == ["court/hub"]


def test_no_route_target_joins_two_vpns() -> None:
    for source in REFERENCE.groups.values():
        assert {group.vpn for group in REFERENCE.imports(source)} == {source.vpn}
        for target in REFERENCE.groups.values():
            assert not REFERENCE.why(source, target) or source.vpn == target.vpn
