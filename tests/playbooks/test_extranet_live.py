"""Departments with the same addresses on real routers: each reaches its own peers, and nobody else.

Who was asked is seen at the hosts themselves: an answer alone does not say who gave it.
"""

import re
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from egovnet.lab.backend import Backend
from egovnet.templates.registry import render
from tests.playbooks.lab_place import LabPlace, provisioned_lab
from tests.small_extranet import small_extranet

pytestmark = pytest.mark.lab("extranet")
#: Echo requests that a host has had, of both families.
_ASKED = "cat /proc/net/snmp /proc/net/snmp6"
_LINES = re.DOTALL | re.MULTILINE
#: Seconds until a route that was added must be seen by packets.
_PATIENCE = 20.0
_HOSTS = ("party-beijing", "health-beijing", "health-shanghai", "customs-guangdong",
          "customs-shanghai")  # fmt: skip


def _asked(lab: Backend) -> dict[str, int]:
    """Host -> echo requests that it has had."""
    came = lab.exec_many({f"{site}-host": _ASKED for site in _HOSTS})
    return {site: _requests(came[f"{site}-host"].stdout) for site in _HOSTS}


def _requests(text: str) -> int:
    lines = [line.split() for line in text.splitlines()]
    names, values = (line for line in lines if line[0] == "Icmp:")
    four = int(dict(zip(names, values, strict=True))["InEchos"])
    return four + sum(int(line[1]) for line in lines if line[0] == "Icmp6InEchos")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlace]:
    root = tmp_path_factory.mktemp("extranet")
    with provisioned_lab(small_extranet(root / "inventory"), root) as made:
        yield made


def test_the_matrix_is_what_the_classes_yield(place: LabPlace) -> None:
    verified = place.run("verify", "--json").json
    assert verified["passed"]
    assert "hosts" in verified["matrix"]["sources"]
    assert verified["matrix"]["probed"] == verified["matrix"]["pairs"]


#: (who sends, to which address, which host is to be asked).
CASES = (
    ("health-shanghai", "10.0.5.10", "health-beijing"),
    ("customs-shanghai", "10.0.5.10", "customs-guangdong"),
    ("health-beijing", "10.0.6.10", "health-shanghai"),
    ("customs-guangdong", "10.0.6.10", "customs-shanghai"),
    ("health-shanghai", "fdaa:0:5::a", "health-beijing"),
    ("customs-shanghai", "fdaa:0:5::a", "customs-guangdong"),
    ("party-shanghai", "10.1.10.10", "party-beijing"),
    ("customs-guangdong", "10.1.10.10", "customs-shanghai"),
)


def test_a_host_reaches_its_own_peers_only(place: LabPlace) -> None:
    """Each case sends as often as no sum of others does, so that a sum says which they were."""
    scripts: dict[str, list[str]] = {}
    due = dict.fromkeys(_HOSTS, 0)
    for number, (sender, address, receiver) in enumerate(CASES):
        ping = f"ping -n -q -c {2**number} -i 0.02 -W 5 {address}"
        scripts.setdefault(f"{sender}-host", []).append(ping)
        due[receiver] += 2**number
    before = _asked(place.lab)
    came = place.lab.exec_many({host: "; ".join(own) for host, own in scripts.items()}, 120)
    printed = {host: completed.stdout for host, completed in came.items()}
    for host, own in scripts.items():
        assert printed[host].count(" 0% packet loss") == len(own), printed[host]
    after = _asked(place.lab)
    assert {host: after[host] - before[host] for host in _HOSTS} == due


@dataclass(frozen=True)
class Join:
    """Lines on a PE that join VRFs of two departments whose plans overlap, and that part them."""

    pe: str
    made: tuple[str, ...]
    undone: tuple[str, ...]


def _joins(place: LabPlace) -> dict[str, Join]:
    """By hand; both departments have 10.0.5.0/24 and 10.0.6.0/24, and customs 10.1.10.0/24."""
    text = render(place.workspace.devices["sh-pe1"])
    (asn, own), (_, its) = (
        re.findall(rf"^router bgp (\d+) vrf {vrf}$.*?rt vpn both (\S+)$", text, _LINES)[0]
        for vrf in ("e-health", "e-customs")
    )
    peer = re.findall(r"^ neighbor (\S+) description site customs-shanghai", text, _LINES)[0]
    health = (f"router bgp {asn} vrf e-health", "address-family ipv4 unicast")
    static = f"ip route 10.1.10.0/24 {peer} nexthop-vrf e-customs"
    return {
        "import": Join(
            "bj-pe1",
            (*health, f"rt vpn import {own} {its}"),
            (*health, f"rt vpn both {own}"),
        ),
        "static": Join("sh-pe1", ("vrf e-health", static), ("vrf e-health", f"no {static}")),
    }


@pytest.mark.parametrize("way", ["import", "static"])
def test_what_joins_two_plans_is_a_leak_on_routers_too(place: LabPlace, way: str) -> None:
    """The proof says so of what routers run, and packets of one come to the other's host.

    That host answers its own peer of the same address, so that only its count shows it.
    """
    join, lab = _joins(place)[way], place.lab
    before = _asked(lab)
    _configure(lab, join.pe, join.made)
    try:
        deadline = time.monotonic() + _PATIENCE
        while (after := _asked(lab)) == before and time.monotonic() < deadline:
            lab.exec("health-beijing-host", "ping -n -q -c 2 -i 0.2 -W 1 10.1.10.10")
        found = place.run("prove", "--running", "--json", code=4).json
    finally:
        _configure(lab, join.pe, join.undone)
    assert {site for site in _HOSTS if after[site] != before[site]} == {"customs-shanghai"}
    leaks = {
        frozenset((one["source"], one["target"]))
        for one in found["findings"]
        if one["severity"] == "leak"
    }
    assert leaks == {frozenset({"health", "customs"})}, found["findings"]


def _configure(lab: Backend, pe: str, lines: tuple[str, ...]) -> None:
    words = [word for line in ("configure terminal", *lines) for word in ("-c", line)]
    done = lab.exec(pe, shlex.join(["vtysh", *words]))
    assert done.exit_code == 0 and "%" not in done.stdout, done.stdout


def test_nothing_is_left_of_what_joined_them(place: LabPlace) -> None:
    assert place.run("drift", "--json").json["differences"] == []
