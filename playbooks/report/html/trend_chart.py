"""Where everything stands on the chart of the nights: bars by class, a line, and the answers.

One path a class, so that a year is as light as a week. Drawn by trend_chart.svg.j2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from egovnet.playbooks.report.text.drift_words import PROVED
from egovnet.playbooks.results.drift_report import RANKED, Night, NightBefore

_WIDTH, _HEIGHT = 1000, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 64
#: The widest a night may be, and up to how many nights the line has dots.
_WIDEST, _DOTTED = 46, 62
#: Dates beneath the chart.
_DATES = 7
#: A chart that is wider than this has dates at both its edges.
_ALL_MIDDLE = 880
_STRIP = 16


@dataclass(frozen=True, slots=True)
class Tick:
    """A number at the side, or a date beneath."""

    at: float
    words: str
    anchor: str = "end"


@dataclass(frozen=True, slots=True)
class TrendChart:
    """The whole chart; `bars` are paths by class, in the order of gravity."""

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
    nights: tuple[NightBefore, ...]
    words: str


def trend_chart(night: Night) -> TrendChart:
    """The nights before and tonight, the oldest first."""
    proved, silent = night.separation in PROVED, len(night.unreachable)
    tonight = NightBefore(night.started, len(night.devices), silent, proved, night.classes())
    nights = (*night.trend, tonight)
    top = _ceiling(max(max(_total(n), n.unreachable) for n in nights))
    base = float(_HEIGHT - _BOTTOM)
    scale = (base - _TOP) / top
    step = min((_WIDTH - _LEFT - _RIGHT) / len(nights), _WIDEST)
    bar = step * (0.8 if step > 4 else 1)
    at = [_LEFT + step * (i + 0.5) for i in range(len(nights))]
    bars: dict[str, list[str]] = {klass.value: [] for klass in RANKED}
    for x, one in zip(at, nights, strict=True):
        y = base
        for klass, parts in bars.items():
            if high := one.classes.get(klass, 0) * scale:
                y -= high
                parts.append(_box(x, y, bar, high))
    dots = tuple(
        (round(x, 1), round(base - n.unreachable * scale, 1)) for x, n in _pairs(at, nights)
    )
    strip = base + 10
    return TrendChart(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        base=base,
        strip=strip,
        strip_height=_STRIP,
        bars={klass: "".join(parts) for klass, parts in bars.items() if parts},
        unreachable="M" + "L".join(f"{x} {y}" for x, y in dots),
        dots=dots if len(nights) <= _DOTTED else (),
        # half as high, so that it is told apart without colour
        held="".join(
            _box(x, strip + _STRIP / 2, bar, _STRIP / 2) for x, n in _pairs(at, nights) if n.proved
        ),
        broken="".join(_box(x, strip, bar, _STRIP) for x, n in _pairs(at, nights) if not n.proved),
        ticks=tuple(Tick(round(base - value * scale, 1), f"{value:,}") for value in _steps(top)),
        dates=_dates(at, nights),
        nights=nights,
        words=_words(nights),
    )


def _pairs(at: Sequence[float], nights: Sequence[NightBefore]) -> list[tuple[float, NightBefore]]:
    return list(zip(at, nights, strict=True))


def _box(middle: float, y: float, width: float, height: float) -> str:
    return f"M{middle - width / 2:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z"


def _total(night: NightBefore) -> int:
    return sum(night.classes.values())


def _ceiling(most: int) -> int:
    """A round number that is not below `most`, and of which the quarters are whole."""
    sizes = (m * int(10**e) for e in count() for m in (4, 8, 20))
    return next(size for size in sizes if size >= most)


def _steps(top: int) -> list[int]:
    return [top * quarter // 4 for quarter in range(5)]


def _dates(at: Sequence[float], nights: Sequence[NightBefore]) -> tuple[Tick, ...]:
    """A few dates, evenly, and not closer together than a date is wide."""
    width = at[-1] - at[0]
    some = max(1, min(_DATES, len(nights), int(width / 110) + 1))
    chosen = {round(i * (len(nights) - 1) / max(some - 1, 1)) for i in range(some)}
    if some == 1:
        chosen = {len(nights) - 1}
    anchors = {0: "start", len(nights) - 1: "end"} if width > _ALL_MIDDLE else {}
    return tuple(
        Tick(round(at[i], 1), nights[i].at[:10], anchors.get(i, "middle")) for i in sorted(chosen)
    )


def _words(nights: Sequence[NightBefore]) -> str:
    """What the chart shows, for who does not see it."""
    first, last = nights[0], nights[-1]
    totals = [_total(night) for night in nights]
    proved = sum(night.proved for night in nights)
    peak = nights[totals.index(max(totals))]
    if len(nights) == 1:
        return f"One night, {last.at[:10]}: {totals[0]:,} open, {last.unreachable:,} unreachable."
    return (
        f"{len(nights):,} nights from {first.at[:10]} to {last.at[:10]}: proved in {proved:,}; "
        f"open differences {totals[0]:,} at first, {totals[-1]:,} now, at most {max(totals):,} on "
        f"{peak.at[:10]}; unreachable now {last.unreachable:,}, at most "
        f"{max(night.unreachable for night in nights):,}."
    )
