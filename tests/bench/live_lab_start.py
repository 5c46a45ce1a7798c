"""How soon a provisioned lab carries a packet from host to host over MPLS, from the command on.

Run by `make bench` (this file's name keeps it out of the default run). The processes are those that
a person starts: `egovnet lab up`, then `egovnet lab exec` with one ping until it is answered. A
machine of `microvm` is booted first and kept, so that the one that is measured goes on from there.
Goals on a machine that does nothing else: 12 s booted, 5 s restored.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.playbooks.conftest import Workplace

pytestmark = pytest.mark.lab
pytest_plugins = ["tests.playbooks.conftest"]
_PATIENCE = 300.0
_PING = ("lab", "exec", "gov-guangdong-host", "ping -c1 -W1 10.1.20.10")


def _egovnet(place: Workplace, *words: str) -> int:
    program = Path(sys.executable).with_name("egovnet")
    inventory = ("--inventory", str(place.inventory("base")))
    command = [str(program), *words[:2], *inventory, *words[2:]]
    environment = {**os.environ, **place.environment}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def _up(place: Workplace, backend: str) -> None:
    code = _egovnet(place, "lab", "up", "--provisioned", "--backend", backend, "--timeout", "300")
    assert code == 0, f"lab up ended with {code}"


@pytest.mark.parametrize("backend", ["uml", "microvm"])
def test_first_packet(backend: str, workplace: Workplace, benchmark: BenchmarkFixture) -> None:
    if backend == "microvm":
        _up(workplace, backend)
        _egovnet(workplace, "lab", "down")
    load = os.getloadavg()[0]
    begun = time.monotonic()
    try:
        benchmark.pedantic(_up, args=(workplace, backend), rounds=1, iterations=1)
        ready = time.monotonic() - begun
        while _egovnet(workplace, *_PING):
            assert time.monotonic() - begun < _PATIENCE, "no packet comes through"
        answered = time.monotonic() - begun
    finally:
        _egovnet(workplace, "lab", "down")
    benchmark.extra_info |= {"ready": ready, "first_packet": answered, "load": load}
    print(f"{backend}: ready after {ready:.1f} s, a packet after {answered:.1f} s, load {load}")
