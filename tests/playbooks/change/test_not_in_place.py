"""What a router in service cannot be given is refused by name, before anything is pushed."""

import shutil
from pathlib import Path

import pytest

from egovnet.playbooks.change.apply import apply, apply_plan
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.impact import Impact
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.change.words import Words
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from tests.playbooks.change.test_impact import CONTEXT, TEXTS, edited, pushed
from tests.playbooks.console import Ran, copy_of_backbone, edit, egovnet
from tests.playbooks.memory_routers import MemoryRouters

WHY = "FRR 8.4 cannot give a router in service another AS number"
AS_NUMBER = ("router bgp 65000", "router bgp 65009")


@pytest.mark.parametrize(
    ("edits", "refused"),
    [
        ([("*", *AS_NUMBER)], set(TEXTS)),
        # a reflector has no site of its own
        ([("bj-p1", *AS_NUMBER)], {"bj-p1"}),
        ([("sc-pe1", *AS_NUMBER)], {"sc-pe1"}),
        # the AS number of a customer, and what else is disruptive
        ([("sh-pe1", "remote-as 4200000007", "remote-as 4200000900")], set()),
        ([("sc-pe1", "bgp router-id 10.255.0.6", "bgp router-id 10.255.9.6")], set()),
        ([("sc-pe1", "0102.5500.0006", "0102.5500.9006")], set()),
    ],
)
def test_what_is_refused_of_which_router(
    edits: list[tuple[str, str, str]], refused: set[str]
) -> None:
    affected = edited(edits)
    assert set(affected.not_in_place) == refused
    assert all(why.startswith(WHY) for why in affected.not_in_place.values())


def test_a_router_that_no_site_depends_on_may_have_any() -> None:
    empty = CONTEXT.network.model_copy(update={"sites": {}})
    after = {name: text.replace(*AS_NUMBER) for name, text in TEXTS.items()}
    index = Dependents(empty, CONTEXT.allocation)
    assert Impact(index).of(pushed(TEXTS, after)).not_in_place == {}


def test_a_router_that_comes_or_leaves_has_no_number_that_changes() -> None:
    emptied = {"sc-pe1": TEXTS["sc-pe1"].partition("frr version")[0] + "frr version 8.4.4\n"}
    for before, after in ((TEXTS, emptied), (emptied, TEXTS)):
        assert (
            Impact(Dependents(CONTEXT.network, CONTEXT.allocation))
            .of(pushed(before, after))
            .not_in_place
            == {}
        )


def test_plan_names_it_and_apply_pushes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    root = copy_of_backbone(tmp_path / "network")
    routers = MemoryRouters()
    routers.take_part(monkeypatch)
    routers.boot(Workspace(root))
    assert apply(Workspace(root), Silent(), yes=True).data["result"] == "done"
    before = dict(routers.running)
    edit(root / "network.yaml", "asn: 65000", "asn: 65009")

    def run(*words: str) -> Ran:
        state = tmp_path / "state"
        return egovnet(*words, "--inventory", root, state=state, env={"EGOVNET_USERNAME": "li"})

    shown = run("plan", "--disruptive")
    assert shown.code == 4
    assert f"refused: {', '.join(sorted(before))}: {WHY}" in " ".join(shown.stderr.split())
    refused = run("apply", "--yes", "--disruptive", "--json")
    assert refused.code != 0
    assert refused.json["result"] == "refused"
    assert set(refused.json["failures"]) == set(before)
    # whatever a plan says of itself
    plan = make_plan(Workspace(root), Silent(), words=Words(disruptive=True))
    assert apply_plan(Workspace(root), Silent(), plan).data["result"] == "refused"
    assert dict(routers.running) == before
    shutil.rmtree(tmp_path / "state")
