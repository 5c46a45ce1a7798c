"""What an exchange costs: reading, numbering, building, rendering, proof; a plan of one more.

`pytest tests/bench --benchmark-enable`. `growth` in extra_info is the time of ten times the
exchanges over ten times the time of the small register: about 1 when the thousandth costs what the
tenth did.
"""

import time
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.allocation.allocate import allocate
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.change.proof_gate import gate
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.read_inventory import read_inventory
from egovnet.templates.read_texts import NativeText, read_each
from egovnet.templates.registry import render
from tests.platform_network import platform_network
from tests.playbooks.memory_routers import MemoryRouters

SMALL = 100
#: Hosts at the opening end that each server has exchanges with.
HOSTS = 200
_EXCHANGE = """\
x{number}:
  from: {{agency: party, vpn: party, prefixes: [10.1.10.{host}/32, "fde9:1:10::{host}/128"]}}
  to:
    agency: government
    vpn: government
    prefixes: [10.1.20.{server}/32, "fde9:1:20::{server}/128"]
  protocol: tcp
  ports: [443, "8000-8010"]
  level: 2
  owner: government
  approved-by: Li Na
  approved-on: 2026-03-02
  reason: documents that both work on
  valid-from: 2026-04-01
  valid-until: 2099-03-31
"""


def network(directory: Path, exchanges: int) -> Path:
    root = platform_network(directory)
    declare(root, exchanges)
    return root


def declare(root: Path, exchanges: int) -> None:
    entries = (
        _EXCHANGE.format(number=number, host=number % HOSTS + 1, server=number // HOSTS + 1)
        for number in range(exchanges)
    )
    (root / "exchanges.yaml").write_text("".join(entries), encoding="utf-8")


def from_files_to_proof(directory: Path) -> Verdict:
    read, _ = read_inventory(directory)
    allocation = allocate(read)
    devices = intend(read, allocation)
    texts = {n: NativeText(render(d), n, d.platform, n) for n, d in devices.items()}
    facts, unread = read_each(texts)
    assert not unread
    return prove(facts, from_inventory(read, allocation))


def seconds(directory: Path) -> float:
    start = time.perf_counter()
    from_files_to_proof(directory)
    return time.perf_counter() - start


@pytest.mark.parametrize("exchanges", [SMALL, 10 * SMALL])
def test_exchanges(benchmark: BenchmarkFixture, tmp_path: Path, exchanges: int) -> None:
    if benchmark.disabled:
        exchanges //= SMALL // 2  # a plain test run asks only whether it works
    directory = network(tmp_path / "network", exchanges)
    verdict = benchmark.pedantic(from_files_to_proof, (directory,), rounds=2, warmup_rounds=1)
    assert verdict.proved
    benchmark.extra_info["exchanges"] = exchanges
    if not benchmark.disabled and exchanges > SMALL:
        small = min(seconds(network(tmp_path / f"small{run}", SMALL)) for run in range(2))
        growth = benchmark.stats.stats.min / small / (exchanges / SMALL)
        benchmark.extra_info["growth"] = round(growth, 2)


class OneMore:
    """A plan of one exchange more than routers in memory run, which is proved with its push."""

    def __init__(self, root: Path, exchanges: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EGOVNET_STATE", str(root / "state"))
        self.root = network(root / "network", exchanges)
        self._routers = MemoryRouters()
        self._routers.take_part(monkeypatch)
        for name, text in Workspace(self.root).intended().items():
            self._routers.running[name] = text
        declare(self.root, exchanges + 1)

    def plan(self) -> None:
        workspace = Workspace(self.root)
        plan = make_plan(workspace, Silent())
        assert plan.devices.keys() >= {"bj-fw1", "sh-fw1"}
        assert gate(workspace, Silent(), plan).proved

    def seconds(self) -> float:
        start = time.perf_counter()
        self.plan()
        return time.perf_counter() - start


@pytest.mark.parametrize("exchanges", [SMALL, 10 * SMALL])
def test_plan_of_one_more(
    benchmark: BenchmarkFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: int
) -> None:
    numbers = count()

    def more(exchanges: int) -> OneMore:
        return OneMore(tmp_path / f"{next(numbers)}", exchanges, monkeypatch)

    if benchmark.disabled:
        exchanges //= SMALL // 2
    benchmark.pedantic(more(exchanges).plan, rounds=2, warmup_rounds=1)
    benchmark.extra_info["exchanges"] = exchanges
    if not benchmark.disabled and exchanges > SMALL:
        small = more(SMALL)
        growth = benchmark.stats.stats.min / min(small.seconds() for _ in range(2))
        benchmark.extra_info["growth"] = round(growth / (exchanges / SMALL), 2)
