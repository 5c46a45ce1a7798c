"""What changes hands is pushed in two transactions, each proved, with the least away between."""

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.playbooks.change.apply import apply, apply_plan, planned
from egovnet.playbooks.change.between import _is_proved, between, proves
from egovnet.playbooks.change.handovers import (
    Form,
    Numbered,
    Unit,
    forms,
    handovers,
    lacking,
)
from egovnet.playbooks.change.plan import Plan, read_plan, write_plan
from egovnet.playbooks.change.plan_steps import prove_steps, steps_of
from egovnet.playbooks.change.words import Words
from egovnet.playbooks.core.intended import DirectoryInventory
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import UsageError
from egovnet.templates.registry import render
from tests.hypothesis_profiles import examples
from tests.platform_network import platform_network
from tests.playbooks.edited_place import (
    Place,
    base,
    edit,
    lock,
    numbers,
    place,
    put,
    site_file,
)

__all__ = ["base", "place"]


# -- what may be handed round: in cycles of 2 to 4 -------------------------------------------------

#: Accesses of different VPNs on one PE.
_ON_BEIJING = ("party-beijing", "gov-beijing", "court-beijing", "public-beijing")
_VRFS_OF_BEIJING = ("party", "government", "court", "public")
_INTRANET_VPNS = ("party", "government", "congress", "cppcc")


def _vlans(root: Path, order: tuple[int, ...]) -> None:
    """VLANs of one port go round."""
    sites = [_ON_BEIJING[number] for number in order if number < 3]
    held = {site: numbers(root, "vlan/bj-pe1/eth3")[f"{site}/main"] for site in sites}
    for site, other in zip(sites, sites[1:] + sites[:1], strict=True):
        put(root, site, vlan=held[other])


def _ports(root: Path, order: tuple[int, ...]) -> None:
    """Ports without a tag go round; every site of the PE first has one of its own."""
    sites = [_ON_BEIJING[number] for number in order]
    for site, other in zip(sites, sites[1:] + sites[:1], strict=True):
        put(root, site, port=f"eth{5 + _ON_BEIJING.index(other)}")


def _tables(root: Path, order: tuple[int, ...]) -> None:
    """Numbers of VRFs on one PE go round."""
    names = [_VRFS_OF_BEIJING[number] for number in order]
    held = numbers(root, "vrf/bj-pe1")
    lock(
        root,
        "vrf/bj-pe1",
        **{n: held[o] for n, o in zip(names, names[1:] + names[:1], strict=True)},
    )


def _targets(root: Path, order: tuple[int, ...]) -> None:
    """Route targets of VPNs of one zone go round."""
    names = [_INTRANET_VPNS[number] for number in order]
    held = numbers(root, "route-target/intranet")
    lock(
        root,
        "route-target/intranet",
        **{n: held[o] for n, o in zip(names, names[1:] + names[:1], strict=True)},
    )


SWAPS = {"vlans": _vlans, "ports": _ports, "tables": _tables, "targets": _targets}


def own_ports(root: Path) -> None:
    """Every site of Beijing on a port of its own, without a tag."""
    for number, site in enumerate(_ON_BEIJING):
        put(root, site, port=f"eth{5 + number}", vlan="untagged")


@dataclass(frozen=True)
class Swap:
    """Kinds of things and in which cycle each goes round."""

    cycles: tuple[tuple[str, tuple[int, ...]], ...]

    def make(self, root: Path) -> None:
        for kind, order in self.cycles:
            SWAPS[kind](root, order)


@st.composite
def swaps(draw: st.DrawFn) -> Swap:
    kinds = draw(st.lists(st.sampled_from(sorted(SWAPS)), min_size=1, max_size=2, unique=True))
    if {"vlans", "ports"} <= set(kinds):
        kinds.remove("ports")  # a site has one or the other
    cycles = []
    for kind in kinds:
        most = 3 if kind == "vlans" else 4
        length = draw(st.integers(2, most))
        cycles.append((kind, tuple(draw(st.permutations(range(most)))[:length])))
    return Swap(tuple(cycles))


def inventories(base: Path, swap: Swap, beside: Path) -> tuple[DirectoryInventory, Path]:
    """The former inventory and a copy with the swap made."""
    former = beside / "former"
    shutil.copytree(base, former)
    if any(kind == "ports" for kind, _ in swap.cycles):
        own_ports(former)
        DirectoryInventory(former).keep_allocation()
    now = beside / "now"
    shutil.copytree(former, now)
    swap.make(now)
    return DirectoryInventory(former), now


@examples(12)
@given(swap=swaps())
def test_each_step_is_proved_and_the_last_is_what_is_intended(
    base: Path, tmp_path_factory: pytest.TempPathFactory, swap: Swap
) -> None:
    former, root = inventories(base, swap, tmp_path_factory.mktemp("swap"))
    now = DirectoryInventory(root)
    if proves(former, now):
        return  # one push is enough, such as targets of VPNs that have no site
    middle = between(former, now)
    assert middle is not None
    there = middle.inventory
    assert proves(former, there)
    assert proves(there, now)
    # it is an inventory like any: written, read again and numbered it is the same
    assert there.intent is not None
    again = {name: render(device) for name, device in there.devices.items()}
    assert set(again) == set(now.devices)
    # who keeps an access in both and has none between is told
    kept = {
        f"{site}/{access}"
        for site, entry in now.network.sites.items()
        for access in entry.site_network_accesses
    }
    left = {
        f"{site}/{access}"
        for site, entry in there.network.sites.items()
        for access in entry.site_network_accesses
    }
    assert set(middle.lacking) == kept - left


@examples(5)
@given(swap=swaps().filter(lambda drawn: len(drawn.cycles) == 1 and len(drawn.cycles[0][1]) < 4))
def test_no_network_between_lacks_less(
    base: Path, tmp_path_factory: pytest.TempPathFactory, swap: Swap
) -> None:
    """Against every way to have accesses and numbers as they were, as they will be, or away."""
    former, root = inventories(base, swap, tmp_path_factory.mktemp("swap"))
    now = DirectoryInventory(root)
    if proves(former, now):
        return
    middle = between(former, now)
    assert middle is not None
    handed = handovers(
        Numbered(former.network, former.allocation), Numbered(now.network, now.allocation)
    )
    for other in every_way(handed.units, forms(handed)):
        if len(lacking(other)) < len(middle.lacking):
            assert not _is_proved(former, other, now), other


def every_way(units: frozenset[Unit], base: dict[Unit, Form]) -> Iterator[dict[Unit, Form]]:
    """All forms of the units that take part; what stands on a unit that is away is away too."""
    ordered = sorted(unit for unit in units if unit[0] != "vrf" or unit in base)
    for ways in itertools.product(Form, repeat=len(ordered)):
        yield dict(zip(ordered, ways, strict=True))


@pytest.mark.parametrize(
    "order", list(itertools.permutations(("court", "government", "party")))[1:]
)
def test_vlans_of_a_firewall_go_round(tmp_path: Path, order: tuple[str, ...]) -> None:
    """No file has these accesses, so that none can be away: they have other VLANs on the way."""
    root = platform_network(tmp_path / "former")
    former = DirectoryInventory(root)
    former.keep_allocation()
    pool = "vlan/bj-pe1/eth5"
    held = numbers(root, pool)
    now = Path(shutil.copytree(root, tmp_path / "now"))
    names = [f"exchange-{vpn}/bj-fw1" for vpn in sorted(order)]
    taken = [held[f"exchange-{vpn}/bj-fw1"] for vpn in order]
    lock(now, pool, **dict(zip(names, taken, strict=True)))
    to = DirectoryInventory(now)
    assert not proves(former, to)
    middle = between(former, to)
    assert middle is not None
    assert middle.lacking == ()
    assert proves(former, middle.inventory)
    assert proves(middle.inventory, to)


def test_a_vpn_that_leaves_is_still_there_on_the_way(base: Path, tmp_path: Path) -> None:
    """Another takes its VLAN and its target, and on the other routers it is not gone yet: by the
    new inventory alone nobody knows whose tables those are."""
    former = DirectoryInventory(base)
    root = Path(shutil.copytree(base, tmp_path / "now"))
    vlan = former.allocation.vlan["party-beijing/main"]
    target = former.allocation.route_target["party"]
    for site in [name for name, entry in former.network.sites.items() if entry.vpn == "party"]:
        edit(root, site_file(root, site), lambda sites, gone=site: sites.pop(gone))  # type: ignore[misc] # a default binds it
    lock(root, "route-target/intranet", government=target, party=1500)
    put(root, "gov-beijing", vlan=vlan)
    assert not proves(former, DirectoryInventory(root))


# -- from the plan to the routers ------------------------------------------------------------------


def test_without_steps_it_is_refused_and_the_way_on_is_named(place: Place) -> None:
    _vlans(place.root, (0, 1))
    shown = place.run("plan")
    assert shown.code == 4
    assert "egovnet plan --steps" in shown.stderr
    refused = apply(place.workspace(), Silent(), yes=True)
    assert refused.data["failed_stage"] == "proof"
    assert "egovnet plan --steps" in refused.notes[0]


@pytest.mark.parametrize("kind", ["vlans", "tables", "targets"])
def test_a_plan_in_steps_is_applied_one_after_the_other(place: Place, kind: str) -> None:
    SWAPS[kind](place.root, (0, 1))
    file = place.root.parent / "p.plan"
    shown = place.run("plan", "--steps", "-o", str(file), "--json")
    assert shown.code == 3, shown.stderr
    data = shown.json
    (later,) = data["then"]
    assert data["proof"]["proved"]
    assert later["proof"]["proved"]
    assert data["lacking"]
    assert later["lacking"] == []
    plan = read_plan(file)
    assert [step.plan.hash for step in steps_of(place.workspace(), plan)][1] == later["hash"]
    ran = place.run("apply", str(file), "--json")
    assert ran.code == 0, ran.stdout + ran.stderr
    steps = ran.json["steps"]
    assert [(step["step"], step["of"], step["change"]) for step in steps] == [(1, 2, 2), (2, 2, 3)]
    assert steps[0]["lacking"] == data["lacking"]
    workspace = place.workspace()
    assert place.routers.running == workspace.intended()
    changes = workspace.journal.changes()
    assert [change.state for change in changes] == ["done"] * 3
    # each change was verified by the network that it led to
    sites = [seen for seen, _ in place.routers.verified]
    assert sites[1] <= sites[2] == set(workspace.network.sites)
    assert not workspace.on_disk.has_new_numbers
    assert place.run("plan").code == 0
    # and what is in the journal between is an inventory, which a rollback goes back to
    back = place.run("rollback", "3", "--yes", "--json")
    assert back.code == 0, back.stderr


def test_the_plan_says_each_step_and_what_is_away(place: Place) -> None:
    _tables(place.root, (0, 1))
    shown = place.run("plan", "--steps")
    assert shown.code == 3, shown.stderr
    assert "step 1 of 2" in shown.stdout
    assert "step 2 of 2" in shown.stdout
    assert "gov-beijing/main, party-beijing/main" in shown.stdout


def test_who_needs_no_steps_gets_one_transaction(place: Place) -> None:
    put(place.root, "party-beijing", **{"maximum-prefix": 60})
    plan = planned(place.workspace(), Silent(), steps=True)
    assert plan.then == ()
    assert plan.intent is None
    assert apply(place.workspace(), Silent(), yes=True, steps=True).data["steps"] == []


def test_a_step_that_fails_leaves_the_rest_to_another_plan(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tables(place.root, (0, 1))
    place.between_the_steps(
        monkeypatch, lambda: setattr(place.routers.devices["bj-pe1"], "down", True)
    )
    ended = apply(place.workspace(), Silent(), yes=True, steps=True)
    assert ended.exit == 5
    assert [step["result"] for step in ended.data["steps"]] == ["done", "refused"]
    assert "1 of 2 steps are done" in ended.data["end"]
    assert "lacks gov-beijing/main, party-beijing/main" in ended.data["end"]
    place.routers.devices["bj-pe1"].down = False
    rest = apply(place.workspace(), Silent(), yes=True, steps=True)
    assert (rest.data["result"], rest.data["steps"]) == ("done", [])
    assert place.routers.running == place.workspace().intended()


def test_a_router_that_moved_between_the_steps_stops_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tables(place.root, (0, 1))
    workspace = place.workspace()
    plan = planned(workspace, Silent(), steps=True)
    moved = plan.then[0].devices["bj-pe1"].before + "ntp server 192.0.2.1\n"
    place.between_the_steps(monkeypatch, lambda: place.routers.running.__setitem__("bj-pe1", moved))
    ended = apply_plan(workspace, Silent(), plan)
    assert ended.data["failed_stage"] == "fence"
    assert list(ended.data["failures"]) == ["bj-pe1"]
    assert place.routers.running["bj-pe1"] == moved
    assert "1 of 2 steps are done" in ended.data["end"]
    # from here one push does: what was handed over is in nobody's hands
    place.routers.running["bj-pe1"] = plan.then[0].devices["bj-pe1"].before
    rest = planned(place.workspace(), Silent(), steps=True)
    assert rest.then == ()
    assert apply_plan(place.workspace(), Silent(), rest).data["result"] == "done"
    assert place.routers.running == place.workspace().intended()


def test_a_later_step_of_a_file_that_was_altered_is_refused(place: Place) -> None:
    _vlans(place.root, (0, 1))
    file = place.root.parent / "p.plan"
    assert place.run("plan", "--steps", "-o", str(file)).code == 3
    plan = read_plan(file)
    devices = plan.then[0].devices
    name, entry = next(iter(devices.items()))
    changed = {**devices, name: replace(entry, intended=entry.intended + "ip forwarding\n")}
    forged = replace(plan, then=(replace(plan.then[0], devices=changed),))
    write_plan(forged, file)
    with pytest.raises(UsageError, match="was altered after it was planned"):
        read_plan(file)


def test_steps_are_of_the_whole_network_and_of_a_known_one(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _vlans(place.root, (0, 1))
    limited = place.run("plan", "--steps", "--limit", "bj-pe1")
    assert (limited.code, "for the whole network" in limited.stderr) == (2, True)
    waves = place.run("plan", "--steps", "--waves", "tier")
    assert (waves.code, "two orders of pushing" in waves.stderr) == (2, True)
    stopped = place.run("apply", "--steps", "--yes", "--stop-after", "all")
    assert (stopped.code, "has no waves" in stopped.stderr) == (2, True)
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "another"))
    with pytest.raises(UsageError, match="egovnet adopt"):
        planned(place.workspace(), Silent(), steps=True)


def test_a_zone_change_in_steps_needs_its_word(place: Place) -> None:
    """A port of a VPN that stays on its router goes to a site of the other zone."""
    held = numbers(place.root, "vlan/gd-pe1/eth4")["party-guangdong/main"]
    put(place.root, "party-guangdong", vlan=777)
    put(place.root, "tax-guangdong", port="eth4", vlan=held)
    assert planned(place.workspace(), Silent(), steps=True).needs == ("--zone-change taxation",)
    plan = planned(place.workspace(), Silent(), steps=True, words=Words(("taxation",)))
    assert plan.needs == ()
    assert plan.then
    assert all(proof.proved for proof in prove_steps(place.workspace(), Silent(), plan))
    unsaid = unsay(plan)
    refused = apply_plan(place.workspace(), Silent(), unsaid)
    assert refused.data["failed_stage"] == "words"
    done = apply_plan(place.workspace(), Silent(), plan)
    assert done.data["result"] == "done"
    assert place.routers.running == place.workspace().intended()


def unsay(plan: Plan) -> Plan:
    """The same, as somebody would write it who leaves the word out."""
    then = tuple(replace(step, words=Words(), zone_changes=()) for step in plan.then)
    return replace(plan, words=Words(), zone_changes=(), then=then)


def test_a_router_leaves_by_a_plan_of_its_own(place: Place) -> None:
    """It is drained in one push; what changes hands elsewhere is another change."""
    edit(place.root, "hosts.yaml", lambda hosts: hosts["bj-p1"]["data"].update(state="leaving"))
    assert planned(place.workspace(), Silent(), steps=True).leaving, "alone it needs no steps"
    _vlans(place.root, (0, 1))
    ran = place.run("plan", "--steps", "--disruptive")
    assert (ran.code, "bj-p1: a router leaves by a plan of its own" in ran.stderr) == (2, True)
