"""The coordinates of a rollout's charts: bars by region, and the burn-up over time.

Drawn by rollout_charts.svg.j2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from egovnet.playbooks.results.rollout import BurnUpPoint, RegionProgress, RolloutStatus
from egovnet.playbooks.results.verdict import counted

_WIDTH = 1000
_LEFT, _RIGHT = 190, 70
_ROW, _BAR = 28, 18
#: Regions that are drawn; the table beneath has all.
MOST_BARS = 40
_HEIGHT, _TOP, _BOTTOM = 280, 14, 40
#: Dates beneath the burn-up, and the pixels that one takes.
_DATES, _DATE = 6, 90
#: Characters of a region's name beside its bar.
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where bars, and what is written of them, stand: pixels."""

    width: int
    left: int
    right: int
    row: int
    #: From a row's top to its bar, and to the foot of its words.
    bar: int
    words: int


_LARGE = _Frame(_WIDTH, _LEFT, _RIGHT, _ROW, 4, 18)
#: Of a telephone: the words stand above their bar.
_NARROW = _Frame(340, 0, 0, 46, 20, 14)


@dataclass(frozen=True, slots=True)
class Bar:
    """A region's bar: (class, x, width) of each part, and words for who does not see it."""

    name: str
    y: int
    #: Of the words' foot.
    foot: int
    parts: tuple[tuple[str, float, float], ...]
    count: str
    words: str


@dataclass(frozen=True, slots=True)
class RegionChart:
    """Bars beneath each other, as wide as their share of what is done."""

    width: int
    height: int
    #: Where names end, or begin where they stand above their bars.
    name: int
    anchor: str
    bar: int
    bars: tuple[Bar, ...]
    words: str


def region_chart(status: RolloutStatus, *, narrow: bool = False) -> RegionChart:
    """A bar for each province, and for the centre, each with all that is below it.

    One that is `narrow` fits a telephone, where of a chart that is scrolled the end of each bar
    would not be seen.
    """
    frame = _NARROW if narrow else _LARGE
    drawn = _drawn(status.regions)[:MOST_BARS]
    bars = tuple(_bar(number, region, frame) for number, region in enumerate(drawn))
    return RegionChart(
        width=frame.width,
        height=max(1, len(bars)) * frame.row + 8,
        name=0 if narrow else frame.left - 10,
        anchor="start" if narrow else "end",
        bar=_BAR,
        bars=bars,
        words="; ".join(bar.words for bar in bars) or "no sites",
    )


def _drawn(regions: Sequence[RegionProgress]) -> list[RegionProgress]:
    """Regions of the two highest tiers; where there are none, those without one above."""
    high = [one for one in regions if one.tier in ("centre", "province")]
    return high or [one for one in regions if one.parent is None]


def _bar(number: int, region: RegionProgress, frame: _Frame) -> Bar:
    counts = region.counts
    scale = (frame.width - frame.left - frame.right) / counts.sites
    x = float(frame.left)
    parts = []
    for kind, many in (
        ("in-service", counts.in_service),
        ("provisioned", counts.provisioned),
        ("planned", counts.planned),
    ):
        if many:
            parts.append((kind, round(x, 1), round(many * scale, 1)))
            x += many * scale
    late = f", {counts.overdue:,} overdue" if counts.overdue else ""
    name = region.name if len(region.name) <= _LONGEST else region.name[: _LONGEST - 1] + "…"
    return Bar(
        name,
        number * frame.row + frame.bar,
        number * frame.row + frame.words,
        tuple(parts),
        f"{counts.in_service:,} / {counts.sites:,}",
        f"{region.name}: {counts.in_service:,} of {counted(counts.sites, 'site')} in service, "
        f"{counts.provisioned:,} provisioned, {counts.planned:,} planned{late}",
    )


@dataclass(frozen=True, slots=True)
class BurnUp:
    """Three lines of steps over days."""

    width: int
    height: int
    left: int
    right: int
    base: int
    #: Class -> its path; "" where there is nothing to draw.
    lines: dict[str, str]
    #: Where today is; None: it is at an end.
    today: float
    ticks: tuple[tuple[float, str], ...]
    dates: tuple[tuple[float, str, str], ...]
    words: str


def burn_up_chart(status: RolloutStatus, *, narrow: bool = False) -> BurnUp:
    """What was promised by each day, and what was provisioned and in service then."""
    width = _NARROW.width if narrow else _WIDTH
    points = status.burn_up
    days = [date.fromisoformat(point.day).toordinal() for point in points]
    first, last = days[0], max(days[-1], days[0] + 1)
    left, right, base = 60, width - 14, _HEIGHT - _BOTTOM
    most = max(max(_numbers(point)) for point in points) or 1

    def across(day: int) -> float:
        return round(left + (day - first) * (right - left) / (last - first), 1)

    def up(many: int) -> float:
        return round(base - many * (base - _TOP) / most, 1)

    lines = {
        kind: _steps(
            [(across(d), up(n)) for d, n in zip(days, numbers, strict=True) if n is not None]
        )
        for kind, numbers in (
            ("promised", [point.promised for point in points]),
            ("provisioned", [point.provisioned for point in points]),
            ("in-service", [point.in_service for point in points]),
        )
    }
    today = across(date.fromisoformat(status.day).toordinal())
    steps = sorted({0, most, *(most * quarter // 4 for quarter in (1, 2, 3))})
    return BurnUp(
        width=width,
        height=_HEIGHT,
        left=left,
        right=right,
        base=base,
        lines=lines,
        today=today,
        ticks=tuple((up(step), f"{step:,}") for step in steps),
        dates=tuple(_dates(first, last, left, right)),
        words=_words(status),
    )


def _numbers(point: BurnUpPoint) -> tuple[int, int, int]:
    return point.promised, point.provisioned or 0, point.in_service or 0


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """A path that is level until each next point."""
    if not points:
        return ""
    path = f"M{points[0][0]} {points[0][1]}"
    for x, y in points[1:]:
        path += f"H{x}V{y}"
    return path


def _dates(first: int, last: int, left: int, right: int) -> list[tuple[float, str, str]]:
    some = min(_DATES, last - first + 1, (right - left) // _DATE)
    found = []
    for number in range(some):
        day = first + round((last - first) * number / max(1, some - 1))
        x = left + (day - first) * (right - left) / (last - first)
        anchor = "start" if number == 0 else "end" if number == some - 1 else "middle"
        found.append((round(x, 1), date.fromordinal(day).isoformat(), anchor))
    return found


def _words(status: RolloutStatus) -> str:
    """What the chart shows, for who does not see it."""
    now = [point for point in status.burn_up if point.provisioned is not None][-1]
    end = status.burn_up[-1]
    return (
        f"On {now.day}: {now.promised:,} promised by then, {now.provisioned:,} provisioned, "
        f"{now.in_service:,} in service; {end.promised:,} promised by {end.day}."
    )
