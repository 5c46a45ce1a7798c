"""Which runs make the chaos suite: every kill, every fault, and random pairs of them."""

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

from tests.chaos.field import Field
from tests.chaos.killing import KillPoint
from tests.chaos.runs import (
    CONFIRM,
    FAULTS,
    PUSH,
    RECOVER,
    ROLLBACK,
    Scenario,
    random_scenario,
    random_strike,
    writes,
)
from tests.playbooks.verb_process import IMPATIENT, JOURNAL_FULL, OUTPUTS, SIGNALS, Strike

_T = TypeVar("_T")
#: More than a recovery writes.
_RECOVERY_WRITES = 14


def every_scenario(place: Field, seed: int, pairs: int) -> Iterator[Scenario]:
    """The whole suite, for devices on which a run takes a second."""
    names = tuple(place.plan.devices)
    count, decision = writes(place, "count", Scenario(PUSH))
    yield from _kills(count, decision, names, with_faults=True)
    in_waves, _ = writes(place, "count-waves", Scenario(PUSH, waves=True))
    for write in range(1, in_waves + 1):
        yield Scenario(PUSH, KillPoint(write, written=True), waves=True)
    back, _ = writes(place, "count-back", Scenario(ROLLBACK))
    for write in range(1, back + 1):
        for written in (False, True):
            kill = KillPoint(write, written)
            yield Scenario(ROLLBACK, kill)
            fault = FAULTS[(2 * write + written) % len(FAULTS)]
            yield Scenario(ROLLBACK, kill, faults=((names[write % len(names)], fault),))
    for first in (decision - 3, decision):
        for write in range(1, _RECOVERY_WRITES + 1):
            for written in (False, True):
                first_kill = KillPoint(first, written=True)
                yield Scenario(RECOVER, first_kill, KillPoint(write, written))
    for fault in FAULTS:
        for name in names:
            yield Scenario(fault, faults=((name, fault),))
            yield Scenario(fault, faults=((name, fault),), waves=True)
    for write in range(6, count + 1):
        yield Scenario(_phase(write, decision), KillPoint(write, written=True), timers_only=True)
    for name in names:
        # The hole: dead after a first confirmation and before a last one, and nobody recovers.
        kill = KillPoint(1, written=True, stage=CONFIRM)
        late = ((name, "confirms late"),)
        yield Scenario("between confirmations", kill, faults=late, timers_only=True)
        yield Scenario("between confirmations", kill, faults=late)
    yield from strikes(count)
    source = random.Random(seed)  # noqa: S311 -- chance, not secrecy
    for _ in range(pairs):
        yield random_scenario(source, count, names)
    for _ in range(pairs):
        yield random_strike(source, count, names)


def strikes(count: int) -> Iterator[Scenario]:
    """Every signal at every write, lost outputs and full disks at some; recovery and rollback."""
    for write in range(1, count + 1):
        for number, how in enumerate((*SIGNALS, *IMPATIENT)):
            strike = Strike(how, write, written=(write + number) % 2 == 0)
            yield Scenario("asked to end", strike=strike, waves=write % 4 == number % 4)
        if write % 2:
            yield Scenario("journal full", strike=Strike(JOURNAL_FULL, write))
        if write % 4 == 0:
            for how in OUTPUTS:
                yield Scenario("output gone", strike=Strike(how, write))
        if write % 3 == 0:
            how = (*SIGNALS, *IMPATIENT, JOURNAL_FULL)[write // 3 % 7]
            yield Scenario(ROLLBACK, strike=Strike(how, write))
    for number, how in enumerate((*SIGNALS, *IMPATIENT, JOURNAL_FULL)):
        for stage in ("commit", "verify", CONFIRM):
            kill, strike = KillPoint(1, written=True, stage=stage), Strike(how, 1 + 2 * number % 7)
            yield Scenario("recovery asked to end", kill, strike_recovery=strike)


def few_scenarios(place: Field, seed: int, faults: Sequence[str], many: int) -> list[Scenario]:
    """A choice of `many` for devices on which a run takes half a minute."""
    names = tuple(place.plan.devices)
    count, decision = writes(place, "count", Scenario(PUSH))
    source = random.Random(seed)  # noqa: S311 -- chance, not secrecy
    kills = [
        *_spread(list(_kills(count, decision, names, with_faults=False)), many // 4),
        *(
            Scenario(ROLLBACK, KillPoint(write, written=True))
            for write in _spread(range(4, count), many // 8)
        ),
        *(
            Scenario(RECOVER, KillPoint(first, written=True), KillPoint(write, write % 2 == 0))
            for first, write in zip(
                [decision - 3, decision] * (many // 16),
                _spread(range(1, 12), many // 8),
                strict=False,
            )
        ),
    ]
    struck = [
        Scenario("asked to end", strike=Strike(how, write, written=write % 2 == 0))
        for how, write in zip(
            itertools.cycle((*SIGNALS, *IMPATIENT, "closed pipe", "full disk")),
            _spread(range(2, count), many // 6),
            strict=False,
        )
    ]
    faulty = [
        Scenario(fault, faults=((names[number % len(names)], fault),))
        for number, fault in enumerate(list(faults) * (many // 16))
    ]
    chosen = kills + struck + faulty
    while len(chosen) < many:
        scenario = random_scenario(source, count, names)
        if all(fault in faults for _, fault in scenario.faults):
            chosen.append(scenario)
    return chosen


def _kills(
    count: int, decision: int, names: Sequence[str], *, with_faults: bool
) -> Iterator[Scenario]:
    """Kills before and after each write, and the same again with each fault of a device."""
    for write in range(1, count + 1):
        for written in (False, True):
            kill, phase = KillPoint(write, written), _phase(write, decision)
            yield Scenario(phase, kill)
            for number, fault in enumerate(FAULTS if with_faults else ()):
                name = names[(write + number) % len(names)]
                yield Scenario(phase, kill, faults=((name, fault),))


def _phase(write: int, decision: int) -> str:
    return PUSH if write < decision else CONFIRM


def _spread(things: Sequence[_T], many: int) -> list[_T]:
    """`many` of them, evenly chosen."""
    step = max(len(things) / max(many, 1), 1.0)
    return [things[int(number * step)] for number in range(min(many, len(things)))]
