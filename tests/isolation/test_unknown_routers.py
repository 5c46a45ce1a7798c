"""Routers of which nobody knows what they were given: what is merely there is no path."""

from dataclasses import replace
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, Lock, allocate, vrf_of
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import Finding
from egovnet.isolation.prove_running import prove_noted
from egovnet.templates.model.facts import NeighborFacts
from tests.hypothesis_profiles import examples
from tests.inventories import BACKBONE
from tests.isolation.facts_of import rt
from tests.isolation.networks import Facts, edit_bgp, edit_family, of_network, reference
from tests.strategies import networks, parts


def denying(facts: Facts, expectation: Expectation, *, known: bool = False) -> list[Finding]:
    unknown = frozenset() if known else frozenset(facts)
    found = prove_noted(facts, expectation, unknown).findings
    return [finding for finding in found if finding.denies]


@cache
def whole() -> tuple[Network, Lock, Allocation]:
    network, lock = load(BACKBONE), read_lock(BACKBONE)
    return network, lock, allocate(network, lock)


@given(st.data())
@examples(30)
def test_what_runs_beyond_the_inventory_is_no_path(data: st.DataObject) -> None:
    """The network runs whole, and the inventory has some of it: as before an empty journal."""
    network = data.draw(networks())
    kept = data.draw(parts(network))
    facts, _ = of_network(network)
    _, expectation = of_network(kept, allocate(network).lock)
    running = {name: facts[name] for name in kept.routers}
    assert denying(running, expectation) == []


@given(st.data())
@examples(40)
def test_a_path_between_networks_of_the_inventory_is_one(data: st.DataObject) -> None:
    """One import too many between two VPNs that the inventory has, whatever else runs."""
    network, lock, numbers = whole()
    gone = data.draw(st.lists(st.sampled_from(sorted(network.sites)), unique=True, max_size=8))
    left = {name: site for name, site in network.sites.items() if name not in gone}
    facts, _ = reference()
    vrfs = sorted(
        {
            (access.pe, numbers.vrf_name[vrf_of(network, name, access)], site.vpn)
            for name, site in left.items()
            for access in site.site_network_accesses.values()
        }
    )
    taker, vrf, vpn = data.draw(st.sampled_from(vrfs))
    giver, other, _ = data.draw(st.sampled_from([one for one in vrfs if one[2] != vpn]))
    target = min(facts[giver].bgp[other].families["ipv4"].export_targets)
    edit_family(facts, taker, vrf, import_targets=lambda old: old | {target})
    _, expectation = of_network(network.model_copy(update={"sites": left}), lock)
    assert {f.klass.partition(" ")[0] for f in denying(facts, expectation)} == {"P1"}


def test_a_hand_made_neighbour_is_known_where_the_journal_is() -> None:
    facts, expectation = reference()
    stranger = NeighborFacts("i-party", "192.0.2.77", 64999)
    edit_bgp(
        facts,
        "bj-pe1",
        "i-party",
        lambda old: replace(old, neighbors={**old.neighbors, stranger.address: stranger}),
    )
    assert {f.klass for f in denying(facts, expectation, known=True)} == {"P5 unknown-neighbor"}
    assert denying(facts, expectation) == []


def test_who_takes_what_it_does_not_give_is_a_stranger() -> None:
    """A VRF of no name that imports a VPN's routes and announces none is nobody's own."""
    facts, expectation = reference()
    instance = facts["gz-pe1"].bgp["e-public"]
    taking = {
        name: replace(
            family, import_targets=frozenset({rt("65000:1005")}), export_targets=frozenset()
        )
        for name, family in instance.families.items()
    }
    rogue = replace(instance, vrf="rogue", neighbors={}, families=taking)
    facts["gz-pe1"] = replace(facts["gz-pe1"], bgp={**facts["gz-pe1"].bgp, "rogue": rogue})
    assert "P1 unknown-vrf" in {f.klass for f in denying(facts, expectation)}
