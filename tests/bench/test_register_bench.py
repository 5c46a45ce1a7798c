"""What an exchange costs, or an application: reading, numbering, building, rendering, proof; a plan
of one more.

`pytest tests/bench --benchmark-enable`. `growth` in extra_info is the time of ten times the
entries over ten times the time of the small register: about 1 when the thousandth costs what the
tenth did, and less where most of the time is the network's.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
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


_APPLICATION = """\
a{number}:
  name: Application {number}
  owner: taxation
  vpn: taxation
  level: 2
  servers: [10.2.21.{server}/32, "fde9:2:21::{server}/128"]
  protocol: tcp
  ports: [{port}]
  users: {{sites: [tax-sichuan]}}
"""


def declare_exchanges(root: Path, number: int) -> None:
    """The register of exchanges has so many."""
    entries = (
        _EXCHANGE.format(number=each, host=each % HOSTS + 1, server=each // HOSTS + 1)
        for each in range(number)
    )
    (root / "exchanges.yaml").write_text("".join(entries), encoding="utf-8")


def declare_applications(root: Path, number: int) -> None:
    """The register of an enforced VPN's applications has so many."""
    vpns = root / "vpns.yaml"
    text = vpns.read_text(encoding="utf-8")
    if "filtering" not in text:
        vpns.write_text(text.replace("owner: taxation", "owner: taxation, filtering: enforced"))
    entries = (
        _APPLICATION.format(number=each, server=each % HOSTS + 1, port=8000 + each // HOSTS)
        for each in range(number)
    )
    (root / "applications.yaml").write_text("".join(entries), encoding="utf-8")


@dataclass(frozen=True)
class Register:
    """A register, and routers that one entry more is to change."""

    declare: Callable[[Path, int], None]
    routers: frozenset[str]

    def network(self, directory: Path, number: int) -> Path:
        """The reference network with a platform, and with so many entries."""
        root = platform_network(directory)
        self.declare(root, number)
        return root


EXCHANGES = Register(declare_exchanges, frozenset({"bj-fw1", "sh-fw1"}))
APPLICATIONS = Register(declare_applications, frozenset({"gd-pe1", "sc-pe1"}))
both = pytest.mark.parametrize(
    "register",
    [pytest.param(EXCHANGES, id="exchanges"), pytest.param(APPLICATIONS, id="applications")],
)


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


@both
@pytest.mark.parametrize("entries", [SMALL, 10 * SMALL])
def test_entries(
    benchmark: BenchmarkFixture, tmp_path: Path, register: Register, entries: int
) -> None:
    if benchmark.disabled:
        entries //= SMALL // 2  # a plain test run asks only whether it works
    directory = register.network(tmp_path / "network", entries)
    verdict = benchmark.pedantic(from_files_to_proof, (directory,), rounds=2, warmup_rounds=1)
    assert verdict.proved
    benchmark.extra_info["entries"] = entries
    if not benchmark.disabled and entries > SMALL:
        made = (register.network(tmp_path / f"small{run}", SMALL) for run in range(2))
        growth = benchmark.stats.stats.min / min(map(seconds, made)) / (entries / SMALL)
        benchmark.extra_info["growth"] = round(growth, 2)


class OneMore:
    """A plan of one entry more than routers in memory run, which is proved with its push."""

    def __init__(
        self, root: Path, register: Register, entries: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EGOVNET_STATE", str(root / "state"))
        self.root = register.network(root / "network", entries)
        self._register = register
        self._routers = MemoryRouters()
        self._routers.take_part(monkeypatch)
        for name, text in Workspace(self.root).intended().items():
            self._routers.running[name] = text
        register.declare(self.root, entries + 1)

    def plan(self) -> None:
        workspace = Workspace(self.root)
        plan = make_plan(workspace, Silent())
        assert plan.devices.keys() >= self._register.routers
        assert gate(workspace, Silent(), plan).proved

    def seconds(self) -> float:
        start = time.perf_counter()
        self.plan()
        return time.perf_counter() - start


@both
@pytest.mark.parametrize("entries", [SMALL, 10 * SMALL])
def test_plan_of_one_more(
    benchmark: BenchmarkFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    register: Register,
    entries: int,
) -> None:
    numbers = count()

    def more(entries: int) -> OneMore:
        return OneMore(tmp_path / f"{next(numbers)}", register, entries, monkeypatch)

    if benchmark.disabled:
        entries //= SMALL // 2
    benchmark.pedantic(more(entries).plan, rounds=2, warmup_rounds=1)
    benchmark.extra_info["entries"] = entries
    if not benchmark.disabled and entries > SMALL:
        small = more(SMALL)
        growth = benchmark.stats.stats.min / min(small.seconds() for _ in range(2))
        benchmark.extra_info["growth"] = round(growth / (entries / SMALL), 2)
