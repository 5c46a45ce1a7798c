"""What it costs to look for lost labels where every PE has a circuit without LDP.

`pytest tests/bench/test_label_paths_bench.py --benchmark-enable`. `growth` in extra_info is the
CPU time per router in the nation over that in the small network: about 1 when nothing is looked at
in pairs.
"""

import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.isolation.model.scene import RouterState, Scene, scene_of
from egovnet.isolation.properties.p9_unlabelled_circuits import unlabelled_circuits
from tests.generated import nation, network_of
from tests.isolation.networks import edit_interface, of_network

SMALL, NATION = 300, 3600
#: What the circuit without LDP costs: as the other one, less, more, and nobody says.
COSTS = {"alike": 10, "less": 5, "more": 500, "unknown": None}


def broken(edges: int, cost: int | None) -> Scene:
    """PEs with two circuits each, of which one has no LDP."""
    facts, expectation = of_network(network_of(nation(edges, 1)))
    for number in range(1, edges + 1):
        edit_interface(facts, f"pe{number}", "eth1", ldp=frozenset(), igp_cost=cost)
    return scene_of({name: [RouterState(one)] for name, one in facts.items()}, expectation)


def _search(scene: Scene) -> int:
    return len(list(unlabelled_circuits(scene)))


def _seconds(scene: Scene) -> float:
    start = time.process_time()
    _search(scene)
    return time.process_time() - start


@pytest.mark.parametrize("cost", COSTS)
def test_every_pe_without_ldp(benchmark: BenchmarkFixture, cost: str) -> None:
    edges = 20 if benchmark.disabled else NATION
    scene = broken(edges, COSTS[cost])
    benchmark.pedantic(_search, args=(scene,), rounds=1)
    benchmark.extra_info["edges"] = edges
    if not benchmark.disabled:
        small = broken(SMALL, COSTS[cost])
        per_router = min(_seconds(scene) for _ in range(2)) / edges
        growth = per_router / (min(_seconds(small) for _ in range(3)) / SMALL)
        benchmark.extra_info["ms_per_router"] = round(per_router * 1000, 3)
        benchmark.extra_info["growth"] = round(growth, 2)
        assert growth < 3
