"""A port of the inventory that a router does not have is named before anything is pushed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.plan import make_plan, plan_outcome
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Exit
from egovnet.templates.registry import render_day0
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import emulated_workspace

HAS = tuple(f"eth{number}" for number in range(10))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    devices = Workspace(BACKBONE).devices
    texts = {name: render_day0(device) for name, device in devices.items()}
    ports = {**dict.fromkeys(texts, HAS), "sh-pe1": HAS[:3]}
    with EmulatedRouters(texts, tmp_path / "lab", network=loopback_network(), ports=ports) as lab:
        made = emulated_workspace(lab, tmp_path, monkeypatch)
        yield Workspace(made.directory, Selection(limit=("sh-pe1",)))


def test_a_port_that_a_router_lacks_is_named_before_a_push(workspace: Workspace) -> None:
    plan = make_plan(workspace, Silent())
    assert not plan.devices
    why = plan.unreachable["sh-pe1"]
    assert why.startswith("the router has no eth3, eth4 -> correct the port in ")
    assert "egovnet lab up --reconfigure" in why
    assert plan_outcome(plan).exit is Exit.DEVICES_FAILED
    ended = apply(workspace.read_again(), Silent(), yes=True)
    assert (ended.exit, ended.result.result) == (Exit.DEVICES_FAILED, "refused")
    assert workspace.journal.changes() == []
