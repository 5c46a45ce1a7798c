"""Sites of the platform are nobody's who is told of them; no customer's router is there."""

import dataclasses
from pathlib import Path

import pytest

from egovnet.inventory.model import PlatformSite
from egovnet.lab.generate import FIREWALL_DAEMONS, generate
from egovnet.lab.topology import Topology
from egovnet.playbooks.change.waves import make_waves
from egovnet.playbooks.core.network_map import network_map
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.sheet import sheet
from egovnet.playbooks.verbs.validate import validate
from egovnet.playbooks.verify.control_plane import expected_routes
from egovnet.playbooks.verify.probe_plan import ProbeScope, vrf_plan
from egovnet.tasks.plain_inventories import data_of
from tests.platform_network import platform_network
from tests.playbooks.console import copy_of_backbone


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(platform_network(tmp_path_factory.mktemp("platform") / "network"))


@pytest.fixture(scope="module")
def lab(workspace: Workspace) -> Topology:
    texts = dict.fromkeys(workspace.network.routers, "")
    return generate(workspace.network, workspace.allocation, texts)


def test_counts_are_of_what_was_written(workspace: Workspace, tmp_path: Path) -> None:
    counts = validate(workspace).result.counts
    without = validate(Workspace(copy_of_backbone(tmp_path / "network"))).result.counts
    assert counts == dataclasses.replace(without, routers=without.routers + 2, exchanges=3)


def test_nobody_gets_a_sheet_of_one(workspace: Workspace) -> None:
    workspace.on_disk.keep_allocation()
    with pytest.raises(UsageError, match="no site exchange-party in the inventory"):
        sheet(workspace, "exchange-party")


def test_the_map_has_firewalls_at_their_pes(workspace: Workspace) -> None:
    drawn = network_map(workspace.network)
    assert drawn.routers["bj-fw1"].roles == ("firewall",)
    assert drawn.circuits["bj-pe1 eth5"] == ("bj-pe1", "bj-fw1")


def test_an_export_knows_no_loopback_of_a_firewall(workspace: Workspace) -> None:
    firewall = workspace.network.routers["bj-fw1"]
    data = data_of("bj-fw1", firewall, workspace.allocation)
    assert data["roles"] == ["firewall"]
    assert not [key for key in data if key.startswith("loopback")]


def test_the_lab_has_a_firewall_and_no_customer_there(lab: Topology) -> None:
    nodes = {node.name: node for node in lab.nodes}
    assert nodes["bj-fw1"].kind == "router"
    assert nodes["bj-fw1"].daemons == FIREWALL_DAEMONS
    assert not [name for name in nodes if name.startswith("exchange-")]
    ends = {frozenset(((one.a.node, one.a.port), (one.b.node, one.b.port))) for one in lab.links}
    assert {("bj-pe1", "eth5"), ("bj-fw1", "eth1")} in ends
    assert {("sh-pe1", "eth5"), ("sh-fw1", "eth1")} in ends


def test_a_firewall_is_pushed_after_its_pe(workspace: Workspace) -> None:
    """On a network where nothing runs yet, nothing that stands alone comes before it."""
    names = list(workspace.network.routers)
    waves = make_waves(workspace.network, names, by=("tier",), fresh=names)
    at = {name: index for index, wave in enumerate(waves) for name in wave.devices}
    assert at["bj-pe1"] <= at["bj-fw1"]
    assert at["sh-pe1"] <= at["sh-fw1"]


def test_routes_to_partners_are_due_in_every_vrf_of_a_vpn(workspace: Workspace) -> None:
    routes = expected_routes(workspace.network, workspace.allocation)
    for (_, vrf), table in routes.items():
        assert ("10.1.20.0/25" in table.must) is (vrf == "i-party")
        assert ("10.1.30.16/28" in table.must) is (vrf == "i-government")
        if vrf in ("i-party", "i-congress"):
            assert not [p for p in table.may if p.startswith("10.1.30.")]


def test_a_firewall_is_asked_by_its_own_router_alone(workspace: Workspace) -> None:
    """It answers nobody else; VRFs of the platform ask their VPN's sites as any VRF does."""
    network = workspace.network
    plan = vrf_plan(ProbeScope(network, workspace.allocation, frozenset(network.routers)))
    made = {name for name, site in network.sites.items() if isinstance(site, PlatformSite)}
    assert len(made) == 3
    asking = [flow for flow in plan.flows if flow.target in made and flow.must_reach]
    assert {flow.sender for flow in asking} == {"bj-pe1", "sh-pe1"}
    assert not any(flow.crosses for flow in asking)
    assert [flow for flow in plan.flows if flow.sender == "sh-pe1" and flow.vrf == "i-party"]
