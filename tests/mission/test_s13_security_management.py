"""S13: who changed what, when, approved by whom; shown to an auditor who has no egovnet.

A day of the agency on emulated routers: two changes that three persons stand behind each, and a
drift run; then the bundle, and a thief.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.signatures.ssh_signature import fingerprint_of
from tests.auditor import audited, unpacked
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.archive.stolen_journal import chain_anew, cut_off, put, rows
from tests.playbooks.console import Ran, egovnet
from tests.playbooks.emulated_workspace import applied_before, emulated_workspace
from tests.policies import Office, party_site, people

__all__ = ["people"]


@dataclass
class Day(Office):
    """The office, on emulated routers."""

    credentials: str = ""

    def by(self, person: str | None, *words: str | Path) -> Ran:
        key = () if person is None else ("--key", self.keys / person)
        env = {"EGOVNET_CREDENTIALS": self.credentials}
        return egovnet(*words, *key, "--inventory", self.root, state=self.state, env=env)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, people: Path) -> Iterator[Day]:
    """The day, as it was."""
    root = tmp_path_factory.mktemp("day")
    texts = Workspace(BACKBONE).intended()
    with (
        pytest.MonkeyPatch.context() as patch,
        EmulatedRouters(texts, root / "lab", network=loopback_network()) as routers,
    ):
        workspace = emulated_workspace(routers, root, patch)
        applied_before(workspace)
        credentials = str(routers.directory / "credentials.yaml")
        day = Day(workspace.directory, people, root / "state", credentials=credentials)
        day.govern()
        foshan = party_site("guangdong", "gd-pe1", 14, "eth4")
        day.edit("sites/guangdong.yaml", party_foshan=foshan)
        plan = day.plan("li")
        assert day.by("noc", "apply", plan).code == 2  # nobody approved it
        day.approved("wang", plan)
        done = day.by("noc", "apply", plan, "--ticket", "NET-7")
        assert done.code == 0, done.stdout + done.stderr
        day.edit("sites/guangdong.yaml", party_foshan=None)
        undo = day.plan("li")
        day.approved("wang", undo)
        undone = day.by("noc", "apply", undo)
        assert undone.code == 0, undone.stdout + undone.stderr
        night = day.by(None, "drift", "--json")
        assert night.code in (0, 3), night.stdout + night.stderr
        yield day


@pytest.fixture
def workspace(day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A thief's copy of the state, with the controller's list of keys and its archive."""
    shutil.copytree(day.state, tmp_path / "state")
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    return Workspace(day.root)


def checked(workspace: Workspace) -> list[str]:
    ran = egovnet(
        "history",
        "--check",
        "--json",
        "--inventory",
        workspace.directory,
        state=workspace.state.parent,
    )  # fmt: skip -- a call of one thought
    assert ran.code == (4 if ran.json["faults"] else 0)
    return list(ran.json["faults"])


def test_the_auditor_sees_who_did_what(day: Day, tmp_path: Path) -> None:
    made = day.by(None, "evidence", "-o", tmp_path / "bundle.tar", "--json")
    assert made.code == 0, made.stderr
    assert (made.json["changes"], made.json["statements"], made.json["drift_runs"]) == (3, 6, 1)
    bundle = unpacked(tmp_path / "bundle.tar", tmp_path)
    done = audited(bundle, "--report")
    assert done.returncode == 0, done.stdout + done.stderr
    report = done.stdout
    assert "change 2: apply, done" in report and "ticket NET-7" in report
    assert "change 3: apply, done" in report
    for role, person in (("author", "li"), ("approver", "wang"), ("applier", "noc")):
        line = f"  {role:8} {person} at "
        assert report.count(line) == 2
        assert fingerprint_of(day.keys / person) in report
    assert report.count("  proof    proved: ") == 2
    assert "DRIFT RUNS (1)" in report and "0 not signed" in report
    diff = (bundle / "diffs" / "0002" / "gd-pe1.diff").read_text()
    assert "party-foshan" in diff

    content = (bundle / "steps.jsonl").read_bytes()
    (bundle / "steps.jsonl").write_bytes(content.replace(b"wang", b"wanG", 1))
    refused = audited(bundle)
    assert refused.returncode == 1
    assert "DOES NOT HOLD" in refused.stdout


def test_the_day_holds(workspace: Workspace) -> None:
    assert checked(workspace) == []


def test_the_last_changes_are_taken_away(workspace: Workspace) -> None:
    cut_off(workspace, 2)
    assert checked(workspace)[0] == "change 2 is in the archive and gone from the journal"


def approval(workspace: Workspace, change: int, role: str = "approver") -> dict[str, object]:
    return next(
        row
        for row in rows(workspace, "steps")
        if (row["change_id"], row["stage"], row["phase"]) == (change, "approval", role)
    )


def test_two_approvals_are_swapped(workspace: Workspace) -> None:
    """And everything is chained anew."""
    one, two = approval(workspace, 2), approval(workspace, 3)
    put(workspace, "steps", int(str(one["_row"])), {"detail": two["detail"]})
    put(workspace, "steps", int(str(two["_row"])), {"detail": one["detail"]})
    chain_anew(workspace)
    found = checked(workspace)
    for number in (2, 3):
        assert any(f"change {number}: the approval by wang is of another plan" in f for f in found)
    assert found[0].startswith("change 2")


def test_an_approval_is_replayed_on_another_plan(workspace: Workspace) -> None:
    """The words say the other plan; the signature does not."""
    one, two = approval(workspace, 2), approval(workspace, 3)
    plans = [row["plan_hash"] for row in rows(workspace, "changes")]
    detail = json.loads(str(one["detail"]))
    detail["statement"] = detail["statement"].replace(plans[1], plans[2])
    put(workspace, "steps", int(str(two["_row"])), {"detail": json.dumps(detail, sort_keys=True)})
    chain_anew(workspace)
    found = checked(workspace)
    words = "change 3: the approval by wang does not hold: the signature of SHA256:"
    assert any(words in fault for fault in found), found


def test_the_same_signed_anew_by_a_thief(workspace: Workspace) -> None:
    """He also takes away what the controller signed: the archive has it, and the list of keys."""
    with sqlite3.connect(workspace.state / "journal.db") as raw:
        raw.execute("DELETE FROM signatures WHERE kind = 'change' AND number = 3")
    put(workspace, "changes", 3, {"author": "nobody"})
    found = checked(workspace)
    assert found[0] == "change 3 has no signature: none was made, or it was taken away"
    assert found[1] == "change 3: its author is not what was written"
