"""Planned sites: numbers are theirs, and no router has a line of them."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network, PartSite, ServiceState, Site
from egovnet.inventory.with_planned_apart import with_planned_apart
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.prove import prove
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.intend.read_inventory import read_inventory
from egovnet.templates.registry import render
from tests.extranet_network import extranet_network
from tests.strategies import networks

_MOST = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def partly_planned(draw: st.DrawFn) -> tuple[Network, Network]:
    """A network, and the same with some of its accesses planned."""
    network = draw(networks())
    sites = {name: _partly(draw, site) for name, site in network.sites.items()}
    return network, network.model_copy(update={"sites": sites})


def _partly(draw: st.DrawFn, site: Site) -> Site:
    which = draw(st.sampled_from(["none", "all", "some"]))
    if which == "none":
        return site
    planned = ServiceState.PLANNED
    accesses = {
        name: access.model_copy(
            update={"state": planned if which == "all" or draw(st.booleans()) else access.state}
        )
        for name, access in site.site_network_accesses.items()
    }
    return site.model_copy(update={"site_network_accesses": accesses})


def _without(network: Network) -> Network:
    """As if nobody had written what is planned."""
    sites = {}
    for name, site in network.sites.items():
        rest = {
            n: access
            for n, access in site.site_network_accesses.items()
            if (access.state or site.state) is not ServiceState.PLANNED
        }
        if rest:
            sites[name] = site.model_copy(update={"site_network_accesses": rest})
    return network.model_copy(update={"sites": sites})


@given(partly_planned())
@_MOST
def test_numbers_are_those_that_it_will_have(both: tuple[Network, Network]) -> None:
    network, planned = both
    apart = with_planned_apart(planned)
    assert allocate(apart).lock.pools == allocate(network).lock.pools
    assert apart.numbered.sites.keys() == network.sites.keys()


@given(partly_planned())
@_MOST
def test_no_router_has_a_line_of_what_is_planned(both: tuple[Network, Network]) -> None:
    _, planned = both
    apart = with_planned_apart(planned)
    lock = allocate(apart).lock
    bare = _without(planned)
    mine, other = intend(apart, allocate(apart, lock)), intend(bare, allocate(bare, lock))
    assert {n: render(d) for n, d in mine.items()} == {n: render(d) for n, d in other.items()}


@given(partly_planned())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_rendered_is_proved(both: tuple[Network, Network]) -> None:
    apart = with_planned_apart(both[1])
    allocation = allocate(apart)
    facts = {n: intended_facts(d) for n, d in intend(apart, allocation).items()}
    verdict = prove(facts, from_inventory(apart, allocation))
    assert verdict.proved, verdict.findings


@given(partly_planned())
@_MOST
def test_a_site_that_is_begun_keeps_its_numbers(both: tuple[Network, Network]) -> None:
    network, planned = both
    first = allocate(with_planned_apart(planned))
    assert allocate(network, first.lock).lock == first.lock


def test_a_class_plans_its_site_in_every_vpn(tmp_path: Path) -> None:
    root = extranet_network(tmp_path / "network")
    before, _ = read_inventory(root)
    made = {n: site for n, site in before.sites.items() if isinstance(site, PartSite)}
    parts = {n for n, site in made.items() if site.of == "customs-shanghai"}
    assert parts
    path = root / "sites/extranet.yaml"
    text = path.read_text(encoding="utf-8")
    said = "customs-shanghai:\n"
    path.write_text(text.replace(said, f"{said}  state: planned\n"), encoding="utf-8")
    network, _ = read_inventory(root)
    assert parts | {"customs-shanghai"} == network.planned_sites.keys()
    assert not network.planned_sites.keys() & network.sites.keys()
    assert allocate(network).vlan == allocate(before).vlan


@pytest.mark.parametrize("order", [list(ServiceState)])
def test_states_are_in_the_order_of_a_rollout(order: list[ServiceState]) -> None:
    assert [state.value for state in order] == ["planned", "waiting-for-customer", "in-service"]
