"""How well apply works in parallel, on the lab's two emulated processors.

Run by `make bench` (this file's name keeps it out of the default run). Each PE gets one new VRF,
Linux and FRR part: first one PE after the other, then all at once. The ratio of the two is in
`extra_info`; the baseline is the sum of the single times of the same run.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.model import Role
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import HealthReport
from egovnet.templates.model.device import Vrf
from egovnet.templates.registry import render
from tests.chaos.runs import Health
from tests.playbooks.conftest import Workplace

pytestmark = pytest.mark.lab
pytest_plugins = ["tests.playbooks.conftest"]


@pytest.fixture
def workspace(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("EGOVNET_STATE", str(Path(workplace.environment["EGOVNET_STATE"])))
    up = workplace.run("lab", "up", "--provisioned", "--json")
    assert up.exit == 0, up.err
    yield Workspace(workplace.inventory("base"))
    workplace.run("lab", "down")


def _seconds(workspace: Workspace, texts: dict[str, str]) -> float:
    """Prepare, commit and confirm `texts`; planning and verifying are not counted."""
    plan = make_plan(workspace, Silent(), intended=texts)
    assert plan.devices.keys() == texts.keys(), plan.unreachable
    begun = time.perf_counter()
    outcome = Transaction(
        workspace, plan, lambda _: HealthReport(), Silent(), plan.waves_or_one(), Health()
    ).run()
    assert outcome.data["result"] == "done", outcome.data
    return time.perf_counter() - begun


def test_all_edges_against_one_by_one(workspace: Workspace, benchmark: BenchmarkFixture) -> None:
    edges = workspace.network.with_role(Role.PE)
    plain = workspace.intended(edges)
    changed = {}
    for name in edges:
        device = workspace.devices[name]
        vrf = Vrf(
            name="i-bench",
            table=4999,
            rd=f"{device.router_id}:4999",
            import_targets=("65000:1999",),
            export_targets=("65000:1999",),
        )
        changed[name] = render(replace(device, vrfs=(*device.vrfs, vrf)))
    single = {name: _seconds(workspace, {name: changed[name]}) for name in edges}
    _seconds(workspace, plain)
    together = benchmark.pedantic(_seconds, args=(workspace, changed), rounds=1, iterations=1)
    benchmark.extra_info["single_seconds"] = single
    benchmark.extra_info["together_seconds"] = together
    benchmark.extra_info["together_to_sum"] = together / sum(single.values())
