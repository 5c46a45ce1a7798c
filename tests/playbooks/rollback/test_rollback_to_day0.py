"""The change that provisioned the network, rolled back: judged by a network without customers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network, Role
from egovnet.lab.customer import site_lans
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.rollback import RollbackResult
from egovnet.playbooks.rollback.rollback import rollback
from egovnet.playbooks.rollback.texts_network import network_in
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.registry import read_config, render_day0
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import emulated_workspace
from tests.playbooks.routed_packets import RoutedPackets
from tests.strategies import networks

NETWORK, WITH_FIREWALLS = loopback_network(), loopback_network()
PORTS = tuple(f"eth{number}" for number in range(10))


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    texts = day0(Workspace(BACKBONE))
    place = tmp_path_factory.mktemp("day0")
    ports = dict.fromkeys(texts, PORTS)
    with EmulatedRouters(texts, place, network=NETWORK, ports=ports) as routers:
        yield routers


@pytest.fixture
def provisioned(
    routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Workspace, RoutedPackets]:
    """The whole network as change 1."""
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    routers.reset(day0(workspace))
    packets = RoutedPackets(workspace)
    packets.take_part(monkeypatch)
    outcome = apply(workspace, Silent(), yes=True, verifying=Verifying(20, (packets.hosts,)))
    assert outcome.data["result"] == "done", outcome
    assert outcome.data["verification"]["checks"]["must reach"]["passed"] > 100
    packets.sent.clear()
    return workspace, packets


def day0(workspace: Workspace) -> dict[str, str]:
    return {name: render_day0(device) for name, device in workspace.devices.items()}


def rolled_back(workspace: Workspace, packets: RoutedPackets) -> Outcome[RollbackResult]:
    return rollback(Workspace(workspace.directory), Silent(), 1, yes=True, sources=(packets.hosts,))


def test_nothing_need_be_reached_and_nothing_may(
    provisioned: tuple[Workspace, RoutedPackets], routers: EmulatedRouters
) -> None:
    workspace, packets = provisioned
    outcome = rolled_back(workspace, packets)
    assert (outcome.exit, outcome.data["result"]) == (0, "done"), outcome.data
    verification = outcome.data["verification"]
    assert verification["passed"]
    assert verification["findings"] == []
    assert not {"CE session", "BGP session", "IS-IS adjacency"} & verification["checks"].keys()
    assert (verification["labels"]["expected"], verification["matrix"]["share"]) == (False, 1.0)
    # the customers are still cabled, and every one of them is tried against every other
    assert packets.sent
    assert not any(flow.must_reach for flow in packets.sent)
    sites = workspace.network.sites
    pairs = {(min(flow.source_sites), flow.target) for flow in packets.sent}
    assert {(a, b) for a in sites for b in sites if a != b} <= pairs
    # from there the network is provisioned again
    again = apply(Workspace(workspace.directory), Silent(), yes=True, verifying=Verifying(20))
    assert again.data["result"] == "done", again.data


def test_a_path_between_the_zones_that_is_left_undoes_it(
    provisioned: tuple[Workspace, RoutedPackets],
) -> None:
    workspace, packets = provisioned
    victim = str(site_lans(workspace.network, "party-beijing")[0].host.ip)
    packets.leaks.add(("public-beijing", victim))
    outcome = rolled_back(workspace, packets)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone"), outcome.data
    messages = [finding["message"] for finding in outcome.data["verification"]["findings"]]
    assert messages == [f"public-beijing-host -> party-beijing ({victim}): ANSWERED"]


def test_a_network_with_firewalls_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall as it was delivered lets nothing pass, as nothing comes to it, and has no BGP."""
    texts = day0(Workspace(REFERENCE))
    ports = dict.fromkeys(texts, PORTS)
    place = tmp_path / "routers"
    with EmulatedRouters(texts, place, network=WITH_FIREWALLS, ports=ports) as routers:
        workspace = emulated_workspace(routers, tmp_path, monkeypatch, REFERENCE)
        silent = dict.fromkeys(texts, "emulated routers send no packets")
        done = apply(workspace, Silent(), yes=True, verifying=Verifying(20, packetless=silent))
        assert done.data["result"] == "done", done.data
        back = Workspace(workspace.directory)
        outcome = rollback(back, Silent(), 1, yes=True, packetless=silent)
        assert (outcome.exit, outcome.data["result"]) == (0, "done"), outcome.data
        assert outcome.data["proof"]["proved"]


@given(network=networks())
def test_texts_as_intended_have_the_whole_network(network: Network) -> None:
    allocation = allocate(network)
    devices = intend(network, allocation)
    facts = {name: intended_facts(device) for name, device in devices.items()}
    assert intend(network_in(network, allocation, facts), allocation) == devices


@given(network=networks())
def test_day_0_texts_have_no_customer_and_no_circuit(network: Network) -> None:
    allocation = allocate(network)
    devices = intend(network, allocation)
    facts = {n: read_config(render_day0(d), n, d.platform) for n, d in devices.items()}
    found = network_in(network, allocation, facts)
    assert (found.sites, found.circuits) == ({}, {})
    assert found.routers.keys() == network.routers.keys()
    assert all(router.roles == {Role.P} for router in found.routers.values())
    for device in intend(found, allocation).values():
        assert not (device.vrfs or device.backbone_peers or device.interfaces)
