"""Intended text per router: how long, and whether it grows as the network does.

`pytest tests/bench --benchmark-enable`. `growth` in extra_info is the time per router in ten times
the network over that in the small one: about 1 when a router's text costs the same everywhere.
"""

import time
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render
from tests.generated import nation, write

SMALL = 50
ACCESSES = 20


class Network:
    """A generated network, read and numbered, ready to be rendered."""

    def __init__(self, directory: Path, edges: int) -> None:
        self.network = load(write(nation(edges, ACCESSES), directory))
        self.allocation = allocate(self.network)
        self.edges = edges

    def texts(self) -> list[str]:
        """The text of each edge; a reflector's grows with the network, one line for each edge."""
        devices = intend(self.network, self.allocation)
        return [render(device) for name, device in devices.items() if not device.reflector]

    def seconds(self) -> float:
        """The best of some runs."""
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            self.texts()
            best = min(best, time.perf_counter() - start)
        return best


@pytest.mark.parametrize("edges", [SMALL, 10 * SMALL])
def test_intend_and_render(benchmark: BenchmarkFixture, tmp_path: Path, edges: int) -> None:
    if benchmark.disabled:
        edges //= SMALL // 2  # a plain test run asks only whether it works
    network = Network(tmp_path / "network", edges)
    texts = benchmark.pedantic(network.texts, rounds=3, warmup_rounds=1)
    assert len(texts) == edges
    benchmark.extra_info["edges"] = edges
    if not benchmark.disabled:
        per_router = benchmark.stats.stats.min / edges
        benchmark.extra_info["ms_per_router"] = round(per_router * 1000, 2)
        if edges > SMALL:
            small = Network(tmp_path / "small", SMALL)
            growth = per_router / (small.seconds() / SMALL)
            benchmark.extra_info["growth"] = round(growth, 2)
