"""Texts to facts: lines a second, and how that compares with hier_config's parse of the same texts.

`pytest tests/bench/test_config_reader_bench.py --benchmark-enable`. The texts are those of 60
edges of a generated nation, each different; nothing is remembered from one text to the next.
hier_config only makes a tree of a text, with no meaning to its lines, and gets them without the
lines that close blocks. `lines_per_second` and `times_hier_config` are in extra_info.
"""

import re
import time
from collections.abc import Callable

import pytest
from hier_config import get_hconfig
from hier_config.models import Platform
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.allocation.allocate import allocate
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import read_config, render
from tests.generated import nation, network_of

EDGES = 60
ACCESSES = 20


def texts(edges: int) -> list[str]:
    """The text of each edge."""
    network = network_of(nation(edges, ACCESSES))
    devices = intend(network, allocate(network))
    return [render(device) for device in devices.values() if not device.reflector]


def without_closing_lines(text: str) -> str:
    """What hier_config takes: it knows no FRR, and refuses `exit` and `!` as duplicate sections."""
    return re.sub(r"(?m)^ *(?:exit.*|!)\n", "", text)


def seconds(work: Callable[[], object]) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.parametrize("edges", [EDGES])
def test_read_config(benchmark: BenchmarkFixture, edges: int) -> None:
    if benchmark.disabled:
        edges = 2  # a plain test run asks only whether it works
    sample = texts(edges)
    assert len(set(sample)) == edges
    lines = sum(text.count("\n") for text in sample)
    assert lines / edges > 1000

    def read() -> int:
        return sum(read_config(text).coverage.lines for text in sample)

    read_lines = benchmark.pedantic(read, rounds=7, warmup_rounds=1)
    assert read_lines == lines
    if not benchmark.disabled:
        fastest = benchmark.stats.stats.min
        trees = [without_closing_lines(text) for text in sample]
        baseline = seconds(lambda: [get_hconfig(Platform.GENERIC, text) for text in trees])
        baseline_rate = sum(text.count("\n") for text in trees) / baseline
        benchmark.extra_info["lines_per_text"] = round(lines / edges)
        benchmark.extra_info["lines_per_second"] = round(lines / fastest)
        benchmark.extra_info["hier_config_lines_per_second"] = round(baseline_rate)
        benchmark.extra_info["times_hier_config"] = round(lines / fastest / baseline_rate, 1)
