"""A transaction over many emulated devices against one over one, and what the journal costs.

The devices answer after a round trip of 100 ms and take as long over a commit as was measured on
the lab's routers; what is measured is the controller, as wide as `apply` makes itself (`workers`).
The transaction is from the locks to the last confirmation; planning and the proof before it are
measured beside it (`seconds_of_planning`, `seconds_of_proof`). Verification is in neither: emulated
routers carry no packets.
"""

import time
from collections.abc import Collection, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
import yaml
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.model import Role
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.lab.emulated.spec import MEASURED, Durations
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.change.proof_gate import gate
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.results.verification import HealthReport
from tests.chaos.runs import Health
from tests.generated import nation, write
from tests.loopback import loopback_network

MANY = 200
FEW = 5
LATENCY = 0.1


class Forgetful(Journal):
    """A journal that writes nothing after a change is open: what journaling is measured against."""

    def step(self, change: int, stage: str, device: str, phase: str, detail: Any = "") -> None:  # noqa: ANN401 -- as the journal's own
        """Forget it."""

    def steps_begin(self, change: int, stage: str, devices: Collection[str]) -> None:
        """Forget them."""

    def decide(self, change: int, direction: str, why: str, devices: Collection[str]) -> None:
        """Forget it."""


@pytest.fixture(scope="module")
def field(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[EmulatedRouters, Workspace]]:
    """A nation's edge, emulated, and a controller's workspace over it."""
    root = tmp_path_factory.mktemp("many")
    # a plain test run asks only whether it works
    measured = bool(request.config.getoption("benchmark_enable"))
    edges = MANY if measured else FEW
    write(nation(edges, 2), root / "inventory")
    hosts = yaml.safe_load((root / "inventory/hosts.yaml").read_text(encoding="utf-8"))
    network = loopback_network()
    first = ip_network(network)[11]
    for number, host in enumerate(hosts.values()):
        host["hostname"], host["port"] = str(first + number), 2222
    (root / "inventory/hosts.yaml").write_text(
        yaml.safe_dump(hosts, sort_keys=False), encoding="utf-8"
    )
    workspace = Workspace(root / "inventory")
    patch = pytest.MonkeyPatch()
    patch.setenv("EGOVNET_STATE", str(root / "state"))
    patch.setenv("EGOVNET_CREDENTIALS", str(root / "lab/credentials.yaml"))
    texts = workspace.intended()
    ports = dict.fromkeys(texts, tuple(f"eth{n}" for n in range(100)))
    lab = EmulatedRouters(
        texts,
        root / "lab",
        network=network,
        ports=ports,
        latency=LATENCY if measured else 0.0,
        durations=MEASURED if measured else Durations(),
    )
    with lab:
        yield lab, workspace
    patch.undo()


def _plan(lab: EmulatedRouters, workspace: Workspace, names: Collection[str]) -> Plan:
    """One static route more on each; texts as the routers print them, as rendered ones are."""
    old = workspace.intended(names)
    lab.reset({name: f"{text}ip route 10.77.0.0/16 Null0\n" for name, text in old.items()})
    new = lab.running(names)
    lab.reset(old)
    plan = make_plan(workspace, Silent(), intended=new)
    assert plan.devices.keys() == set(names), plan.unreachable
    return plan


def _seconds(lab: EmulatedRouters, workspace: Workspace, plan: Plan) -> float:
    """One transaction, connecting included; planning and verifying are not."""
    lab.reset({name: entry.before for name, entry in plan.devices.items()})
    waves = (Wave("all", tuple(plan.devices)),)
    begun = time.perf_counter()
    outcome = Transaction(
        workspace, plan, lambda _: HealthReport(), Silent(), waves, Health(), Options()
    ).run()
    took = time.perf_counter() - begun
    assert outcome.data["result"] == "done", outcome.data["failures"]
    return took


def test_many_devices_take_hardly_longer_than_one(
    field: tuple[EmulatedRouters, Workspace], benchmark: BenchmarkFixture
) -> None:
    lab, workspace = field
    names = workspace.network.with_role(Role.PE)
    one, many = _plan(lab, workspace, names[:1]), _plan(lab, workspace, names)
    lab.reset({name: entry.before for name, entry in many.devices.items()})
    texts = {name: entry.intended for name, entry in many.devices.items()}
    begun = time.perf_counter()
    again = make_plan(workspace, Silent(), intended=texts)
    planned = time.perf_counter()
    proof = gate(workspace, Silent(), again)
    benchmark.extra_info["seconds_of_planning"] = round(planned - begun, 2)
    benchmark.extra_info["seconds_of_proof"] = round(time.perf_counter() - planned, 2)
    assert again.devices.keys() == many.devices.keys()
    assert proof.after.checked.devices == len(workspace.network.routers)
    baseline = min(_seconds(lab, workspace, one) for _ in range(1 if benchmark.disabled else 3))
    took = benchmark.pedantic(_seconds, (lab, workspace, many), rounds=1)
    benchmark.extra_info["devices"] = len(names)
    benchmark.extra_info["workers"] = workspace.width(len(names))
    benchmark.extra_info["seconds_of_one"] = round(baseline, 2)
    benchmark.extra_info["seconds_of_all"] = round(took, 2)
    benchmark.extra_info["ratio_to_one"] = round(took / baseline, 2)


def test_what_the_journal_adds(
    field: tuple[EmulatedRouters, Workspace], benchmark: BenchmarkFixture
) -> None:
    lab, workspace = field
    names = workspace.network.with_role(Role.PE)
    plan = _plan(lab, workspace, names[:50])
    rounds = 3 if not benchmark.disabled else 1
    forgetful = Workspace(workspace.directory, workers=workspace.workers)
    vars(forgetful._state)["journal"] = Forgetful(workspace.state / "forgetful", "nation")
    without = min(_seconds(lab, forgetful, plan) for _ in range(rounds))
    benchmark.pedantic(_seconds, (lab, workspace, plan), rounds=rounds)
    if not benchmark.disabled:
        benchmark.extra_info["added"] = round(benchmark.stats.stats.min / without - 1, 3)
