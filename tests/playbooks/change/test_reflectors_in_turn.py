"""Where no reflector stays as it is, some wait for a second transaction: each router keeps one."""

import itertools
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.model import Role
from egovnet.playbooks.change.apply import apply_plan, planned
from egovnet.playbooks.change.plan_steps import prove_steps, steps_of
from egovnet.playbooks.change.words import Words
from egovnet.playbooks.core.progress import Silent
from tests.playbooks.edited_place import Place, base, edit, lock, numbers, place, put

__all__ = ["base", "place"]


_LOOPBACKS = "loopback-ipv4"


def of(root: Path, name: str, pool: str = _LOOPBACKS) -> str:
    return str(numbers(root, pool)[name])


def move(root: Path, *names: str, pool: str = _LOOPBACKS) -> None:
    for name in names:
        lock(root, pool, **{name: str(ip_address(of(root, name, pool)) + 100)})


def roles(root: Path, **given: list[str]) -> None:
    def change(hosts: dict[str, Any]) -> None:
        for name, its in given.items():
            hosts[name.replace("_", "-")]["data"]["roles"] = its

    edit(root, "hosts.yaml", change)


_NEW = ("sh_pe1", "gd_pe1")
#: What is done to the reflectors bj-p1 and bj-p2 -> those that are as they were in between.
ALL_OF_THEM: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "both have other loopbacks": (lambda root: move(root, "bj-p1", "bj-p2"), {"bj-p1"}),
    "loopbacks of one family": (
        lambda root: move(root, "bj-p1", "bj-p2", pool="loopback-ipv6"),
        {"bj-p1"},
    ),
    "others take their part": (
        lambda root: roles(
            root, bj_p1=["p"], bj_p2=["p"], sh_pe1=["pe", "rr"], gd_pe1=["pe", "rr"]
        ),
        {"bj-p1", "bj-p2"},
    ),
    "one has the other's loopback": (
        lambda root: lock(root, _LOOPBACKS, **{"bj-p1": of(root, "bj-p2"), "bj-p2": "10.255.0.99"}),
        {"bj-p1"},
    ),
    "one moves and the other ends": (
        lambda root: (move(root, "bj-p1"), roles(root, bj_p2=["p"]))[0],
        {"bj-p2"},
    ),
}  # fmt: skip -- a table


@pytest.mark.parametrize("what", ALL_OF_THEM)
def test_every_router_keeps_a_reflector_in_each_step(place: Place, what: str) -> None:
    change, waiting = ALL_OF_THEM[what]
    at_first = reflectors(place.workspace())
    change(place.root)
    workspace = place.workspace()
    words = Words(disruptive=True)
    plan = planned(workspace, Silent(), steps=True, words=words)
    assert len(plan.then) == 1
    assert plan.lacking == ()
    assert all(proof.proved for proof in prove_steps(workspace, Silent(), plan))
    middle = next(steps_of(workspace, plan)).workspace
    states = [at_first, reflectors(middle), reflectors(workspace)]
    for one, other in itertools.pairwise(states):
        assert one & other, "one stays as it is"
    assert {name for name, *_ in states[0] & states[1]} == waiting
    done = apply_plan(workspace, Silent(), plan)
    assert done.data["result"] == "done", done.notes
    assert [step["result"] for step in done.data["steps"]] == ["done", "done"]
    assert place.routers.running == workspace.intended()


def reflectors(workspace: Any) -> set[tuple[str, object, object]]:  # noqa: ANN401 -- a Workspace
    of4, of6 = workspace.allocation.loopback4, workspace.allocation.loopback6
    names = workspace.network.with_role(Role.RR)
    return {(name, of4[name], of6.get(name)) for name in names}


@pytest.mark.parametrize("names", [("bj-p1",), ("bj-p2", "sh-pe1")])
def test_where_one_stays_one_transaction_does(place: Place, names: tuple[str, ...]) -> None:
    move(place.root, *names)
    assert planned(place.workspace(), Silent(), steps=True).then == ()
    shown = place.run("plan", "--disruptive")
    assert "made anew at once" not in shown.stdout + shown.stderr


def test_a_network_with_one_reflector_has_no_turn(place: Place) -> None:
    roles(place.root, bj_p2=["p"])
    plan = planned(place.workspace(), Silent(), words=Words(disruptive=True))
    assert apply_plan(place.workspace(), Silent(), plan).data["result"] == "done"
    move(place.root, "bj-p1")
    assert planned(place.workspace(), Silent(), steps=True).then == ()


def test_all_at_once_is_told_with_the_way_on(place: Place) -> None:
    move(place.root, "bj-p1", "bj-p2")
    shown = place.run("plan", "--disruptive")
    assert shown.code == 3, shown.stderr
    assert "all reflectors are made anew at once" in shown.stdout + shown.stderr
    assert "egovnet plan --steps" in shown.stdout + shown.stderr
    told = yaml.safe_load(place.run("plan", "--steps", "--disruptive", "--json").stdout)
    assert len(told["then"]) == 1


@pytest.mark.parametrize("taker", ["bj-p1", "sh-pe1"])
def test_who_has_no_turn_is_made_anew_in_one(place: Place, taker: str) -> None:
    """The loopbacks of both are somebody else's by then."""
    one, other = of(place.root, "bj-p1"), of(place.root, "bj-p2")
    lock(place.root, _LOOPBACKS, **{taker: other, "bj-p2": one})
    if taker != "bj-p1":
        lock(place.root, _LOOPBACKS, **{"bj-p1": "10.255.0.99"})
    plan = planned(place.workspace(), Silent(), steps=True, words=Words(disruptive=True))
    assert plan.then == ()


def test_beside_what_changes_hands_there_are_no_more_steps(place: Place) -> None:
    move(place.root, "bj-p1", "bj-p2")
    held = numbers(place.root, "vlan/bj-pe1/eth3")
    put(place.root, "party-beijing", vlan=held["gov-beijing/main"])
    put(place.root, "gov-beijing", vlan=held["party-beijing/main"])
    plan = planned(place.workspace(), Silent(), steps=True, words=Words(disruptive=True))
    assert len(plan.then) == 1
    assert plan.lacking == ("party-beijing/main",)
    assert apply_plan(place.workspace(), Silent(), plan).data["result"] == "done"
    assert place.routers.running == place.workspace().intended()
