"""One run of chaos: a change, whatever is to go wrong, recovery, and how the devices end."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.progress import Progress, Silent
from egovnet.playbooks.core.run_on_devices import run as run_task
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import DevicesLockedError
from egovnet.playbooks.journal.records import DONE, FAILED, OPEN, UNDONE
from egovnet.playbooks.report.console.progress import make_progress
from egovnet.playbooks.results.outcome import AnyOutcome, Outcome
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import CheckFinding, HealthReport
from egovnet.tasks.commit_status import commit_status
from egovnet.tasks.confirm_or_rollback import DeviceChange, Direction
from tests.chaos.field import Field, reversed_plan
from tests.chaos.killing import KillPoint, count_writes
from tests.chaos.killing import run as run_child
from tests.chaos.printed import compare, compare_recovery
from tests.playbooks.verb_process import (
    IMPATIENT,
    JOURNAL_FULL,
    OUTPUTS,
    SIGNALS,
    Strike,
    live,
    times_slower,
)

#: Phases of a scenario.
PUSH, CONFIRM, ROLLBACK, RECOVER = "push", "confirm", "rollback", "recover"
#: What a device can do, at the stages where it meets a controller.
FAULTS = (
    "refuses",
    "hangs",
    "drops after commit",
    "reboots inside the timer",
    "keeps a lock",
    "disk is full",
    "lies about success",
)
#: What befalls a controller that is not killed.
STRIKES = (*SIGNALS, *IMPATIENT, *OUTPUTS, JOURNAL_FULL)
#: Recoveries after which a change must have come to its end.
_RECOVERIES = 6
#: Seconds that a struck controller may take to come to its end.
_LONGEST = 300.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What goes wrong in one run."""

    #: "push" (killed before the decision), "confirm" (after it), "rollback", or "recover".
    phase: str
    kill: KillPoint | None = None
    #: Where the first recovery is killed.
    kill_recovery: KillPoint | None = None
    #: Device -> fault.
    faults: tuple[tuple[str, str], ...] = ()
    #: Nobody recovers: the devices' timers do.
    timers_only: bool = False
    waves: bool = False
    #: What befalls the controller that it lives through, and the first recovery.
    strike: Strike | None = None
    strike_recovery: Strike | None = None

    def __str__(self) -> str:
        words = [self.phase]
        if self.kill:
            words.append(f"killed {self.kill}")
        if self.kill_recovery:
            words.append(f"recovery killed {self.kill_recovery}")
        if self.strike:
            words.append(str(self.strike))
        if self.strike_recovery:
            words.append(f"recovery: {self.strike_recovery}")
        words += [f"{device} {fault}" for device, fault in self.faults]
        words += ["timers only"] * self.timers_only + ["in waves"] * self.waves
        return ", ".join(words)


@dataclass
class Report:
    """What came of a run."""

    scenario: Scenario
    #: How the devices ended: "old", "new" or "mixed".
    end: str
    mixed_seconds: float
    killed: bool
    recoveries: int
    #: How the devices ended by their timers alone, before anybody recovered.
    by_timers: str = ""
    #: How many printed ends were held against the journal and the routers.
    compared: int = 0
    trouble: list[str] = field(default_factory=list)


class Health:
    """Between waves of a chaos run nothing is asked: the faults are the devices' own."""

    def take_baseline(self, names: Sequence[str]) -> None:
        """Nothing."""

    def check(self, names: Sequence[str]) -> HealthReport:
        """Pass."""
        return HealthReport()


def push(
    place: Field, workspace: Workspace, scenario: Scenario, progress: Progress | None = None
) -> Outcome[TransactionResult]:
    """The change itself, as `apply` and `rollback` make it; verification reads the texts back."""
    plan = reversed_plan(place.plan) if scenario.phase == ROLLBACK else place.plan
    names = tuple(plan.devices)
    waves = (Wave("all", names),)
    if scenario.waves:
        waves = (Wave("canary", names[:1]), Wave("rest", names[1:]))

    def verify(_apart: frozenset[str]) -> HealthReport:
        nornir = open_nornir(workspace, names)
        try:
            answers = run_task(
                nornir,
                "verify",
                commit_status,
                {
                    name: {"change": DeviceChange("none-of-ours", entry.before, entry.intended)}
                    for name, entry in plan.devices.items()
                },
                Silent(),
            )
        finally:
            nornir.close_connections(on_good=True, on_failed=True)
        wrong = tuple(
            CheckFinding("text", "fault", name, "text", name, known=False)
            for name, seen in answers.results.items()
            if seen.runs != "new"
        )
        return HealthReport(wrong, answers.failures)

    options = Options(place.confirm_timeout, place.hold, patience=4.0)
    shown = progress or Silent()
    return Transaction(workspace, plan, verify, shown, waves, Health(), options).run()


def chaos(place: Field, scenario: Scenario, journal: str) -> Report:
    """Run a scenario from the old texts to rest."""
    place.reset("new" if scenario.phase == ROLLBACK else "old")
    for device, fault in scenario.faults:
        place.fault(device, fault)
    report = Report(scenario, "", 0.0, killed=False, recoveries=0)
    if scenario.strike is not None:
        _struck(
            place,
            journal,
            report,
            scenario.strike,
            lambda workspace: push(place, workspace, scenario, make_progress()),
        )
    else:
        ended = run_child(
            lambda: push(place, place.workspace(journal), scenario).data, scenario.kill
        )
        report.killed = ended.killed
        if ended.error:
            report.trouble.append(ended.error)
    longest = place.hold + place.confirm_timeout + 60.0
    if scenario.timers_only:
        place.at_rest(longest)
        report.by_timers = _end(place.runs())
        report.mixed_seconds = place.mixed_seconds()
    _recover(place, scenario, journal, report)
    place.at_rest(longest)
    report.trouble += _journal_trouble(place.workspace(journal))
    runs = place.runs()
    report.end = _end(runs)
    if not scenario.timers_only:
        report.mixed_seconds = place.mixed_seconds()
    if report.end == "mixed":
        report.trouble.append(f"the devices run {dict(runs)}")
    return report


def _struck(
    place: Field,
    journal: str,
    report: Report,
    strike: Strike,
    act: Callable[[Workspace], AnyOutcome],
) -> None:
    """Run a verb that something befalls; hold what it printed against what is."""
    workspace = place.workspace(journal)
    arguments = ("--json", "--inventory", str(workspace.directory))
    lived = live(act, strike, *arguments, longest=_LONGEST * times_slower())
    new = "old" if report.scenario.phase == ROLLBACK else "new"
    hold = compare if strike is report.scenario.strike else compare_recovery
    compared = hold(place, place.workspace(journal), lived, strike, new)
    report.compared += compared.ends
    report.trouble += compared.trouble


def _end(runs: Mapping[str, str]) -> str:
    kinds = set(runs.values())
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _recover(place: Field, scenario: Scenario, journal: str, report: Report) -> None:
    """Recover until nothing is unfinished; the first recovery is killed where that is asked."""
    kill, strike = scenario.kill_recovery, scenario.strike_recovery
    while report.recoveries < _RECOVERIES:
        workspace = place.workspace(journal)
        states = {change.state for change in workspace.journal.changes()}
        if not states & {OPEN, FAILED}:
            return
        report.recoveries += 1
        if strike is not None:
            _struck(
                place,
                journal,
                report,
                strike,
                lambda workspace: recover(workspace, make_progress(), yes=True, patience=8.0),
            )
            strike = None
            continue
        ended = run_child(
            lambda: recover(place.workspace(journal), Silent(), yes=True, patience=8.0).data, kill
        )
        kill = None
        if ended.error and DevicesLockedError.__name__ not in ended.error:
            report.trouble.append(ended.error)
    report.trouble.append(f"unfinished after {_RECOVERIES} recoveries")


def _journal_trouble(workspace: Workspace) -> Iterator[str]:
    """What of the journal is not as it must be when all is over."""
    journal = workspace.journal
    yield from journal.faults()
    for change in journal.changes():
        decision = journal.decision(change.id)
        if change.state not in (DONE, UNDONE):
            yield f"change {change.id} is {change.state}"
        if change.state == DONE and (decision is None or decision.direction != Direction.FORWARD):
            yield f"change {change.id} is done, and was never decided"
    if locks := journal.locks():
        yield f"still locked: {[lock.device for lock in locks]}"


def writes(place: Field, journal: str, scenario: Scenario) -> tuple[int, int]:
    """(how many writes an undisturbed change makes, the one that is its decision)."""
    place.reset("new" if scenario.phase == ROLLBACK else "old")
    return count_writes(lambda: push(place, place.workspace(journal), scenario))


def random_strike(source: random.Random, count: int, names: Sequence[str]) -> Scenario:
    """Something that a controller lives through, with a device at fault now and then."""
    how = source.choice([how for how in STRIKES if how != "reader that stands still"])
    strike = Strike(how, source.randint(1, count), source.random() < 0.5)
    fault = ((source.choice(list(names)), source.choice(FAULTS)),)
    return Scenario(
        "random strike",
        strike=strike,
        faults=fault if source.random() < 0.5 else (),
        waves=source.random() < 0.3,
    )


def random_scenario(source: random.Random, count: int, names: Sequence[str]) -> Scenario:
    """Two things that go wrong at once, of any kind."""
    kill = KillPoint(source.randint(1, count), source.random() < 0.5)
    again = KillPoint(source.randint(1, 12), source.random() < 0.5)
    faults = tuple(
        (name, source.choice(FAULTS)) for name in source.sample(list(names), source.randint(0, 2))
    )
    kind = source.randrange(3)
    return Scenario(
        "random pair",
        kill if kind != 1 else None,
        again if kind != 0 else None,
        faults if faults or kind == 0 else ((names[0], source.choice(FAULTS)),),
        waves=source.random() < 0.3,
    )
