"""The coordinates of the chart of runs: bars by class, a line, and the answers.

One path a class, so that a year is as light as a week. Drawn by trend_chart.svg.j2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from egovnet.playbooks.results.drift_report import DriftClass, DriftReport, EarlierRun

#: Of a screen, and of a telephone, where of a chart that is scrolled this run would not be seen.
_WIDTH, _NARROW = 1000, 340
_HEIGHT = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 64
#: The widest that a run may be, and up to how many runs the line has dots.
_WIDEST, _DOTTED = 46, 62
#: Dates beneath the chart.
_DATES = 7
#: Half of a date's width: closer to its end a chart has dates at both its edges.
_HALF_DATE = 60
_STRIP = 16


@dataclass(frozen=True, slots=True)
class Tick:
    """A number at the side, or a date beneath."""

    at: float
    words: str
    anchor: str = "end"


@dataclass(frozen=True, slots=True)
class TrendChart:
    """The whole chart; `bars` are paths by class, the most severe first."""

    width: int
    height: int
    left: int
    right: int
    base: float
    strip: float
    strip_height: int
    bars: dict[str, str]
    unreachable: str
    dots: tuple[tuple[float, float], ...]
    held: str
    broken: str
    ticks: tuple[Tick, ...]
    dates: tuple[Tick, ...]
    runs: tuple[EarlierRun, ...]
    words: str


def trend_chart(report: DriftReport, *, narrow: bool = False) -> TrendChart:
    """The earlier runs and this one, the oldest first."""
    width = _NARROW if narrow else _WIDTH
    proved, absent = report.separation.proved, len(report.unreachable)
    this = EarlierRun(report.started, len(report.devices), absent, proved, report.classes())
    runs = (*report.trend, this)
    top = _ceiling(max(max(_total(n), n.unreachable) for n in runs))
    base = float(_HEIGHT - _BOTTOM)
    scale = (base - _TOP) / top
    step = min((width - _LEFT - _RIGHT) / len(runs), _WIDEST)
    bar = step * (0.8 if step > 4 else 1)
    at = [_LEFT + step * (i + 0.5) for i in range(len(runs))]
    bars: dict[str, list[str]] = {klass.value: [] for klass in DriftClass}
    for x, one in zip(at, runs, strict=True):
        y = base
        for klass, parts in bars.items():
            if high := one.classes.get(klass, 0) * scale:
                y -= high
                parts.append(_box(x, y, bar, high))
    dots = tuple((round(x, 1), round(base - n.unreachable * scale, 1)) for x, n in _pairs(at, runs))
    strip = base + 10
    return TrendChart(
        width=width,
        height=_HEIGHT,
        left=_LEFT,
        right=width - _RIGHT,
        base=base,
        strip=strip,
        strip_height=_STRIP,
        bars={klass: "".join(parts) for klass, parts in bars.items() if parts},
        unreachable="M" + "L".join(f"{x} {y}" for x, y in dots),
        dots=dots if len(runs) <= _DOTTED and not narrow else (),
        # half as high, so that it differs without colour too
        held="".join(
            _box(x, strip + _STRIP / 2, bar, _STRIP / 2) for x, n in _pairs(at, runs) if n.proved
        ),
        broken="".join(_box(x, strip, bar, _STRIP) for x, n in _pairs(at, runs) if not n.proved),
        ticks=tuple(Tick(round(base - value * scale, 1), f"{value:,}") for value in _steps(top)),
        dates=_dates(at, runs, width),
        runs=runs,
        words=_words(runs),
    )


def _pairs(at: Sequence[float], runs: Sequence[EarlierRun]) -> list[tuple[float, EarlierRun]]:
    return list(zip(at, runs, strict=True))


def _box(middle: float, y: float, width: float, height: float) -> str:
    return f"M{middle - width / 2:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z"


def _total(run: EarlierRun) -> int:
    return sum(run.classes.values())


def _ceiling(most: int) -> int:
    """A round number that is not below `most`, and of which the quarters are whole."""
    sizes = (m * int(10**e) for e in count() for m in (4, 8, 20))
    return next(size for size in sizes if size >= most)


def _steps(top: int) -> list[int]:
    return [top * quarter // 4 for quarter in range(5)]


def _dates(at: Sequence[float], runs: Sequence[EarlierRun], width: int) -> tuple[Tick, ...]:
    """A few dates, evenly, and not closer together than a date is wide."""
    some = max(1, min(_DATES, len(runs), int((at[-1] - at[0]) / 110) + 1))
    chosen = {round(i * (len(runs) - 1) / max(some - 1, 1)) for i in range(some)}
    if some == 1:
        chosen = {len(runs) - 1}
    crowded = at[-1] > width - _HALF_DATE
    anchors = {0: "start", len(runs) - 1: "end"} if crowded else {}
    label = _labels(runs)
    return tuple(
        Tick(round(at[i], 1), label(runs[i].at), anchors.get(i, "middle")) for i in sorted(chosen)
    )


def _labels(runs: Sequence[EarlierRun], *, year: bool = False) -> Callable[[str], str]:
    """How a run's moment is written: its day, or where several are of one day, the minute too."""
    days = {run.at[:10] for run in runs}
    if len(days) == len(runs):
        return lambda at: at[:10]
    if year:
        return lambda at: at[:16].replace("T", " ")
    if len(days) == 1:
        return lambda at: at[11:16] or at
    return lambda at: f"{at[5:10]} {at[11:16]}"


def _words(runs: Sequence[EarlierRun]) -> str:
    """What the chart shows, for who does not see it."""
    first, last = runs[0], runs[-1]
    totals = [_total(run) for run in runs]
    proved = sum(run.proved for run in runs)
    peak = runs[totals.index(max(totals))]
    said = _labels(runs, year=True)
    if len(runs) == 1:
        return f"One run, {said(last.at)}: {totals[0]:,} open, {last.unreachable:,} unreachable."
    return (
        f"{len(runs):,} runs from {said(first.at)} to {said(last.at)}: proved in {proved:,}; "
        f"open differences {totals[0]:,} at first, {totals[-1]:,} now, at most {max(totals):,} on "
        f"{said(peak.at)}; unreachable now {last.unreachable:,}, at most "
        f"{max(run.unreachable for run in runs):,}."
    )
