"""Reading and numbering an inventory: how long, and whether it grows as the network does.

`pytest tests/bench --benchmark-enable`. `growth` in extra_info is the time of ten times the
edges over ten times the time of the small network: about 1 when work is linear;
`times_plain_yaml` is its time over that of libyaml alone, which gives plain data of the same files.
"""

import time
from pathlib import Path

import pytest
import yaml
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.allocation.lock_file import read_lock, write_lock
from egovnet.inventory.load import load
from tests.generated import nation, write

SMALL = 50
ACCESSES = 20


def network(directory: Path, edges: int) -> Path:
    """An inventory of so many edges with its lock file, as it is on any day but the first."""
    write(nation(edges, ACCESSES), directory)
    write_lock(directory, allocate(load(directory)).lock)
    return directory


def load_and_allocate(directory: Path) -> Allocation:
    return allocate(load(directory), read_lock(directory))


def seconds(directory: Path, runs: int = 3) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        load_and_allocate(directory)
        best = min(best, time.perf_counter() - start)
    return best


def yaml_seconds(directory: Path, runs: int = 3) -> float:
    """The best of some runs of libyaml's own loader over the same files, lock included."""
    texts = [path.read_text(encoding="utf-8") for path in directory.rglob("*.yaml")]
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        for text in texts:
            yaml.load(text, Loader=yaml.CSafeLoader)
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.parametrize("edges", [SMALL, 10 * SMALL])
def test_load_and_allocate(benchmark: BenchmarkFixture, tmp_path: Path, edges: int) -> None:
    if benchmark.disabled:
        edges //= SMALL // 2  # a plain test run asks only whether it works
    directory = network(tmp_path / "network", edges)
    allocation = benchmark.pedantic(load_and_allocate, (directory,), rounds=3, warmup_rounds=1)
    assert len(allocation.vrf_number) == edges * ACCESSES
    benchmark.extra_info["edges"] = edges
    if not benchmark.disabled and edges > SMALL:
        small = seconds(network(tmp_path / "small", SMALL))
        growth = benchmark.stats.stats.min / small / (edges / SMALL)
        benchmark.extra_info["growth"] = round(growth, 2)
        plain = yaml_seconds(directory)
        benchmark.extra_info["times_plain_yaml"] = round(benchmark.stats.stats.min / plain, 2)
