"""A plan file is what was reviewed, and keys by hand live through a change and its rollback."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.plan import make_plan, read_plan, write_plan
from egovnet.playbooks.change.plan_form import with_checksum
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection, UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.rollback.rollback import rollback
from tests.playbooks.console import copy_of_backbone
from tests.playbooks.memory_routers import MemoryRouters
from tests.playbooks.undo_inventories import edit

ADDED = {
    "region": "shanghai",
    "vpn": "party",
    "prefixes": ["10.1.13.0/24"],
    "site-network-accesses": {"main": {"pe": "sh-pe1", "port": "eth3", "routing-protocol": "bgp"}},
}
KEY = "Hunter2-xyzzy"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    return copy_of_backbone(tmp_path / "network")


@pytest.fixture
def routers(root: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryRouters:
    """The reference network, applied as change 1, with a site that is planned."""
    found = MemoryRouters(trusting=True)
    found.take_part(monkeypatch)
    found.boot(Workspace(root))
    assert apply(Workspace(root), Silent(), yes=True).exit is Exit.DONE
    edit(root, [{"file": "sites/shanghai.yaml", "at": "party-shanghai", "value": ADDED}])
    return found


@pytest.fixture
def plan_file(root: Path, routers: MemoryRouters, tmp_path: Path) -> Path:
    path = tmp_path / "some.plan"
    write_plan(make_plan(Workspace(root), Silent()), path)
    return path


def hashed_anew(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The plan file after somebody's edit, with the hash that such a plan has."""
    plan = read_plan(path)
    device = dataclasses.asdict(plan.devices["sh-pe1"])
    change(device)
    devices = {"sh-pe1": dataclasses.replace(plan.devices["sh-pe1"], **device)}
    altered = dataclasses.replace(plan, devices=plan.devices | devices)
    body = json.loads(path.read_text())
    body["devices"]["sh-pe1"], body["hash"] = device, altered.hash
    path.write_text(json.dumps(with_checksum(body)))
    assert read_plan(path).hash == altered.hash


EDITS: dict[str, Callable[[dict[str, Any]], None]] = {
    "a shorter diff": lambda device: device.update(diff=device["diff"][: len(device["diff"]) // 2]),
    "another diff": lambda device: device.update(diff="+ description nothing to see"),
    "a remark in the diff": lambda device: device.update(diff=f"all is well\n{device['diff']}"),
    "another text": lambda device: device.update(
        intended=device["intended"].replace("10.1.13.0/24", "10.66.0.0/16")
    ),
    "a text more": lambda device: device.update(
        intended=device["intended"] + "ip route 10.66.0.0/16 Null0\n"
    ),
}


@pytest.mark.parametrize("how", EDITS)
def test_a_diff_that_is_not_its_texts_is_refused(
    how: str, root: Path, routers: MemoryRouters, plan_file: Path
) -> None:
    hashed_anew(plan_file, EDITS[how])
    before, changes = dict(routers.running), Workspace(root).journal.changes()
    with pytest.raises(UsageError, match=r"was altered after .*its diff of sh-pe1 is not"):
        apply(Workspace(root), Silent(), plan_file)
    assert dict(routers.running) == before
    assert Workspace(root).journal.changes() == changes


def test_a_plan_as_it_was_written_is_applied(
    root: Path, routers: MemoryRouters, plan_file: Path
) -> None:
    lock = (root / "plan.lock.yaml").read_text()
    assert apply(Workspace(root), Silent(), plan_file).exit is Exit.DONE
    assert (root / "plan.lock.yaml").read_text() != lock, "apply keeps the plan's numbers"
    assert not make_plan(Workspace(root), Silent()).devices


def test_a_device_that_moved_is_the_transactions_to_report(
    root: Path, routers: MemoryRouters, plan_file: Path
) -> None:
    routers.running["sh-pe1"] += "ip route 10.66.0.0/16 Null0\n"
    outcome = apply(Workspace(root), Silent(), plan_file)
    assert outcome.exit is Exit.DEVICES_FAILED


def with_key(text: str) -> str:
    line = next(line for line in text.splitlines() if " remote-as 65000" in line)
    neighbor = line.split()[1]
    return text.replace(line, f"{line}\n neighbor {neighbor} password {KEY}", 1)


def test_a_key_by_hand_lives_through_a_change_and_its_rollback(
    root: Path, routers: MemoryRouters
) -> None:
    for name in ("sh-pe1", "bj-pe1"):
        routers.running[name] = with_key(routers.running[name])
    plan = make_plan(Workspace(root), Silent())
    assert set(plan.devices) == {"sh-pe1"}
    assert "bj-pe1" in plan.unchanged
    assert set(plan.keys_kept) == {"sh-pe1", "bj-pe1"}
    assert KEY not in str(plan.result())
    done = apply(Workspace(root), Silent(), yes=True)
    assert done.exit is Exit.DONE, done
    assert all(routers.running[name].count(KEY) == 1 for name in ("sh-pe1", "bj-pe1"))
    journal = Workspace(root).journal
    change = journal.changes()[-1]
    attached = Intents(journal.engine).of(change.id)
    assert attached is not None
    assert attached.after is not None, "the change is still of the inventory"
    assert not make_plan(Workspace(root), Silent()).devices
    undone = rollback(Workspace(root), Silent(), change.id, yes=True)
    assert undone.exit is Exit.DONE, undone
    assert routers.running["sh-pe1"].count(KEY) == 1
    assert "10.1.13.0/24" not in routers.running["sh-pe1"]


def test_a_plan_of_some_routers_keeps_its_numbers_too(root: Path, routers: MemoryRouters) -> None:
    workspace = Workspace(root, Selection(("sh-*",)))
    assert apply(workspace, Silent(), yes=True).exit is Exit.DONE
    assert not make_plan(Workspace(root), Silent()).devices
