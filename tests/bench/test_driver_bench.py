"""What the driver costs on a large router: linear in its lines.

`pytest tests/bench/test_driver_bench.py --benchmark-enable --benchmark-only`.
"""

import gc
import time
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from napalm_frr.delta.delta import compute_delta
from napalm_frr.delta.line_changes import line_changes, restore
from napalm_frr.delta.native_diff import diff_contexts
from napalm_frr.text import interfaces_text
from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.device_text import DeviceText
from napalm_frr.text.frr_tree import parse
from tests.napalm_frr.reflectors import reflector


def parse_and_diff(neighbors: int) -> int:
    """A reflector of so many edges gets another, as a plan that adds an edge sees it."""
    running, wanted = parse(reflector(neighbors)), parse(reflector(neighbors + 1))
    lines = diff_contexts(running, wanted)
    commands = compute_delta(running, wanted).provide
    assert sum(line.startswith("+") for line in lines) == 10
    return len(commands)


def replaced(neighbors: int) -> int:
    """All of a reflector's edges are others: every line goes and every line comes."""
    running, wanted = parse(reflector(neighbors)), parse(reflector(neighbors, 10_000))
    lines = diff_contexts(running, wanted)
    delta = compute_delta(running, wanted)
    assert len(lines) >= 2 * 10 * neighbors
    return len(delta.withdraw) + len(delta.provide)


def restored(neighbors: int) -> int:
    """A reflector that lost all of its edges gets them back, line by line."""
    texts = (reflector(0), reflector(neighbors))
    running, wanted = (DeviceState.of(DeviceText("rr1", "", text)) for text in texts)
    changes = line_changes(running, wanted)
    assert parse(restore(running, wanted, changes).frr) == parse(texts[1])
    return len(changes)


def stanzas(count: int) -> int:
    """One interface with so many addresses."""
    lines = "".join(f"    address 10.{n // 250}.{n % 250}.1/32\n" for n in range(count))
    return len(interfaces_text.parse(f"auto lo\niface lo\n{lines}")["iface lo",])


def seconds(work: Callable[[int], int], size: int) -> float:
    """Processor time."""
    gc.collect()
    began = time.process_time()
    work(size)
    return time.process_time() - began


@pytest.mark.parametrize("work", [parse_and_diff, replaced, restored, stanzas])
def test_linear_in_the_size_of_the_router(
    benchmark: BenchmarkFixture, work: Callable[[int], int]
) -> None:
    few = seconds(work, 900)
    many: float = benchmark.pedantic(seconds, args=(work, 3600), rounds=1)
    for _ in range(2):
        if many / few < 8 and (many <= 1.0 or work is not parse_and_diff):
            break  # else something else may have been in the way: the best of three
        few, many = min(few, seconds(work, 900)), min(many, seconds(work, 3600))
    benchmark.extra_info |= {"cpu-900": few, "cpu-3600": many, "ratio": many / few}
    assert many / few < 8, "four times the lines cost 16 times as much where it is quadratic"
    if work is parse_and_diff:
        assert many <= 1.0
