"""A router leaves the network: drained and emptied first, and nobody is forgotten on the way."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.errors import InventoryError
from egovnet.lab.emulated.faults import RefuseConnections
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.plan import make_plan, read_plan, write_plan
from egovnet.playbooks.change.words import Words
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection, UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.results.leaving import LeavingRouter
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verify.verifying import Verifying
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.console import Ran, egovnet
from tests.playbooks.emulated_workspace import applied_before, emulated_workspace
from tests.playbooks.undo_inventories import edit

PE, SITES = "gz-pe1", ("gov-guangdong", "court-guangzhou", "public-guangzhou")
#: One of the sites has its main access elsewhere.
_JOINED = ("gov-guangdong.site-network-accesses.backup", "court-guangzhou", "public-guangzhou")
NO_SITES = [{"file": "sites/guangdong.yaml", "at": at} for at in _JOINED]
EMPTIES = [*NO_SITES, {"file": "hosts.yaml", "at": f"{PE}.data.state", "value": "leaving"}]
CIRCUITS = [{"file": "circuits.yaml", "at": f"{PE}--{far}"} for far in ("gd-pe1", "bj-p2")]
GOES = [*CIRCUITS, {"file": "hosts.yaml", "at": PE}]


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    root = tmp_path_factory.mktemp("leaving")
    texts = Workspace(BACKBONE).intended()
    with EmulatedRouters(texts, root / "lab", network=loopback_network()) as routers:
        yield routers


@pytest.fixture
def root(routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An inventory that was applied to all routers."""
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", "5")
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    routers.reset(workspace.intended())
    applied_before(workspace)
    return workspace.directory


def command(root: Path, *words: str) -> Ran:
    env = {name: os.environ[name] for name in ("EGOVNET_CREDENTIALS",)}
    state = Path(os.environ["EGOVNET_STATE"])
    return egovnet(*words, "--inventory", root, state=state, env=env)


#: A circuit goes with it.
MEANT = Words(disruptive=True)


def applied(root: Path) -> Outcome[Any]:
    workspace = Workspace(root)
    quiet = dict.fromkeys(workspace.network.routers, "emulated")
    verifying = Verifying(10, packetless=quiet)
    return apply(workspace, Silent(), yes=True, words=MEANT, verifying=verifying)


def test_a_router_that_was_not_emptied_is_refused_with_its_sites(root: Path) -> None:
    edit(root, [*NO_SITES, *GOES])
    with pytest.raises(InventoryError) as caught:
        make_plan(Workspace(root), Silent())
    (problem,) = caught.value.problems
    assert (problem.file, problem.field) == (str(root / "hosts.yaml"), PE)
    assert all(site in problem.found for site in SITES)
    assert "state: leaving" in problem.remedy
    assert f"--gone {PE}" in problem.remedy
    for words in (("plan",), ("apply", "--yes"), ("adopt",)):
        ran = command(root, *words)
        assert ran.code == 2, ran
        assert f"{PE}: was applied" in ran.stderr
    assert len(Workspace(root).journal.changes()) == 1
    assert any(PE in note for note in drift(Workspace(root), Silent(), timeout=20).notes)


def test_it_is_emptied_by_a_plan_of_its_own_and_leaves(
    root: Path, routers: EmulatedRouters, tmp_path: Path
) -> None:
    edit(root, EMPTIES)
    plan = make_plan(Workspace(root), Silent())
    assert plan.leaving == (LeavingRouter(PE, "drained", SITES),)
    assert set(SITES) <= set(plan.affected.sites)
    shown = command(root, "plan").stdout
    assert shown.startswith(f"LEAVING: {PE}: is drained and emptied by this plan"), shown[:200]
    done = applied(root)
    assert done.data["result"] == "done", done.data
    text = routers.running([PE])[PE]
    assert " set-overload-bit\n" in text
    assert "vrf i-" not in text
    assert "vrf e-" not in text
    assert "router isis" in text  # it stays reachable for its neighbours until it is gone
    assert not make_plan(Workspace(root), Silent()).devices
    assert drift(Workspace(root), Silent(), timeout=20).differences == ()
    # and then it leaves
    edit(root, GOES)
    plan = make_plan(Workspace(root), Silent())
    assert plan.leaving == (LeavingRouter(PE, "emptied"),)
    file = tmp_path / "out.plan"
    write_plan(plan, file)
    assert replace(read_plan(file), summary=plan.summary) == plan  # which is for the eye
    assert command(root, "plan").stdout.startswith(f"LEAVING: {PE}: was emptied")
    done = applied(root)
    assert done.data["result"] == "done", done.data
    change = Workspace(root).journal.change(done.data["change"])
    assert f"{PE} emptied" in change.summary
    plan = make_plan(Workspace(root), Silent())
    assert (plan.devices, plan.leaving) == ({}, ())


def test_one_that_is_no_more_is_said_to_be(
    root: Path, routers: EmulatedRouters, tmp_path: Path
) -> None:
    routers.set_faults({PE: [RefuseConnections(count=0)]})
    edit(root, [*NO_SITES, *GOES])
    for names, told in ((("sh-pe1",), "sh-pe1"), ((PE, "nobody"), "nobody")):
        with pytest.raises(UsageError, match=f"--gone: {told}: no router that"):
            make_plan(Workspace(root), Silent(), words=Words(gone=names))
    plan = make_plan(Workspace(root), Silent(), words=Words(disruptive=True, gone=(PE,)))
    assert plan.leaving == (LeavingRouter(PE, "gone", SITES),)
    assert set(SITES) <= set(plan.affected.sites)
    file = tmp_path / "gone.plan"
    write_plan(plan, file)
    quiet = dict.fromkeys(routers.addresses, "emulated")
    done = apply(Workspace(root), Silent(), file, verifying=Verifying(10, packetless=quiet))
    assert done.data["result"] == "done", done.data
    assert make_plan(Workspace(root), Silent()).leaving == ()
    routers.set_faults({PE: []})


def test_a_plan_of_other_leavers_is_not_applied(root: Path, tmp_path: Path) -> None:
    edit(root, EMPTIES)
    assert applied(root).data["result"] == "done"
    edit(root, GOES)
    file = tmp_path / "out.plan"
    write_plan(make_plan(Workspace(root), Silent(), words=MEANT), file)
    back = [
        {"file": "hosts.yaml", "at": PE, "value": _host(PE)},
        *({"file": "circuits.yaml", "at": c["at"], "value": _circuit(c["at"])} for c in CIRCUITS),
    ]
    edit(root, back)
    with pytest.raises(UsageError, match="other routers are on their way out"):
        apply(Workspace(root), Silent(), file)


def _host(name: str) -> Mapping[str, Any]:
    return dict(yaml.safe_load((BACKBONE / "hosts.yaml").read_text(encoding="utf-8"))[name])


def _circuit(name: str) -> Mapping[str, Any]:
    return dict(yaml.safe_load((BACKBONE / "circuits.yaml").read_text(encoding="utf-8"))[name])


def test_a_router_that_had_no_part_in_its_emptying_is_not_empty(
    root: Path, routers: EmulatedRouters
) -> None:
    """`leaving` was applied with --limit, to others: the router itself runs on as it was."""
    core = "bj-p1"
    edit(root, [{"file": "hosts.yaml", "at": f"{core}.data.state", "value": "leaving"}])
    text = routers.running(["sh-pe1"])["sh-pe1"]
    routers.reset({"sh-pe1": text.replace("maximum-prefix 100", "maximum-prefix 99")})
    others = ",".join(name for name in routers.addresses if name != core)
    limited = Workspace(root, Selection((others,)))
    quiet = dict.fromkeys(routers.addresses, "emulated")
    done = apply(limited, Silent(), yes=True, verifying=Verifying(10, packetless=quiet))
    assert done.data["result"] == "done", done.data
    circuits = [name for name in limited.network.circuits if core in name]
    edit(root, [{"file": "circuits.yaml", "at": name} for name in circuits])
    edit(root, [{"file": "hosts.yaml", "at": core}])
    with pytest.raises(InventoryError, match=f"{core}: was applied"):
        make_plan(Workspace(root), Silent())
