"""Hosts with one address in several VPNs: what an echo request to it is to come to."""

from dataclasses import replace

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from egovnet.playbooks.verify.probe_plan import Former, ProbeScope, SiteHost, host_plan, vrf_plan
from egovnet.templates.intend.read_inventory import read_inventory
from tests.extranet_network import extranet_network

_ALL = 10_000


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return read_inventory(extranet_network(tmp_path_factory.mktemp("extranet") / "network"))[0]


def scope_of(network: Network, former: Network | None = None) -> ProbeScope:
    scope = ProbeScope(network, allocate(network), frozenset(network.routers))
    return scope if former is None else replace(scope, former=Former(former, allocate(former)))


def hosts_of(network: Network) -> dict[str, SiteHost]:
    return site_hosts(network, list(network.written_sites))


def test_each_pair_is_what_its_vpns_say(network: Network) -> None:
    plan = host_plan(scope_of(network), hosts_of(network), _ALL)
    assert plan.pairs == len(plan.flows)
    where: dict[str, list[str]] = {}
    for site, host in hosts_of(network).items():
        for address in host.addresses:
            where.setdefault(address, []).append(site)
    assert len(where["10.0.5.10"]) == 2
    sites = network.sites
    for flow in plan.flows:
        (source,) = flow.source_sites
        if flow.target not in sites or "court" in {sites[source].vpn, sites[flow.target].vpn}:
            continue
        same = sites[source].vpn == sites[flow.target].vpn
        assert flow.must_reach == same, flow.name
        if not same:  # nobody who may answer has the address
            assert all(sites[site].vpn != sites[source].vpn for site in where[flow.address])


def test_no_pair_is_left_out_but_those_of_one_address(network: Network) -> None:
    hosts = hosts_of(network)
    asked = {
        (next(iter(f.source_sites)), f.target, f.address)
        for f in host_plan(scope_of(network), hosts, _ALL).flows
    }
    for source in ("health-sichuan", "public-shanghai", "customs-sichuan"):
        own = {a for site in hosts if network.sites[site].vpn == network.sites[source].vpn
               for a in hosts[site].addresses}  # fmt: skip
        for target, host in hosts.items():
            for address in host.addresses if target != source else ():
                vpns = {network.sites[source].vpn, network.sites[target].vpn}
                expected = len(vpns) == 1 or address not in own
                assert ((source, target, address) in asked) == expected


def test_the_pes_tables_have_no_namesakes(network: Network) -> None:
    plan = vrf_plan(scope_of(network), _ALL)
    assert plan.pairs == len(plan.flows)


def test_a_site_that_went_answers_nobody_but_by_a_namesake(network: Network) -> None:
    gone = {n: site for n, site in network.sites.items() if n != "customs-shanghai"}
    now = network.model_copy(update={"sites": gone})
    plan = host_plan(scope_of(now, network), hosts_of(network), _ALL)
    assert plan.pairs == len(plan.flows)
    asked = {
        (next(iter(f.source_sites)), f.address): f.must_reach
        for f in plan.flows
        if f.target == "customs-shanghai"
    }
    assert asked["customs-sichuan", "10.0.5.10"] is False
    assert asked["party-sichuan", "10.0.5.10"] is False
    assert ("health-sichuan", "10.0.5.10") not in asked
