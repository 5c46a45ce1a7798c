"""A site's way from planned to in service, each step a change that the journal has."""

import json
from pathlib import Path

import pytest

from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.plan import make_plan, read_plan, write_plan
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.rollback.rollback import rollback
from tests.playbooks.verify.conftest import SITE, Place

PLANNED, WAITING, IN_SERVICE = "planned", "waiting-for-customer", "in-service"
LABEL = f"{SITE}/main"


def verified(place: Place, change: int) -> dict[str, object]:
    """What the verification of a change saw, by the journal."""
    steps = place.workspace.journal.steps(change, "verify")
    return json.loads(steps[-1].detail)


def state(place: Place, word: str) -> Workspace:
    return place.edit("shanghai.yaml", party_shanghai={"state": word})


def test_a_planned_site_is_on_no_router(place: Place) -> None:
    outcome = apply(place.new_site(state=PLANNED, leave=False), Silent(), yes=True)
    assert outcome.data["result"] == "nothing to do"
    assert place.workspace.journal.changes() == []
    assert SITE not in json.dumps([flow.target for flow in place.packets.sent])
    assert place.verify().exit == 0


def test_each_step_is_a_change_of_its_own(place: Place) -> None:
    apply(place.new_site(state=PLANNED, leave=False), Silent(), yes=True)
    waiting = state(place, WAITING)
    place.leaves(waiting, SITE, "main")
    outcome = place.apply(waiting)
    assert (outcome.exit, outcome.data["result"]) == (0, "done"), outcome.data
    first = verified(place, outcome.data["change"])
    assert LABEL in first["provisioned"]
    assert LABEL not in first["answered"]

    place.comes(SITE)
    ready = state(place, IN_SERVICE)
    plan = make_plan(ready, Silent())
    assert not plan.devices
    assert [move.words for move in plan.moves] == [f"{LABEL}: {WAITING} -> {IN_SERVICE}"]
    assert apply(ready, Silent()).exit == 3  # shown only
    outcome = place.apply(ready)
    assert (outcome.exit, outcome.data["result"], outcome.data["devices"]) == (0, "done", [])
    assert LABEL in verified(place, outcome.data["change"])["answered"]
    again = place.apply(Workspace(place.workspace.directory))
    assert again.data["result"] == "nothing to do"
    (change,) = [c for c in place.workspace.journal.changes() if c.id == outcome.data["change"]]
    assert (change.state, change.summary) == (
        "done",
        f"services: {LABEL}: {WAITING} -> {IN_SERVICE}",
    )


def test_a_step_is_rolled_back_and_can_be_done_again(place: Place) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    place.comes(SITE)
    change = place.apply(state(place, IN_SERVICE)).data["change"]
    here = Workspace(place.workspace.directory)
    undone = rollback(here, Silent(), change, yes=True, sources=(place.packets.hosts,))
    assert (undone.exit, undone.data["result"]) == (0, "done"), undone.data
    with pytest.raises(UsageError, match="was rolled back already"):
        rollback(here, Silent(), change)
    moves = make_plan(Workspace(place.workspace.directory), Silent()).moves
    assert [move.words for move in moves] == [f"{LABEL}: {WAITING} -> {IN_SERVICE}"]


def test_who_does_not_answer_is_not_in_service(place: Place) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    outcome = place.apply(state(place, IN_SERVICE), converge=1)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone"), outcome.data
    assert outcome.data["verification"]["findings"][0]["class"] == "customer"


def test_a_plan_file_has_its_moves(place: Place, tmp_path: Path) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    place.comes(SITE)
    path = tmp_path / "service.plan"
    plan = make_plan(state(place, IN_SERVICE), Silent())
    write_plan(plan, path)
    assert read_plan(path) == plan
    state(place, WAITING)
    with pytest.raises(UsageError, match="other states by now; plan again"):
        apply(Workspace(place.workspace.directory), Silent(), path)
    body = json.loads(path.read_text(encoding="utf-8"))
    body["moves"][0]["after"] = WAITING
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(UsageError, match="was altered"):
        read_plan(path)
