"""A network just booted is rolled out in waves, and may stop after each of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.fresh_routers import fresh_routers
from egovnet.playbooks.change.plan import make_plan, write_plan
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import Verification
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.templates.registry import render_day0
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import emulated_workspace

PORTS = tuple(f"eth{number}" for number in range(10))


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    texts = {name: render_day0(device) for name, device in Workspace(BACKBONE).devices.items()}
    root = tmp_path_factory.mktemp("rollout")
    ports = dict.fromkeys(texts, PORTS)
    with EmulatedRouters(texts, root, network=loopback_network(), ports=ports) as running:
        yield running


def test_a_first_rollout_may_stop_after_every_wave(
    routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    plan = make_plan(workspace, Silent(), waves_by=("tier",))
    assert next(iter(plan.waves.items())) == ("canary", ["bj-p2"])
    file = tmp_path / "first.plan"
    write_plan(plan, file)
    verifying = Verifying(5, packetless=dict.fromkeys(routers.addresses, "emulated"))
    left = set(workspace.network.routers)
    adjacencies = []
    for name, devices in plan.waves.items():
        options = Options(stop_after=name)
        ended = apply(
            Workspace(workspace.directory), Silent(), file, options=options, verifying=verifying
        ).result
        assert isinstance(ended, TransactionResult)
        assert ended.result == "done", (name, ended)
        left -= set(devices)
        assert (set(ended.devices), set(ended.remaining)) == (set(devices), left)
        assert isinstance(ended.verification, Verification)
        counts = ended.verification.checks.get("IS-IS adjacency")
        adjacencies.append(counts.passed if counts else 0)
    # no neighbour is asked for that is not there yet, and at the end each one is
    assert adjacencies[0] == 0
    assert adjacencies == sorted(adjacencies)
    assert adjacencies[-1] == 2 * len(workspace.network.circuits)
    assert not make_plan(Workspace(workspace.directory), Silent()).devices


def test_only_what_is_not_there_yet_is_not_asked_for(
    routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A router of a later wave that runs is a neighbour: a circuit to it that is down is told."""
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    routers.reset(workspace.intended())
    routers.by_hand("gd-pe1", "ip link set eth3 down")
    verifying = Verifying(0, packetless=dict.fromkeys(routers.addresses, "emulated"))
    apart = frozenset({"gd-pe1"})
    faults = {}
    for fresh in (frozenset[str](), apart):
        found = Verifier(workspace, Silent(), verifying).without(apart, fresh).verify()
        faults[fresh] = {(f.device, f.subject) for f in found.findings}
    assert faults == {frozenset(): {("gz-pe1", "eth1")}, apart: set()}
    assert fresh_routers(workspace.network, routers.running()) == frozenset()
    day0 = {name: render_day0(device) for name, device in workspace.devices.items()}
    assert fresh_routers(workspace.network, day0) == day0.keys()
