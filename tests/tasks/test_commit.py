"""`commit` on an emulated router: prepared in another session, or begun by a worker that died."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from nornir.core.task import MultiResult, Task

from egovnet.lab.emulated import faults
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.lab.emulated.spec import Durations
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.commit import TAKEN_UP, commit
from egovnet.tasks.device import Deadline
from egovnet.tasks.dry_run import dry_run
from tests.chaos.emulated_field import DURATIONS, start
from tests.loopback import loopback_network
from tests.tasks.runners.celery.provinces import set_environment, until

NAME = "gz-pe1"
ID = "egovnet-chaos-1"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    root = tmp_path_factory.mktemp("c")
    with start(root, loopback_network()) as routers:
        yield routers


@pytest.fixture
def old(lab: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The router's first text, which it runs again."""
    credentials = str(lab.directory / "credentials.yaml")
    set_environment(
        monkeypatch, {"EGOVNET_CREDENTIALS": credentials, "EGOVNET_STATE": str(tmp_path)}
    )
    first = Workspace(lab.directory.parent / "old").intended([NAME])
    lab.set_durations(DURATIONS)
    lab.reset(first)
    yield lab.running([NAME])[NAME]
    lab.reset(first)


@pytest.fixture
def workspace(lab: EmulatedRouters) -> Workspace:
    return Workspace(lab.directory.parent / "new")


def run(
    workspace: Workspace,
    task: Any,  # noqa: ANN401 -- a task
    *,
    taken_up: bool = False,
    **arguments: Any,  # noqa: ANN401 -- and its arguments
) -> MultiResult:
    """The task on the router, in a session of its own."""
    nornir = open_nornir(workspace, [NAME])
    nornir.inventory.hosts[NAME].data[TAKEN_UP] = taken_up
    try:
        return nornir.run(task, **arguments)[NAME]
    finally:
        nornir.close_connections(on_good=True, on_failed=True)


def arguments(workspace: Workspace, seconds: float = 60) -> dict[str, Any]:
    """What `commit` is given for the router."""
    text = workspace.intended([NAME])[NAME]
    deadline = Deadline(time.monotonic() + seconds)
    return {"change_id": ID, "deadline": deadline, "message": "m", "intended": text}


def begin(lab: EmulatedRouters, workspace: Workspace, seconds: float = 60) -> None:
    """A controller that dies when the router has applied its commit, before it accepts."""
    lab.set_faults({NAME: [faults.DropSession(verb="accept", when="before")]})
    assert run(workspace, commit, **arguments(workspace, seconds)).failed
    assert lab.snapshots([NAME])[NAME].commits == {ID: "applied"}


def test_prepared_in_another_session(lab: EmulatedRouters, old: str, workspace: Workspace) -> None:
    text = workspace.intended([NAME])[NAME]
    assert not run(workspace, dry_run, intended=text, keep=True).failed
    assert lab.running([NAME])[NAME] == old
    assert not run(workspace, commit, **arguments(workspace)).failed
    assert lab.snapshots([NAME])[NAME].commits == {ID: "pending"}
    assert lab.counts([NAME])[NAME]["check"] == 2


def test_what_runs_already_is_not_checked_again(
    lab: EmulatedRouters, old: str, workspace: Workspace
) -> None:
    text = workspace.intended([NAME])[NAME]
    asked = {
        provisioned: run(workspace, dry_run, intended=text, provisioned=provisioned)
        for provisioned in (False, True)
    }
    assert asked[True][0].result == asked[False][0].result
    assert asked[True][0].result.diff
    assert lab.counts([NAME])[NAME]["check"] == 2
    same = run(workspace, dry_run, intended=old, provisioned=True)[0].result
    assert same == run(workspace, dry_run, intended=old)[0].result
    assert not same.diff
    assert lab.counts([NAME])[NAME]["check"] == 3


def test_prepared_in_this_session_is_not_loaded_again(
    lab: EmulatedRouters, old: str, workspace: Workspace
) -> None:
    def both(task: Task) -> None:
        dry_run(task, arguments(workspace)["intended"], keep=True)
        commit(task, **arguments(workspace))

    assert not run(workspace, both).failed
    counts = lab.counts([NAME])[NAME]
    assert (counts["check"], counts["begun"], counts.get("state", 0)) == (1, 1, 0)
    assert lab.running([NAME])[NAME] != old


def test_nothing_had_begun(lab: EmulatedRouters, old: str, workspace: Workspace) -> None:
    assert not run(workspace, commit, taken_up=True, **arguments(workspace)).failed
    assert lab.counts([NAME])[NAME]["begun"] == 1
    assert lab.running([NAME])[NAME] != old


def test_its_worker_died_before_it_could_tell(
    lab: EmulatedRouters, old: str, workspace: Workspace
) -> None:
    assert not run(workspace, commit, **arguments(workspace)).failed
    after = lab.running([NAME])[NAME]
    assert not run(workspace, commit, taken_up=True, **arguments(workspace)).failed
    assert lab.counts([NAME])[NAME]["begun"] == 1
    assert lab.running([NAME])[NAME] == after != old


def test_applied_is_read_back_and_accepted(
    lab: EmulatedRouters, old: str, workspace: Workspace
) -> None:
    begin(lab, workspace)
    assert not run(workspace, commit, taken_up=True, **arguments(workspace)).failed
    assert lab.snapshots([NAME])[NAME].commits == {ID: "pending"}
    assert lab.counts([NAME])[NAME]["begun"] == 1
    assert lab.running([NAME])[NAME] != old


def test_applied_and_not_what_was_meant_goes_back(
    lab: EmulatedRouters, old: str, workspace: Workspace
) -> None:
    begin(lab, workspace)
    lab.control.do("configure", name=NAME, lines=["ip route 10.77.0.0/16 Null0"])
    result = run(workspace, commit, taken_up=True, **arguments(workspace))
    assert "CommitUndone" in type(result[0].exception).__name__
    assert "left behind half made and is taken back" in str(result[0].exception)
    assert lab.snapshots([NAME])[NAME].commits == {ID: "undone"}
    assert lab.running([NAME])[NAME] == old


def test_undone_meanwhile_is_not_pushed_again(
    lab: EmulatedRouters, old: str, workspace: Workspace
) -> None:
    begin(lab, workspace, seconds=1)
    until(lambda: lab.snapshots([NAME])[NAME].commits == {ID: "undone"})
    result = run(workspace, commit, taken_up=True, **arguments(workspace))
    assert f"the worker that made commit {ID} died, and the commit is undone" in str(
        result[0].exception
    )
    assert lab.counts([NAME])[NAME]["begun"] == 1
    assert lab.running([NAME])[NAME] == old


def test_a_commit_that_begins_after_we_looked(
    lab: EmulatedRouters, old: str, workspace: Workspace
) -> None:
    """Our own is refused, as the router knows the id, and the other is carried on."""
    lab.set_durations(Durations(linux=0.03, provide=2.0))
    lab.set_faults({NAME: [faults.Slow(verb="commit", seconds=2.0, nth=2)]})

    def late(task: Task) -> None:
        """The other's commit comes while ours is on its way."""
        commit(task, **arguments(workspace))

    with ThreadPoolExecutor() as pool:
        other = pool.submit(run, workspace, late)
        deadline = time.monotonic() + 20
        while not lab.counts([NAME])[NAME].get("check"):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        ours = run(workspace, commit, taken_up=True, **arguments(workspace))
        assert not other.result().failed
    assert not ours.failed, ours[0].exception
    assert lab.counts([NAME])[NAME]["begun"] == 1
    assert lab.snapshots([NAME])[NAME].commits == {ID: "pending"}
    assert lab.running([NAME])[NAME] != old
