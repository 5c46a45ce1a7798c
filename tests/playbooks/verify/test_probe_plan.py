"""The packet matrix over generated networks: who is sent to, and what each answer means."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, allocate, vrf_of
from egovnet.inventory.model import Network, SiteRole
from egovnet.lab.customer import site_lans
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan, SiteHost, host_plan, vrf_plan
from egovnet.templates.intend.build_devices import access_addresses
from tests.generated import nation, network_of
from tests.strategies import networks

INFRASTRUCTURE = {"backbone", "management"}
ENOUGH = 10_000


def allowed(network: Network, source: str, target: str) -> bool:
    """Whether the owner of the VPN wants these packets; written again, to trust nothing."""
    one, other = network.sites[source], network.sites[target]
    both_spokes = {one.site_role, other.site_role} == {SiteRole.SPOKE}
    return one.vpn == other.vpn and (source == target or not both_spokes)


def roomy(network: Network) -> frozenset[str]:
    """Sites whose prefixes hold a CE and a host; the lab refuses others."""
    return frozenset(
        site
        for site, entry in network.sites.items()
        if all(prefix.num_addresses >= 16 for prefix in entry.prefixes)
    )


def hosts(network: Network) -> dict[str, SiteHost]:
    """The hosts of a lab."""
    return site_hosts(network, sorted(roomy(network)))


def matrices(network: Network, allocation: Allocation, per_source: int) -> list[ProbePlan]:
    return [
        vrf_plan(network, allocation, frozenset(network.routers), per_source),
        host_plan(network, allocation, hosts(network), per_source),
    ]


def address_owner(network: Network, allocation: Allocation) -> dict[str, str]:
    """Address of a CE or host -> site; of the backbone -> what."""
    owners: dict[str, str] = {}
    for site, entry in network.sites.items():
        for access in entry.site_network_accesses:
            for end in access_addresses(allocation, f"{site}/{access}").ce:
                owners[str(end.ip)] = site
        for lan in site_lans(network, site) if site in roomy(network) else ():
            owners[str(lan.host.ip)] = site
    for name, router in network.routers.items():
        owners[str(allocation.loopback4[name])] = "backbone"
        owners[str(allocation.loopback6[name])] = "backbone"
        owners[str(router.management.ip)] = "management"
    return owners


@given(network=networks(), per_source=st.integers(1, 6))
def test_packets_must_arrive_only_where_the_vpn_s_topology_lets_them(
    network: Network, per_source: int
) -> None:
    allocation = allocate(network)
    owners = address_owner(network, allocation)
    served_by = {
        str(end.ip): access.pe
        for site, entry in network.sites.items()
        for name, access in entry.site_network_accesses.items()
        for end in access_addresses(allocation, f"{site}/{name}").ce
    }
    for matrix in matrices(network, allocation, per_source):
        for flow in matrix.flows:
            assert owners[flow.probe.target] == flow.target
            assert flow.probe.expected == flow.must_reach
            if flow.target in INFRASTRUCTURE:
                assert not flow.must_reach
                continue
            verdicts = {allowed(network, site, flow.target) for site in flow.source_sites}
            assert verdicts == {flow.must_reach}, flow.name
            roles = {network.sites[site].site_role for site in flow.source_sites}
            if flow.must_reach and roles == {SiteRole.SPOKE}:
                assert (
                    network.sites[flow.target].site_role is SiteRole.HUB
                    or flow.target in flow.source_sites
                )
                if flow.target in flow.source_sites:
                    # Its access on another PE is in another VRF, which it does not hear.
                    assert flow.sender == served_by[flow.probe.target]


@given(network=networks())
def test_no_pair_is_probed_twice_and_an_unbounded_matrix_has_every_pair(network: Network) -> None:
    allocation = allocate(network)
    for matrix, targets in zip(
        matrices(network, allocation, ENOUGH), (network.sites, roomy(network)), strict=True
    ):
        pairs = Counter((f.sender, f.probe.vrf, f.probe.target) for f in matrix.flows)
        assert not pairs or max(pairs.values()) == 1
        assert len(matrix.flows) <= matrix.pairs
        reached = {(f.source_sites, f.target) for f in matrix.flows}
        for sites in {f.source_sites for f in matrix.flows}:
            for target in targets:
                assert target in sites or (sites, target) in reached
    spokes = [s for s in network.sites.values() if s.site_role is SiteRole.SPOKE]
    matrix = vrf_plan(network, allocation, frozenset(network.routers), ENOUGH)
    if all(len({a.pe for a in s.site_network_accesses.values()}) == 1 for s in spokes):
        # Four of the routers' addresses stand for all of them.
        assert len(matrix.flows) == matrix.pairs


@given(network=networks(), per_source=st.integers(1, 3))
def test_each_source_sends_a_bounded_number_of_packets(network: Network, per_source: int) -> None:
    allocation = allocate(network)
    addresses = 2 * max((len(s.site_network_accesses) for s in network.sites.values()), default=0)
    infrastructure = 3 * min(4, len(network.routers))
    for matrix in matrices(network, allocation, per_source):
        for count in Counter((f.sender, f.probe.vrf) for f in matrix.flows).values():
            # Friends and strangers, at most `per_source` sites of each, and a spoke's own site.
            assert count <= (2 * per_source + 1) * max(addresses, 2) + infrastructure


@pytest.mark.parametrize("per_source", [4, 16])
def test_flows_grow_with_the_network_not_with_its_square(per_source: int) -> None:
    sizes = []
    for edges in (50, 100, 200):
        network = network_of(nation(edges, 5))
        flows = vrf_plan(network, allocate(network), frozenset(network.routers), per_source).flows
        sizes.append(len(flows))
    assert sizes[1] / sizes[0] == pytest.approx(2, rel=0.1)
    assert sizes[2] / sizes[1] == pytest.approx(2, rel=0.1)


@given(network=networks(), data=st.data())
def test_only_the_chosen_routers_send_and_are_sent_to(
    network: Network, data: st.DataObject
) -> None:
    allocation = allocate(network)
    chosen = frozenset(data.draw(st.sets(st.sampled_from(sorted(network.routers)))))
    matrix = vrf_plan(network, allocation, chosen)
    assert {flow.sender for flow in matrix.flows} <= chosen
    served = {
        str(end.ip)
        for site, entry in network.sites.items()
        for name, access in entry.site_network_accesses.items()
        if access.pe in chosen
        for end in access_addresses(allocation, f"{site}/{name}").ce
    }
    for flow in matrix.flows:
        assert flow.target in INFRASTRUCTURE or flow.probe.target in served


@given(network=networks())
def test_sources_are_every_vrf_of_a_pe_and_every_host(network: Network) -> None:
    allocation = allocate(network)
    by_vrf, by_host = matrices(network, allocation, ENOUGH)
    vrfs = {
        (access.pe, allocation.vrf_name[vrf_of(network, site, access)])
        for site, entry in network.sites.items()
        for access in entry.site_network_accesses.values()
    }
    assert {(flow.sender, flow.probe.vrf) for flow in by_vrf.flows} == vrfs
    assert {(f.sender, f.probe.vrf) for f in by_host.flows} == {
        (f"{site}-host", None) for site in roomy(network)
    }
    for flow in by_host.flows:
        assert flow.target not in flow.source_sites


def of_reference() -> list[Flow]:
    workspace = Workspace(REFERENCE)
    return list(
        vrf_plan(
            workspace.network, workspace.allocation, frozenset(workspace.network.routers)
        ).flows
    )


def test_the_reference_s_two_networks_never_meet() -> None:
    workspace = Workspace(REFERENCE)
    zones = {
        site: workspace.network.vpns[entry.vpn].zone
        for site, entry in workspace.network.sites.items()
    }
    flows = [flow for flow in of_reference() if flow.target in zones]
    across = [f for f in flows if {zones[s] for s in f.source_sites} != {zones[f.target]}]
    assert across
    assert not any(flow.must_reach for flow in across)
    families = {":" in flow.probe.target for flow in across}
    assert families == {True, False}


def test_a_flow_is_named_by_its_ends() -> None:
    flow = next(f for f in of_reference() if f.target == "party-beijing" and f.must_reach)
    assert flow.name == f"{flow.sender} VRF i-party -> party-beijing ({flow.probe.target})"
