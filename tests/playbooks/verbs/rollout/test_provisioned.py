"""The arithmetic of a rollout, against an oracle that begins anew after each change."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model import ServiceState
from egovnet.playbooks.verbs.rollout.provisioned import (
    NOT_BEGUN,
    ClosedChange,
    Label,
    Provisioned,
    Standing,
)
from egovnet.playbooks.verbs.rollout.status import Day, burn_up

ROUTERS = ("pe1", "pe2", "pe3")
SITES = ("a", "b", "c")
LABELS = [(site, access) for site in SITES for access in ("main", "backup")]
ON_ROUTERS = st.sampled_from([ServiceState.WAITING, ServiceState.IN_SERVICE])
SEEN = st.frozensets(st.sampled_from(LABELS))
#: A router's accesses; a label may be on several routers, as while a site is moved.
GIVEN = st.dictionaries(
    st.sampled_from(ROUTERS),
    st.dictionaries(st.sampled_from(LABELS), ON_ROUTERS, max_size=4),
)


@st.composite
def histories(draw: st.DrawFn) -> list[ClosedChange]:
    number = draw(st.integers(0, 7))
    return [
        ClosedChange(n, f"2026-01-{n + 1:02}T00:00", draw(GIVEN), draw(SEEN), draw(SEEN))
        for n in range(number)
    ]


def oracle(changes: list[ClosedChange], site: str) -> tuple[ServiceState, bool]:
    """A site after all of them: each router is as the last change that gave it something left it,
    and what was seen holds as long as nothing there changed."""
    states: set[ServiceState] = set()
    seen_all = True
    for router in ROUTERS:
        gave = [n for n, change in enumerate(changes) if router in change.given]
        if not gave:
            continue
        for label, state in changes[gave[-1]].given[router].items():
            if label[0] != site:
                continue
            states.add(state)
            seen_all = seen_all and _seen(changes, gave, router, label, state)
    if not states:
        return ServiceState.PLANNED, False
    return min(states, key=list(ServiceState).index), seen_all


def _seen(
    changes: list[ClosedChange], gave: list[int], router: str, label: Label, state: ServiceState
) -> bool:
    since = gave[-1]
    for number in reversed(gave):
        if changes[number].given[router].get(label) is not state:
            break
        since = number
    return any(change.saw(label, state) for change in changes[since:])


@given(histories())
def test_sites_stand_where_the_oracle_has_them(changes: list[ClosedChange]) -> None:
    provisioned = Provisioned()
    before: dict[str, Standing] = {}
    for number, change in enumerate(changes, start=1):
        provisioned.add(change)
        for site in SITES:
            standing = provisioned.standings.get(site, NOT_BEGUN)
            assert (standing.state, standing.verified) == oracle(changes[:number], site)
            was = before.get(site, NOT_BEGUN)
            moved = (was.state, was.verified) != (standing.state, standing.verified)
            # who did not move is where an earlier change brought it
            assert standing == was or moved
            if moved and standing is not NOT_BEGUN:
                assert standing.change == change.number
        before = dict(provisioned.standings)


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@st.composite
def days_and_targets(draw: st.DrawFn) -> tuple[list[Day], list[date]]:
    at = sorted(draw(st.sets(DAYS, max_size=6)))
    days = [Day(day, draw(st.integers(0, 9)), draw(st.integers(0, 9))) for day in at]
    return days, draw(st.lists(DAYS, max_size=9))


@given(days_and_targets(), DAYS)
def test_a_burn_up_counts_what_each_day_had(made: tuple[list[Day], list[date]], now: date) -> None:
    days, targets = made
    points = {date.fromisoformat(p.day): p for p in burn_up(days, targets, now)}
    assert now in points
    day = date(2026, 1, 1)
    last = None
    while day <= date(2026, 3, 1):
        last = points.get(day, last)
        if last is not None:
            # between its points a burn-up is level
            assert last.promised == sum(target <= day for target in targets)
            done = [one for one in days if one.day <= min(day, now)]
            if day <= now:
                expected = (done[-1].provisioned, done[-1].in_service) if done else (0, 0)
                assert (last.provisioned, last.in_service) == expected
            elif date.fromisoformat(last.day) > now:
                assert last.provisioned is None
        day += timedelta(days=1)


@given(histories())
def test_numbers_by_state_add_up(changes: list[ClosedChange]) -> None:
    provisioned = Provisioned()
    for change in changes:
        provisioned.add(change)
    counted = Counter(provisioned.standings.get(site, NOT_BEGUN).state for site in SITES)
    assert counted.total() == len(SITES)
