"""What a lab or a network cannot show: said so by who runs it, and never taken from a silence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from egovnet.lab.emulated.process import PORT, EmulatedRouters
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.run_on_devices import DeviceResults
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.results.verification import NotPossible
from egovnet.playbooks.verbs.lab import packetless
from egovnet.playbooks.verify import label_watch
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.console import Ran, copy_of_backbone, egovnet, reach_at
from tests.playbooks.emulated_workspace import emulated_workspace
from tests.playbooks.routed_packets import RoutedPackets

LISTENING = ip_network(loopback_network())


@dataclass(frozen=True)
class Newcomer:
    """Who has an inventory and `lab up --backend emulated`."""

    inventory: Path
    state: Path

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Ran:
        return egovnet(*words, "--inventory", self.inventory, state=self.state, env=env)

    @property
    def undeclared(self) -> dict[str, str]:
        """The same routers, and nobody who says what they are."""
        credentials = self.state / "reference" / "lab" / "credentials.yaml"
        other = self.state.parent / "other"
        return {"EGOVNET_STATE": str(other), "EGOVNET_CREDENTIALS": str(credentials)}


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    root = tmp_path_factory.mktemp("new")
    inventory = copy_of_backbone(root / "network")
    names = Workspace(BACKBONE).network.routers
    reach_at(inventory, {n: (str(LISTENING[11 + at]), PORT) for at, n in enumerate(names)})
    made = Newcomer(inventory, root / "state")
    up = made.run("lab", "up", "--backend", "emulated")
    assert up.code == 0, up.stderr
    yield made
    made.run("lab", "down")


def test_a_first_apply_ends_well_and_says_what_was_not_shown(newcomer: Newcomer) -> None:
    assert newcomer.run("plan").code == 3
    applied = newcomer.run("apply", "--yes", "--json")
    assert applied.code == 0, applied.stdout
    found = applied.json["verification"]
    assert found["passed"]
    everybody = list(Workspace(BACKBONE).network.routers)
    why = "emulated routers send no packets"
    assert found["not_possible"] == [
        {"what": what, "why": why, "devices": everybody} for what in ("packets", "labels")
    ]
    assert (found["labels"]["possible"], found["matrix"]["probed"]) == (False, 0)
    # the control plane was asked for all of it
    assert found["checks"]["CE session"] == {"passed": 16, "failed": 0, "known": 0}
    said = newcomer.run("verify").stdout
    assert f"packets: not possible here: {why} (7 routers)" in said
    assert f"labels: not possible here: {why} (7 routers)" in said
    assert "NOT" not in said


def test_a_fault_of_the_control_plane_decides_there(newcomer: Newcomer) -> None:
    assert newcomer.run("lab", "exec", "sc-pe1", "ip link set eth1 down").code == 0
    failed = newcomer.run("verify", "--converge", "0", "--json")
    assert newcomer.run("lab", "exec", "sc-pe1", "ip link set eth1 up").code == 0
    assert failed.code == 4, failed.stdout
    assert {f["class"] for f in failed.json["findings"]} >= {"IS-IS adjacency"}


def test_silence_of_routers_that_nobody_declared_is_a_fault(newcomer: Newcomer) -> None:
    failed = newcomer.run("verify", "--converge", "0", "--json", env=newcomer.undeclared)
    assert failed.code == 4
    assert failed.json["not_possible"] == []
    assert "must reach" in {finding["class"] for finding in failed.json["findings"]}


def test_only_routers_that_are_the_labs_are_excused(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(newcomer.state))
    assert packetless(Workspace(newcomer.inventory)).keys() == Workspace(BACKBONE).devices.keys()
    path = newcomer.inventory / "hosts.yaml"
    before = path.read_text(encoding="utf-8")
    reach_at(newcomer.inventory, {"bj-p1": ("10.9.9.9", PORT), "bj-p2": ("127.0.0.1", 22)})
    try:
        found = packetless(Workspace(newcomer.inventory))
    finally:
        path.write_text(before, encoding="utf-8")
    assert Workspace(BACKBONE).devices.keys() - found.keys() == {"bj-p1", "bj-p2"}


def test_a_backbone_without_sites_is_applied_wherever_it_is(newcomer: Newcomer) -> None:
    """No packet goes over it, so no label is due: no router has to say so."""
    for path in (newcomer.inventory / "sites").glob("*.yaml"):
        path.unlink()
    (newcomer.inventory / "sites.yaml").write_text("{}\n", encoding="utf-8")
    applied = newcomer.run("apply", "--yes", "--json", env=newcomer.undeclared)
    assert applied.code == 0, applied.stdout
    found = applied.json["verification"]
    assert found["passed"]
    assert (found["not_possible"], found["labels"]["expected"]) == ([], False)
    assert found["checks"]["BGP session"]["passed"] == 44


# -- where packets go ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    root = tmp_path_factory.mktemp("labels")
    texts = Workspace(BACKBONE).intended()
    with EmulatedRouters(texts, root / "lab", network=loopback_network()) as running:
        yield running


@pytest.mark.parametrize(("seen_on", "passes"), [("bj-p1", 1), ("gz-pe1", 2), ("", 3)])
def test_labels_that_pass_no_p_router_are_looked_for_everywhere(
    seen_on: str,
    passes: int,
    routers: EmulatedRouters,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two PEs may be joined directly: their packets carry labels, and no P router sees them."""
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    packets = RoutedPackets(workspace)
    packets.take_part(monkeypatch)
    monkeypatch.setattr(label_watch, "_shows_labels", lambda *_: True)
    watched: list[set[str]] = []

    def capture(
        _nornir: object, _stage: str, task: object, names: Mapping[str, Any], _: object
    ) -> DeviceResults:
        if task is label_watch.start_watching:
            watched.append(set(names))
            return DeviceResults(dict.fromkeys(names, "capture"))
        return DeviceResults({name: ["label 18"] * (name == seen_on) for name in names})

    monkeypatch.setattr(label_watch, "run", capture)
    found = Verifier(workspace, Silent(), Verifying(2 if seen_on else 0)).verify()
    cores, everybody = {"bj-p1", "bj-p2"}, set(workspace.network.routers)
    assert watched == {1: [cores], 2: [cores, everybody], 3: [everybody]}[passes]
    assert found.exit is (Exit.DONE if seen_on else Exit.LEAK_OR_FAILED_VERIFICATION)


def test_where_no_platform_shows_labels_it_is_said(
    routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    RoutedPackets(workspace).take_part(monkeypatch)
    found = Verifier(workspace, Silent(), Verifying(0)).verify()
    everybody = tuple(workspace.network.routers)
    why = "no platform here can show them"
    assert found.not_possible == (NotPossible("labels", why, everybody),)
    assert (found.exit, found.labels.possible, found.labels.expected) == (Exit.DONE, False, True)
