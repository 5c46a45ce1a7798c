"""The proof before a push: what is not proved is refused, and who overrides it is remembered."""

import json
from pathlib import Path
from typing import Any

import pytest

from egovnet.isolation.model.finding_class import Severity
from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.plan import DevicePlan, Plan, plan_outcome
from egovnet.playbooks.change.proof_gate import Override, gate, override_from
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.tasks.dry_run import text_hash
from egovnet.templates.registry import render_day0
from tests.inventories import BACKBONE
from tests.playbooks.console import copy_of_backbone, egovnet
from tests.playbooks.undo_inventories import edit as edit_inventory

_PARTY, _GOVERNMENT, _PUBLIC = "65000:1006", "65000:1005", "65000:2001"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    monkeypatch.setenv("EGOVNET_USERNAME", "nobody")
    monkeypatch.setenv("EGOVNET_PASSWORD", "made-up")
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", "1")
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    return Workspace(BACKBONE)


def plan(before: dict[str, str], after: dict[str, str]) -> Plan:
    """A push of `after` over `before`, of the devices where they differ."""
    entries = {
        name: DevicePlan(text_hash(before[name]), before[name], after[name], "- old\n+ new")
        for name in after
        if before[name] != after[name]
    }
    affected = Affected(("party",))
    return Plan("reference", "2026-01-01T00:00:00+00:00", "li wei", entries, affected=affected)


def leaking(workspace: Workspace) -> Plan:
    texts = workspace.intended()
    text = texts["sh-pe1"]
    return plan(texts, {"sh-pe1": text.replace(f"both {_PUBLIC}", f"both {_PUBLIC} {_PARTY}")})


def test_the_first_provisioning_is_proved_at_every_moment(workspace: Workspace) -> None:
    day0 = {name: render_day0(device) for name, device in workspace.devices.items()}
    proof = gate(workspace, Silent(), plan(day0, workspace.intended()))
    assert proof.proved, proof.findings
    data = proof.result().to_dict()
    assert data["properties"][-1] == "P11"
    # every router is in the plan, so nothing is assumed of others
    assert not any("not read" in sentence for sentence in data["assumptions"])
    assert "order of a push" in {one["id"] for one in data["assumed"]}


def test_a_leak_at_the_end_is_refused_with_its_path_and_nothing_is_touched(
    workspace: Workspace,
) -> None:
    refused = apply_plan(workspace, Silent(), leaking(workspace))
    assert refused.exit is Exit.LEAK_OR_FAILED_VERIFICATION
    assert (refused.data["result"], refused.data["failed_stage"]) == ("refused", "proof")
    finding = refused.data["proof"]["findings"][0]
    assert finding["severity"] == "leak"
    hops = [(hop["device"], hop["vrf"]) for hop in finding["path"]]
    assert ("sh-pe1", "e-public") in hops
    assert any(vrf == "i-party" for _, vrf in hops)
    assert any("not read" in sentence for sentence in refused.data["proof"]["assumptions"])
    assert workspace.journal.changes() == []
    shown = plan_outcome(leaking(workspace), refused.result.proof)
    assert shown.exit is Exit.LEAK_OR_FAILED_VERIFICATION


def test_a_leak_only_on_the_way_is_refused_too(workspace: Workspace) -> None:
    """Two VPNs change targets on every PE: apart before, apart after, and joined in between."""
    texts = workspace.intended()

    def exchanged(text: str) -> str:
        swap = text.replace(_PARTY, "swap").replace(_GOVERNMENT, _PARTY)
        return swap.replace("swap", _GOVERNMENT)

    proof = gate(workspace, Silent(), plan(texts, {n: exchanged(t) for n, t in texts.items()}))
    assert proof.after.proved
    assert not proof.proved
    assert "on the way there" in proof.result().to_dict()["reason"]
    assert {f.severity for f in proof.findings} == {Severity.LEAK}
    assert any("party" in f.message and "government" in f.message for f in proof.findings)


def test_mending_a_leak_is_not_refused_for_the_leak(workspace: Workspace) -> None:
    good = workspace.intended()
    bad = {name: entry.intended for name, entry in leaking(workspace).devices.items()}
    proof = gate(workspace, Silent(), plan(good | bad, {"sh-pe1": good["sh-pe1"]}))
    assert proof.proved, proof.findings


def test_who_overrides_the_proof_stands_in_the_journal(workspace: Workspace) -> None:
    who = Override("li wei", "migration weekend, ticket 4711")
    outcome = apply_plan(
        workspace, Silent(), leaking(workspace), verifying=Verifying(converge=0), override=who
    )
    # No router is there: it is taken back. That somebody answered for it is remembered.
    assert outcome.data["result"] in {"undone", "failed"}
    step = next(s for s in workspace.journal.steps(outcome.data["change"]) if s.stage == "proof")
    assert step.phase == "overridden"
    told: dict[str, Any] = json.loads(step.detail)
    assert (told["unproved_by"], told["because"]) == ("li wei", "migration weekend, ticket 4711")
    assert told["findings"][0]["severity"] == "leak"


@pytest.mark.parametrize(
    ("name", "reason"), [("li wei", None), (None, "because"), ("", "because"), ("li wei", " ")]
)
def test_an_override_has_a_name_and_a_reason(name: str | None, reason: str | None) -> None:
    with pytest.raises(UsageError, match="go together"):
        override_from(name, reason)


def test_no_override_is_none() -> None:
    assert override_from(None, None) is None


def test_the_command_asks_for_both(tmp_path: Path) -> None:
    ran = egovnet("apply", "--yes", "--unproved-by", "li wei", state=tmp_path)
    assert ran.code == 2
    assert "--unproved-by and --reason go together" in ran.stderr


def without_site(workspace: Workspace, tmp_path: Path, site: str) -> Workspace:
    """The workspace's inventory, its numbers among it, less one site."""
    root = copy_of_backbone(tmp_path / "less")
    edit_inventory(root, [{"file": "sites/beijing.yaml", "at": site}])
    return Workspace(root)


def test_a_site_that_goes_is_proved_where_no_journal_knows_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    now, less = workspace.intended(), without_site(workspace, tmp_path, "party-beijing")
    proof = gate(less, Silent(), plan(now, less.intended()))
    assert proof.proved, proof.findings
    assert workspace.journal.changes() == []


def test_a_neighbour_that_nobody_knows_and_that_stays_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The site's access goes, and a hand-made session stays in another VRF of the router."""
    now, less = workspace.intended(), without_site(workspace, tmp_path, "party-beijing")
    stranger = ("neighbor 10.200.0.14 ", "neighbor 192.0.2.77 ")
    for texts in (now, wanted := less.intended()):
        assert stranger[0] in texts["bj-pe1"]
        texts["bj-pe1"] = texts["bj-pe1"].replace(*stranger)
    proof = gate(less, Silent(), plan(now, wanted))
    assert not proof.proved
    assert {(f.klass, f.device) for f in proof.findings} == {("P5 unknown-neighbor", "bj-pe1")}
    # what the plan takes away does not hold it up
    assert gate(less, Silent(), plan(now, less.intended())).proved
