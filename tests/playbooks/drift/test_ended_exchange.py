"""An exchange that has ended, and that nobody has taken away yet, is a leak to the drift job."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.source.sections import DAY_FILE
from egovnet.inventory.today import today
from egovnet.isolation.model.verdict import Verdict
from egovnet.playbooks.core.intended import applied_once
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.pending import Pending
from egovnet.playbooks.drift.separation import prove_read
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.records import DONE
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from tests.playbooks.console import copy_of_reference, edit

#: A day on which the exchanges of the reference are in force.
THEN = "2025-04-01"


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The reference, of whose exchanges the first ended yesterday."""
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    root = copy_of_reference(tmp_path / "network")
    yesterday = today() - timedelta(days=1)
    edit(root / "exchanges.yaml", "valid-until: 2049-03-31", f"valid-until: {yesterday}")
    return Workspace(root)


def given(workspace: Workspace, day: str) -> Mapping[str, Device]:
    """Have the journal know that the inventory was applied on a day; returns what was given."""
    assert workspace.intent is not None
    intent = Intent({**workspace.intent.files, DAY_FILE: f"{day}\n"})
    journal = workspace.journal
    change = journal.begin("apply", "plan", "as it was applied", {})
    intents = Intents(journal.engine)
    intents.attach(change, None, intents.keep(intent))
    journal.close(change, DONE)
    return applied_once(intent).devices


def proof(workspace: Workspace, running: Mapping[str, Device]) -> Verdict:
    pending = Pending(workspace)
    facts = {name: intended_facts(device) for name, device in running.items()}
    return prove_read(workspace.devices, facts, pending.expectation, pending.unknown)


def test_what_was_given_when_it_held_is_a_leak_now(ended: Workspace) -> None:
    verdict = proof(ended, given(ended, THEN))
    leaks = [f for f in verdict.findings if f.klass == "P9 undeclared-flow"]
    assert {f.device for f in leaks} == {"bj-fw1", "sh-fw1"}
    pairs = {frozenset((f.source.vpn, f.target.vpn)) for f in leaks if f.source and f.target}
    assert pairs == {frozenset(("party", "government"))}


def test_what_is_in_force_and_was_not_given_yet_is_none(ended: Workspace) -> None:
    """Routers that run what they were given before any exchange began."""
    assert proof(ended, given(ended, "2025-03-31")).proved
