"""The packet matrix over generated networks: who is sent to, and what each answer means."""

import itertools
from collections import Counter
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, allocate, vrf_of
from egovnet.inventory.model import Network, SiteRole
from egovnet.lab.customer import site_lans
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from egovnet.playbooks.verify.probe_plan import (
    Flow,
    ProbePlan,
    ProbeScope,
    SiteHost,
    host_plan,
    vrf_plan,
)
from egovnet.templates.intend.access_ends import access_addresses
from egovnet.templates.model.device import IPAddress
from tests.generated import nation, network_of
from tests.inventories import BACKBONE
from tests.strategies import networks

INFRASTRUCTURE = {"backbone", "management"}
ENOUGH = 10_000


def allowed(network: Network, source: str, target: str) -> bool:
    """Whether the owner of the VPN wants these packets; written again, to trust nothing."""
    one, other = network.sites[source], network.sites[target]
    both_spokes = {one.site_role, other.site_role} == {SiteRole.SPOKE}
    return one.vpn == other.vpn and (source == target or not both_spokes)


def reached_in(network: Network, sources: Collection[str], target: str) -> set[int]:
    """IP versions that some source and the target have."""
    own = {prefix.version for site in sources for prefix in network.sites[site].prefixes}
    return own & {prefix.version for prefix in network.sites[target].prefixes}


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


def expecting(plan: ProbePlan) -> list[Flow]:
    """Flows of which something is expected."""
    return [flow for flow in plan.flows if not flow.asks]


def serving(network: Network, sites: Collection[str], pe: str | None = None) -> set[str]:
    """Those of `sites` that do not wait for their customer on every access (of a PE)."""
    return {
        site
        for site in sites
        for name, access in network.sites[site].site_network_accesses.items()
        if not network.sites[site].awaits(name) and pe in (None, access.pe)
    }


def whole(network: Network, allocation: Allocation) -> ProbeScope:
    return ProbeScope(network, allocation, frozenset(network.routers))


def matrices(network: Network, allocation: Allocation, per_source: int) -> list[ProbePlan]:
    return [
        vrf_plan(whole(network, allocation), per_source),
        host_plan(whole(network, allocation), hosts(network), per_source),
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
        owners.update(dict.fromkeys(map(str, allocation.loopbacks(name)), "backbone"))
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
        for flow in expecting(matrix):
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


Ends = tuple[str, str | None, str]


def due(plan: ProbePlan, owners: dict[str, str], *, must_reach: bool) -> set[Ends]:
    """Of whom an answer is expected, or silence; without the backbone's own addresses."""
    return {
        (flow.sender, flow.vrf, flow.address)
        for flow in expecting(plan)
        if flow.must_reach is must_reach and owners[flow.address] not in INFRASTRUCTURE
    }


def sites_of_vrfs(network: Network, allocation: Allocation) -> dict[tuple[str, str], set[str]]:
    members: dict[tuple[str, str], set[str]] = {}
    for site, entry in network.sites.items():
        for access in entry.site_network_accesses.values():
            vrf = allocation.vrf_name[vrf_of(network, site, access)]
            members.setdefault((access.pe, vrf), set()).add(site)
    return members


@given(network=networks())
def test_a_vrf_is_due_an_answer_in_a_family_that_both_ends_have(network: Network) -> None:
    allocation = allocate(network)
    owners = address_owner(network, allocation)
    by_vrf, _ = matrices(network, allocation, ENOUGH)
    answers, silence = (due(by_vrf, owners, must_reach=must) for must in (True, False))
    for target, entry in network.sites.items():
        for name, access in entry.site_network_accesses.items():
            for (pe, vrf), sites in sites_of_vrfs(network, allocation).items():
                joined = allowed(network, min(sites), target)
                if target in sites and entry.site_role is SiteRole.SPOKE:
                    joined = access.pe == pe
                    if not joined:
                        continue  # two accesses of one spoke: they may not hear each other
                own_vrf = allocation.vrf_name[vrf_of(network, target, access)]
                if joined and access.pe == pe and own_vrf != vrf:
                    # the PE's own answer would come back in the other VRF
                    assert not {(pe, vrf, str(a)) for a in ends(allocation, f"{target}/{name}")} & (
                        answers | silence
                    )
                    continue
                here = serving(network, sites, pe)
                for address in ends(allocation, f"{target}/{name}"):
                    both = address.version in reached_in(network, here, target)
                    there = both and not entry.awaits(name)
                    assert ((pe, vrf, str(address)) in answers) is (joined and there)
                    # a PE can send in both families, and to any address
                    assert ((pe, vrf, str(address)) in silence) is (not joined)


@given(network=networks())
def test_a_host_is_due_an_answer_in_a_family_that_both_ends_have(network: Network) -> None:
    allocation = allocate(network)
    owners = address_owner(network, allocation)
    _, by_host = matrices(network, allocation, ENOUGH)
    answers, silence = (due(by_host, owners, must_reach=must) for must in (True, False))
    for source, target in itertools.permutations(roomy(network), 2):
        for lan in site_lans(network, target):
            both = lan.host.version in reached_in(network, {source}, target)
            flow_ends = (f"{source}-host", None, str(lan.host.ip))
            joined = allowed(network, source, target)
            there = len(serving(network, {source, target})) == 2
            assert (flow_ends in answers) is (joined and both and there)
            # what it has no address for, it cannot send
            assert (flow_ends in silence) is (both and not joined)


@given(network=networks())
def test_who_is_awaited_is_asked_by_its_own_router_alone(network: Network) -> None:
    allocation = allocate(network)
    by_vrf, by_host = matrices(network, allocation, ENOUGH)
    asked = {(flow.sender, flow.vrf, flow.address) for flow in by_vrf.flows if flow.asks}
    assert asked == {
        (access.pe, allocation.vrf_name[vrf_of(network, site, access)], str(address))
        for site, entry in network.sites.items()
        for name, access in entry.site_network_accesses.items()
        for address in ends(allocation, f"{site}/{name}")
        if entry.awaits(name) and address.version in entry.versions
    }
    assert not any(flow.asks for flow in by_host.flows)
    assert not any(flow.must_reach for flow in by_vrf.flows if flow.asks)


@given(network=networks())
def test_packets_between_two_routers_cross_the_backbone(network: Network) -> None:
    allocation = allocate(network)
    for flow in vrf_plan(whole(network, allocation), ENOUGH).flows:
        at = {
            access.pe
            for site in network.sites
            for name, access in network.sites[site].site_network_accesses.items()
            if flow.address in map(str, ends(allocation, f"{site}/{name}"))
        }
        assert flow.crosses is (flow.must_reach and flow.sender not in at)


def ends(allocation: Allocation, label: str) -> list[IPAddress]:
    return [end.ip for end in access_addresses(allocation, label).ce]


@given(network=networks())
def test_no_pair_is_probed_twice_and_an_unbounded_matrix_has_every_pair(network: Network) -> None:
    allocation = allocate(network)
    spokes = [s for s in network.sites.values() if s.site_role is SiteRole.SPOKE]
    for matrix in matrices(network, allocation, ENOUGH):
        pairs = Counter((f.sender, f.probe.vrf, f.probe.target) for f in matrix.flows)
        assert not pairs or max(pairs.values()) == 1
        flows = expecting(matrix)
        assert len(flows) <= matrix.pairs
        if all(len({a.pe for a in s.site_network_accesses.values()}) == 1 for s in spokes):
            # Four of the routers' addresses stand for all of them.
            assert len(flows) == matrix.pairs


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
        flows = vrf_plan(whole(network, allocate(network)), per_source).flows
        sizes.append(len(flows))
    assert sizes[1] / sizes[0] == pytest.approx(2, rel=0.1)
    assert sizes[2] / sizes[1] == pytest.approx(2, rel=0.1)


@given(network=networks(), data=st.data())
def test_only_the_chosen_routers_send_and_are_sent_to(
    network: Network, data: st.DataObject
) -> None:
    allocation = allocate(network)
    chosen = frozenset(data.draw(st.sets(st.sampled_from(sorted(network.routers)))))
    matrix = vrf_plan(ProbeScope(network, allocation, chosen))
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
    vrfs = sites_of_vrfs(network, allocation).keys()
    assert {(flow.sender, flow.probe.vrf) for flow in by_vrf.flows} == vrfs
    assert {(f.sender, f.probe.vrf) for f in by_host.flows} == {
        (f"{site}-host", None) for site in roomy(network)
    }
    for flow in by_host.flows:
        assert flow.target not in flow.source_sites


def of_reference() -> list[Flow]:
    workspace = Workspace(BACKBONE)
    return list(vrf_plan(whole(workspace.network, workspace.allocation)).flows)


def test_the_reference_s_two_networks_never_meet() -> None:
    workspace = Workspace(BACKBONE)
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
