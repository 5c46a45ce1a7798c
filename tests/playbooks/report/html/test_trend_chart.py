"""The chart of the runs: within its picture, true to its numbers, and in words."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from egovnet.playbooks.report.html.drift_page import drift_page
from egovnet.playbooks.report.html.trend_chart import trend_chart
from egovnet.playbooks.results.drift_report import EarlierRun
from tests.playbooks.drift_reports import (
    CLEAN,
    earlier_runs,
)
from tests.playbooks.report.html.page_reader import Reader


@pytest.mark.parametrize("count", [0, 1, 13, 364])
def test_the_trend_stays_within_its_picture(count: int) -> None:
    chart = trend_chart(replace(CLEAN, trend=earlier_runs(count)))
    assert len(chart.runs) == count + 1
    for path in (*chart.bars.values(), chart.held, chart.broken):
        for x, y, width, height in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", path):
            assert float(x) >= chart.left - 1
            assert float(x) + float(width) <= chart.right + 1
            assert float(y) >= 0
            assert float(y) + float(height) <= chart.height
    places = [date.at for date in chart.dates]
    assert all(b - a > 80 for a, b in pairwise(places))
    assert chart.dates[-1].words == "2026-03-04"
    for value in (places[0], places[-1]):
        assert chart.left <= value <= chart.right


def test_the_trend_s_heights_are_the_numbers() -> None:
    before = replace(
        earlier_runs(1)[0], classes={"leak": 1, "policy": 3}, unreachable=2, proved=False
    )
    chart = trend_chart(replace(CLEAN, trend=(before,)))
    unit = (chart.base - chart.ticks[-1].at) / 4
    assert chart.ticks[-1].words == "4"
    heights = {
        klass: float(re.findall(r"v([\d.]+)", path)[0]) for klass, path in chart.bars.items()
    }
    assert heights == {"leak": pytest.approx(unit, 0.01), "policy": pytest.approx(3 * unit, 0.01)}
    assert chart.dots[0][1] == pytest.approx(chart.base - 2 * unit, 0.01)
    assert chart.broken.count("M") == chart.held.count("M") == 1


def test_the_trend_is_shown_in_words_and_figures() -> None:
    report = replace(CLEAN, trend=earlier_runs(364))
    page = drift_page(report)
    read = Reader(page)
    words, narrow = (v for v in read.all("aria-label") if "runs from" in v)
    assert narrow == words
    assert words.startswith("365 runs from 2025-03-05 to 2026-03-04: proved in 361; open")
    assert "305 earlier runs in drift.json" in read.text
    assert len(page) < 120_000


@pytest.mark.parametrize(("most", "top"), [(0, 4), (4, 4), (5, 8), (9, 20), (21, 40), (3000, 4000)])
def test_the_scale_ends_at_a_round_number(most: int, top: int) -> None:
    before = replace(earlier_runs(1)[0], classes={"policy": most}, unreachable=0)
    assert trend_chart(replace(CLEAN, trend=(before,))).ticks[-1].words == f"{top:,}"


def test_runs_of_one_day_are_told_apart_by_the_minute() -> None:
    runs = tuple(
        EarlierRun(f"2026-03-04T02:{minute:02}:07+00:00", 7, 0, True, {}) for minute in range(0, 15)
    )
    chart = trend_chart(replace(CLEAN, trend=runs))
    words = [tick.words for tick in chart.dates]
    assert len(set(words)) == len(words)
    assert words[0] == "02:00"
    assert "from 2026-03-04 02:00 to 2026-03-04 02:15" in chart.words


@pytest.mark.parametrize("count", [0, 1, 2, 9, 30, 364])
def test_a_narrow_one_has_the_same_within_its_edges(count: int) -> None:
    report = replace(CLEAN, trend=earlier_runs(count))
    wide, narrow = trend_chart(report), trend_chart(report, narrow=True)
    assert (narrow.words, narrow.runs, narrow.ticks) == (wide.words, wide.runs, wide.ticks)
    assert narrow.right < 340
    for date in narrow.dates:
        left = {"start": 0, "middle": 35, "end": 70}[date.anchor]
        assert date.at - left >= 0
        assert date.at - left + 70 <= 340
