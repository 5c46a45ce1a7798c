"""What is expected of an inventory is what its one relation of reachability says."""

from dataclasses import replace

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.inventory.model.reachability import Reachability
from egovnet.isolation.model.domains import BACKBONE, MANAGEMENT, UNTAGGED, unknown
from egovnet.isolation.model.expectation import from_inventory
from tests.inventories import BACKBONE as INVENTORY

NETWORK = load(INVENTORY)
ALLOCATION = allocate(NETWORK)
EXPECTATION = from_inventory(NETWORK, ALLOCATION)


def test_groups_of_sites_are_domains_and_may_reach_whom_reachability_says() -> None:
    reachability = Reachability(NETWORK)
    groups = reachability.groups
    own = [BACKBONE.label, MANAGEMENT.label, UNTAGGED.label]
    assert list(EXPECTATION.domains) == [*groups, *own]
    for source in groups.values():
        for target in groups.values():
            one, other = EXPECTATION.domains[source.label], EXPECTATION.domains[target.label]
            if source != target:
                assert EXPECTATION.allowed(one, other) == reachability.why(source, target)
    assert EXPECTATION.allowed(MANAGEMENT, BACKBONE)
    assert not EXPECTATION.allowed(BACKBONE, MANAGEMENT)


def test_spoke_sites_and_unknown_vrfs_share_a_label_and_do_not_meet() -> None:
    spoke = EXPECTATION.domains["court/spoke"]
    one, other = replace(spoke, site="one"), replace(spoke, site="other")
    assert EXPECTATION.allowed(one, one) == "one site"
    assert not EXPECTATION.allowed(one, other)
    assert EXPECTATION.allowed(unknown("pe1", "x"), unknown("pe1", "x"))
    assert not EXPECTATION.allowed(unknown("pe1", "x"), unknown("pe2", "x"))


def test_a_reason_leads_one_way_and_is_a_cell() -> None:
    pair = ("court/hub", "party")
    reasons = {**EXPECTATION.reasons, pair: "exchange 12, approved"}
    expectation = replace(EXPECTATION, reasons=reasons)
    hub, party = expectation.domains["court/hub"], expectation.domains["party"]
    assert expectation.allowed(hub, party) == "exchange 12, approved"
    assert not expectation.allowed(party, hub)
    added = set(expectation.cells()) - set(EXPECTATION.cells())
    assert {(cell.source, cell.target, cell.reason) for cell in added} == {
        ("court/hub", "party", "exchange 12, approved")
    }


def test_domains_of_a_vpn_that_changes_its_topology_may_meet_on_the_way() -> None:
    flat = NETWORK.vpns["party"].model_copy()
    vpns = {**NETWORK.vpns, "court": flat.model_copy(update={"owner": NETWORK.vpns["court"].owner})}
    sites = {
        name: site.model_copy(update={"site_role": NETWORK.sites["party-beijing"].site_role})
        if site.vpn == "court"
        else site
        for name, site in NETWORK.sites.items()
    }
    now = NETWORK.model_copy(update={"vpns": vpns, "sites": sites})
    both = from_inventory(now, allocate(now)).with_former(EXPECTATION)
    hub, spoke, court = (both.domains[label] for label in ("court/hub", "court/spoke", "court"))
    assert both.allowed(court, hub)
    assert both.allowed(spoke, court)
    assert both.allowed(hub, spoke)
    assert not both.allowed(court, both.domains["party"])
    assert not both.allowed(replace(spoke, site="one"), replace(spoke, site="other"))
