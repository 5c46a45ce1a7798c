"""The drift job over two thousand emulated routers: against what latency allows, and netmiko.

`pytest tests/bench/test_drift_bench.py --benchmark-enable --benchmark-only`. Routers answer after
a round trip of 100 ms and run about a thousand lines each; `EGOVNET_BENCH_ROUTERS` sets how many
(360 take some minutes). Four runs are measured, as they differ widely:

- a first run in memory: the inventory is read, the journal knows nothing, every answer comes whole;
- an unchanged network in memory: the same process runs again, and every router sends two digests;
- both as a new process (`egovnet drift`), as a timer starts it: it also imports egovnet, reads and
  numbers the inventory, builds every device and reads the journal.

The measure beside each is netmiko's plain `show running-config` of the same routers, which fetches
every text and compares nothing (`netmiko_cpu_ms` a router, in this process, threads warm). So
`ratio_to_netmiko` of the unchanged network in memory compares digests with whole texts: it is what
a controller that stays up pays, and nothing that a timer's job can have.

extra_info has, by test:

- `cpu_ms`: processor time (user and system) of the client for a router, for the whole job
  (reading, comparing, proving, evaluating, remembering); `ratio_to_netmiko`;
- `ratio_to_latency`: wall time against one router's alone, times routers, by workers;
- `mb_a_thousand_routers`: what the process grows by between a quarter and the whole of the run;
- with dead and slow routers: how many seconds longer the run takes, and one device's timeout.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from netmiko import ConnectHandler
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.model import Role
from egovnet.lab.emulated.faults import Hang, Slow
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.results.drift_report import DriftReport
from tests.generated import nation, write
from tests.loopback import loopback_network

MANY, VRFS, SPAN = 2000, 20, 25
FEW = 6
LATENCY = 0.1
WORKERS = 20
TIMEOUT = 30
SAMPLE = 60
NETWORK = loopback_network()


@dataclass
class Nation:
    """An emulated nation, all of it compliant, and a controller's workspace over its edge."""

    lab: EmulatedRouters
    workspace: Workspace
    names: tuple[str, ...]
    #: Processor seconds of netmiko for one plain session.
    netmiko: float = 0.0
    #: Something was run before: the routers have the driver's agent, the journal has digests.
    known: bool = False

    def over(self, names: tuple[str, ...], workers: int = WORKERS) -> Workspace:
        other = self.workspace.only(names)
        other.workers = workers
        return other

    def run(self, names: tuple[str, ...], workers: int = WORKERS) -> DriftReport:
        self.known = True
        return drift(self.over(names, workers), Silent(), timeout=TIMEOUT)

    def once(self) -> None:
        """Have it that no run is a first one."""
        if not self.known:
            self.run(self.names)

    def netmiko_cpu(self) -> float:
        if not self.netmiko:
            self.netmiko = _netmiko_cpu(self, self.names[:SAMPLE])
        return self.netmiko


@pytest.fixture(scope="module")
def field(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Nation]:
    root = tmp_path_factory.mktemp("drift")
    # a plain test run asks only whether it works
    measured = bool(request.config.getoption("benchmark_enable"))
    edges = int(os.environ.get("EGOVNET_BENCH_ROUTERS", MANY)) if measured else FEW
    write(nation(edges, VRFS if measured else 2, group=SPAN if measured else 3), root / "inventory")
    hosts = yaml.safe_load((root / "inventory/hosts.yaml").read_text(encoding="utf-8"))
    first = int(ip_network(NETWORK)[11])
    for number, host in enumerate(hosts.values()):
        host["hostname"], host["port"] = str(ip_network((first + number, 32))[0]), 2222
    (root / "inventory/hosts.yaml").write_text(
        yaml.safe_dump(hosts, sort_keys=False), encoding="utf-8"
    )
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    patch = pytest.MonkeyPatch()
    patch.setenv("EGOVNET_STATE", str(root / "state"))
    patch.setenv("EGOVNET_CREDENTIALS", str(root / "lab/credentials.yaml"))
    workspace = Workspace(root / "inventory", Selection())
    texts = workspace.intended()
    ports = dict.fromkeys(texts, tuple(f"eth{n}" for n in range(100)))
    for name in workspace.network.with_role(Role.RR):
        ports[name] = tuple(
            end.port
            for circuit in workspace.network.circuits.values()
            for end in (circuit.a, circuit.b)
            if end.router == name
        )
    lab = EmulatedRouters(
        texts, root / "lab", network=NETWORK, ports=ports, latency=LATENCY if measured else 0.0
    )
    del texts
    with lab:
        yield Nation(lab, workspace, workspace.network.with_role(Role.PE))
    patch.undo()


def _megabytes() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


class _Memory:
    """The process's size while something runs, twice a second."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            self.samples.append((time.monotonic(), _megabytes()))

    def growth(self, begin: float, end: float) -> float:
        """Megabytes between two shares of the time."""
        if len(self.samples) < 4:
            return 0.0
        at = [
            self.samples[min(int(len(self.samples) * s), len(self.samples) - 1)][1]
            for s in (begin, end)
        ]
        return at[1] - at[0]


def _plain_session(field: Nation, name: str) -> int:
    """netmiko's own way to read a configuration; lines of it."""
    host, port = field.lab.addresses[name]
    known = field.lab.directory / f"known_hosts_{name}"
    connection = ConnectHandler(
        device_type="linux",
        host=host,
        port=port,
        username="root",
        use_keys=True,
        key_file=str(field.lab.directory / "id_ed25519"),
        ssh_strict=True,
        alt_host_keys=True,
        alt_key_file=str(known),
    )
    try:
        text = connection.send_command("vtysh -c 'show running-config'", read_timeout=60)
    finally:
        connection.disconnect()
    return int(text.count("\n"))


def _netmiko_cpu(field: Nation, names: tuple[str, ...]) -> float:
    """Processor seconds of this process for one plain session."""
    # netmiko reads the whole file at each connection: one line a file is fairest to it
    lines = (field.lab.directory / "known_hosts").read_text(encoding="utf-8").splitlines()
    for name in names:
        host, _ = field.lab.addresses[name]
        own = "".join(f"{line}\n" for line in lines if f"[{host}]:" in line or f"{host} " in line)
        (field.lab.directory / f"known_hosts_{name}").write_text(own, encoding="utf-8")
    gc.collect()
    before = time.process_time()
    with ThreadPoolExecutor(WORKERS) as pool:
        sizes = list(pool.map(lambda name: _plain_session(field, name), names))
    assert min(sizes) > 20
    return (time.process_time() - before) / len(names)


def _costs(field: Nation, cpu: float) -> dict[str, float]:
    """`cpu` seconds of a run over all routers, for one of them and against netmiko's."""
    each = cpu / len(field.names)
    return {
        "routers": len(field.names),
        "cpu_ms": round(each * 1000, 1),
        "netmiko_cpu_ms": round(field.netmiko_cpu() * 1000, 1),
        "ratio_to_netmiko": round(each / field.netmiko_cpu(), 2),
    }


def _compliant(report: DriftReport, unchanged: int) -> None:
    assert report.unreachable == ()
    assert report.differences == ()
    assert sum(row.unchanged for row in report.devices) == unchanged


def test_a_first_run_in_memory(field: Nation, benchmark: BenchmarkFixture) -> None:
    """The first test of the module: the driver's agent comes to every router, too."""
    assert not field.known
    _ = field.workspace.devices
    before = time.process_time()
    report = benchmark.pedantic(field.run, (field.names,), rounds=1)
    cpu = time.process_time() - before
    _compliant(report, unchanged=0)
    benchmark.extra_info.update(_costs(field, cpu), seconds=round(report.seconds, 1))


def test_an_unchanged_network_in_memory(field: Nation, benchmark: BenchmarkFixture) -> None:
    names = field.names
    field.once()
    alone = min(field.run(names[n : n + 1]).devices[0].seconds for n in range(min(3, len(names))))
    before = time.process_time()
    with _Memory() as memory:
        report = benchmark.pedantic(field.run, (names,), rounds=1)
    cpu = time.process_time() - before
    _compliant(report, unchanged=len(names))
    seconds = sum(row.seconds for row in report.devices) / len(names)
    allowed = alone * len(names) / min(WORKERS, len(names))
    benchmark.extra_info.update(
        _costs(field, cpu),
        lines=field.lab.running(names[:1])[names[0]].count("\n"),
        seconds=round(report.seconds, 1),
        seconds_of_one=round(alone, 2),
        seconds_of_one_among_all=round(seconds, 2),
        ratio_to_latency=round(report.seconds / allowed, 2),
        mb_a_thousand_routers=round(memory.growth(0.25, 0.9) / (0.65 * len(names)) * 1000, 1),
    )


@pytest.mark.parametrize("first", [True, False], ids=["first", "unchanged"])
def test_a_run_as_a_new_process(
    first: bool, field: Nation, benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    """`egovnet drift --json`, as a timer starts it; the first one with a journal of its own."""
    field.once()
    field.netmiko_cpu()
    state = {"EGOVNET_STATE": str(tmp_path)} if first else {}
    command = (
        *(Path(sys.executable).with_name("egovnet"), "drift", "--json"),
        *("--inventory", field.workspace.directory, "--limit", ",".join(field.names)),
        *("--workers", str(WORKERS), "--timeout", str(TIMEOUT)),
    )

    def started() -> tuple[dict[str, Any], float]:
        """What it prints, and its processor seconds."""
        with (tmp_path / "out.json").open("w+") as out:
            child = subprocess.Popen(
                command, stdout=out, stderr=subprocess.DEVNULL, env=os.environ | state
            )
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            return json.load(out), usage.ru_utime + usage.ru_stime

    printed, cpu = benchmark.pedantic(started, rounds=1)
    assert printed["unreachable"] == {}
    assert printed["differences"] == []
    unchanged = sum(row["unchanged"] for row in printed["devices"])
    assert unchanged == (0 if first else len(field.names))
    benchmark.extra_info.update(_costs(field, cpu), seconds=round(printed["seconds"], 1))


def test_a_run_with_dead_and_slow_routers(field: Nation, benchmark: BenchmarkFixture) -> None:
    """Five percent do not answer at all, five percent take their time."""
    names = field.names[: max(len(field.names) // 4, FEW)]
    share = max(len(names) // 20, 1)
    dead, slow = names[::20][:share], names[7::20][:share]
    field.once()
    well = field.run(names)
    measured = not benchmark.disabled
    field.lab.set_faults(
        {name: [Hang(at="connect", count=0)] for name in dead}
        | {name: [Slow(seconds=15.0 if measured else 1.0, count=0)] for name in slow}
    )
    timeout = TIMEOUT if measured else 6

    def ill_run() -> DriftReport:
        return drift(field.over(names), Silent(), timeout=timeout)

    try:
        ill = benchmark.pedantic(ill_run, rounds=1)
    finally:
        field.lab.set_faults({name: [] for name in (*dead, *slow)})
    assert {row.device for row in ill.devices} == set(names)
    assert {row.device for row in ill.unreachable} == set(dead)
    benchmark.extra_info.update(
        routers=len(names),
        dead=len(dead),
        slow=len(slow),
        seconds_well=round(well.seconds, 1),
        seconds_ill=round(ill.seconds, 1),
        longer=round(ill.seconds - well.seconds, 1),
        timeout=timeout,
    )
