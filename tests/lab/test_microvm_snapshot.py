"""A machine of QEMU that was kept goes on as what was booted, with the time of day right.

What goes on must carry labelled packets without having booted, and a snapshot that does not hold
what it says is dropped and the lab booted.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from egovnet.lab.microvm import MicroVm
from egovnet.lab.snapshots import Snapshots
from egovnet.lab.topology import Topology

pytestmark = pytest.mark.lab("snapshot")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[MicroVm]:
    lab = MicroVm(tmp_path / "lab", boot_seconds=600)
    yield lab
    lab.down()


@pytest.fixture(scope="module")
def topology(backbone: Callable[..., Any]) -> Topology:
    """As in `test_guest_live`, whose machine was kept: to boot one is a minute of a processor."""
    built: Topology = backbone(edges=2, bgp_sites=1, loopback_net="127.20.35").topology()
    return built


def test_a_kept_machine_goes_on_as_what_was_booted(lab: MicroVm, topology: Topology) -> None:
    lab.up(topology, progress=print)  # boots it, unless an earlier run kept it
    lab.down()
    said: list[str] = []
    state = lab.up(topology, progress=said.append)
    assert [line.split()[0] for line in said[:1]] == ["restoring"], said
    assert state.ready
    assert (state.backend, lab.status().backend) == ("microvm", "microvm")
    assert abs(float(lab.exec("h1", "date +%s.%N").stdout) - time.time()) < 5
    results = lab.exec_many(
        {
            "pe2": "timeout 20 tcpdump -c1 -lnni eth1 'mpls and ip[0] & 0xf0 = 0x40' 2>&1",
            "h1": "sleep 2; ping -c5 -i 0.3 10.2.1.2",
        },
        timeout=60,
    )
    assert " 0% packet loss" in results["h1"].stdout
    assert "MPLS (label" in results["pe2"].stdout
    console = (lab.directory / "console.log").read_text()
    assert "egovnet: " in console, "what it had said while it booted is still to be read"


def test_a_snapshot_that_is_not_what_it_says_is_dropped(
    lab: MicroVm, topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    find = Snapshots.find
    monkeypatch.setattr(Snapshots, "find", lambda *args: found.append(args[1]) or find(*args))
    lab.up(topology, progress=print)
    lab.down()
    said: list[str] = []
    kept = Snapshots(lab.cache).find(found[-1])
    assert kept is not None
    told = kept.routers
    told["pe1"] = told["pe1"].replace("bgpd", "dead")
    (kept.directory / "routers.json").write_text(json.dumps(told))
    assert lab.up(topology, progress=said.append).ready
    assert (
        "the kept machine is dropped (pe1 differ from what was booted), the lab is booted" in said
    )
