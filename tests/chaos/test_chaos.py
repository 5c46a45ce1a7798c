"""A sample of the chaos suite (`make chaos` runs all of it): killed anywhere, never mixed."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from egovnet.playbooks.change.apply import apply_plan, shown
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.results.outcome import Exit
from tests.chaos.concurrent import both_at_once, judge
from tests.chaos.emulated_field import EmulatedField, emulated_place
from tests.chaos.killing import KillPoint, run
from tests.chaos.runs import CONFIRM, FAULTS, PUSH, ROLLBACK, Scenario, chaos, push, random_scenario
from tests.loopback import loopback_network
from tests.playbooks.verb_process import JOURNAL_FULL, Strike

_LATE = (("bj-pe1", "confirms late"),)
_BETWEEN = KillPoint(1, written=True, stage=CONFIRM)
SCENARIOS = (
    Scenario(PUSH),
    Scenario(PUSH, waves=True),
    *(Scenario(PUSH, KillPoint(write, write % 2 == 0)) for write in range(2, 30, 7)),
    *(Scenario(ROLLBACK, KillPoint(write, written=True)) for write in (10, 20)),
    *(
        Scenario("recover", KillPoint(16, written=True), KillPoint(write, written=True))
        for write in (2, 5)
    ),
    *(Scenario(fault, faults=(("sh-pe1", fault),)) for fault in FAULTS),
    # asked to end, or without an output or a journal: what is printed is held against all
    Scenario("asked to end", strike=Strike("TERM", 1, stage="verify")),
    Scenario("asked to end", strike=Strike("HUP", 1, stage=CONFIRM)),
    Scenario("asked to end", strike=Strike("INT again and again", 1, stage="commit"), waves=True),
    Scenario("output gone", strike=Strike("closed pipe", 8)),
    Scenario("journal full", strike=Strike(JOURNAL_FULL, 1, stage="decision")),
    Scenario("recovery", _BETWEEN, strike_recovery=Strike("TERM", 3)),
    *(random_scenario(random.Random(seed), 28, ("bj-pe1", "sh-pe1")) for seed in range(3)),  # noqa: S311 -- chance, not secrecy
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedField]:
    with emulated_place(tmp_path_factory.mktemp("chaos"), loopback_network()) as made:
        yield made


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_all_old_or_all_new(place: EmulatedField, scenario: Scenario) -> None:
    report = chaos(place, scenario, f"test-{SCENARIOS.index(scenario)}")
    assert not report.trouble
    assert report.compared == bool(scenario.strike) + bool(scenario.strike_recovery)
    assert report.end in ("old", "new")
    if scenario == Scenario(PUSH):
        assert (report.end, report.recoveries) == ("new", 0)


def test_the_timers_alone_bring_everything_back(place: EmulatedField) -> None:
    scenario = Scenario(PUSH, KillPoint(14, written=True), timers_only=True)
    report = chaos(place, scenario, "timers")
    assert report.killed
    assert report.by_timers == "old"
    assert not report.trouble


def test_the_one_hole_is_as_the_documentation_says(place: EmulatedField) -> None:
    """Dead between confirmations: mixed if nobody recovers in time, and not otherwise."""
    scenario = Scenario(CONFIRM, _BETWEEN, faults=_LATE)
    in_time = chaos(place, scenario, "in-time")
    assert (in_time.killed, in_time.end, in_time.trouble) == (True, "new", [])
    too_late = chaos(place, replace(scenario, timers_only=True), "too-late")
    assert too_late.by_timers == "mixed"
    # and recovery still brings all to one end
    assert (too_late.end, too_late.trouble) == ("new", [])


def test_what_an_unfinished_change_left_is_not_taken_for_done(place: EmulatedField) -> None:
    """Every router runs the new text, and will go back: nothing is done until it is recovered."""
    place.reset()
    kill = KillPoint(1, written=True, stage="verify")
    ended = run(lambda: push(place, place.workspace("left"), Scenario(PUSH)).data, kill)
    assert ended.killed
    workspace = place.workspace("left")
    plan = make_plan(
        workspace, Silent(), intended={n: e.intended for n, e in place.plan.devices.items()}
    )
    assert not plan.devices
    assert any("egovnet recover" in note for note in shown(workspace, Silent(), plan).notes)
    outcome = apply_plan(workspace, Silent(), plan)
    assert (outcome.exit, outcome.data["result"]) == (Exit.DEVICES_FAILED, "refused")
    assert outcome.data["failures"].keys() == place.plan.devices.keys()
    assert any("egovnet recover" in note for note in outcome.notes)
    recovered = recover(workspace, Silent(), yes=True)
    assert recovered.data["changes"][0]["result"] == "undone"
    assert apply_plan(workspace, Silent(), plan).data["result"] == "nothing to do"


@pytest.mark.parametrize("wait", [0.0, 20.0])
def test_two_controllers_at_once_end_as_one_after_the_other(
    place: EmulatedField, wait: float
) -> None:
    place.reset()
    journal = f"rivals-{wait}"
    results = both_at_once(place, journal, wait)
    place.at_rest(30.0)
    assert [result["result"] for result in results].count("done") == 1
    assert judge(place, journal, results) == []
