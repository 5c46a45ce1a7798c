"""The proof's cost, and whether it grows as the network does.

`pytest tests/bench/test_prove_bench.py --benchmark-enable`. `growth` in extra_info is the time per
router in the nation over that in the small network: about 1 when nothing is looked at in pairs.
"""

import gc
import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.prove import prove
from tests.generated import nation, network_of
from tests.isolation.networks import Facts, of_network

SMALL = 100
NATION = 3600
VPNS = 20


def network(edges: int) -> tuple[Facts, Expectation]:
    """Facts of `edges` PEs with a site of each of 20 VPNs, four of them hub-and-spoke."""
    return of_network(network_of(nation(edges, VPNS)))


def seconds(facts: Facts, expectation: Expectation) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        prove(facts, expectation)
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.parametrize("edges", [SMALL, NATION])
def test_prove(benchmark: BenchmarkFixture, edges: int) -> None:
    if benchmark.disabled:
        edges //= 20  # a plain test run asks only whether it works
    facts, expectation = network(edges)
    # What the test holds is not the proof's to be searched for garbage again and again.
    gc.collect()
    gc.freeze()
    verdict = benchmark.pedantic(prove, args=(facts, expectation), rounds=2)
    gc.unfreeze()
    assert verdict.findings == ()
    # besides the VPNs: management, and what has no tag; the reflectors have management only
    assert verdict.checked.vrfs == edges * (VPNS + 2) + 2
    benchmark.extra_info["edges"] = edges
    if not benchmark.disabled:
        per_router = benchmark.stats.stats.min / edges
        benchmark.extra_info["ms_per_router"] = round(per_router * 1000, 2)
        if edges > SMALL:
            growth = per_router / (seconds(*network(SMALL)) / SMALL)
            benchmark.extra_info["growth"] = round(growth, 2)
            assert growth < 3
