"""Networks of other numbers than the reference's: each is validated, rendered, proved and applied,
and is then as it was planned. On emulated routers, each difference alone and both at once.
"""

import re
from pathlib import Path

import pytest

from tests.loopback import loopback_network
from tests.playbooks.console import Ran, edit, egovnet

_LAST_RESORT = "    post-up ip -6 route replace unreachable default"


def _make_as_wide(inventory: Path) -> None:
    edit(inventory / "network.yaml", "asn: 64512", "asn: 4210000000")


def _make_without_ipv6(inventory: Path) -> None:
    network = inventory / "network.yaml"
    kept = [line for line in network.read_text().splitlines(True) if "-ipv6:" not in line]
    network.write_text("".join(kept))
    for site in (inventory / "sites").glob("*.yaml"):
        site.write_text(re.sub(r", *[^], ]*::/\d+[^],]*", "", site.read_text()))


def _look_for_a_wide_as(lines: list[str]) -> None:
    expected = {
        "router bgp 4210000000 vrf i-office",
        "  rd vpn export 10.255.0.3:1002",
        "  rt vpn both 4210000000:1001",
    }
    assert expected <= set(lines)


def _look_for_no_ipv6(lines: list[str]) -> None:
    expected = {"    address 10.255.0.3/32", " address-family ipv4 vpn", " ip router isis backbone"}
    assert expected <= set(lines)
    named = [line for line in lines if re.search("v6|::", line) and "-ipv4" not in line]
    assert [line for line in named if not line.startswith(_LAST_RESORT)] == []


_AS = (_make_as_wide, _look_for_a_wide_as)
_FAMILY = (_make_without_ipv6, _look_for_no_ipv6)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([_AS], id="as-of-four-octets"),
        pytest.param([_FAMILY], id="without-ipv6"),
        pytest.param([_AS, _FAMILY], id="both"),
    ],
)
def test_another_network_is_applied_as_planned(changes: list[tuple], tmp_path: Path) -> None:
    inventory, state = tmp_path / "mine", tmp_path / "state"

    def run(*words: str | Path, code: int = 0) -> Ran:
        ran = egovnet(*words, state=state, env={"EGOVNET_INVENTORY": str(inventory)})
        assert ran.code == code, f"{words}\n{ran.stdout}\n{ran.stderr}"
        return ran

    run("init", inventory)
    hosts = inventory / "hosts.yaml"
    addresses = loopback_network().removesuffix("0.0/16") + "0."
    hosts.write_text(hosts.read_text().replace("127.20.20.", addresses))
    for make, _ in changes:
        make(inventory)
    assert run("validate").stderr == "", "no warning"
    run("render", "-o", tmp_path / "texts")
    lines = (tmp_path / "texts" / "pe1.cfg").read_text().splitlines()
    for _, look in changes:
        look(lines)
    assert run("prove", "--configs", tmp_path / "texts", "--json").json["proved"]
    try:
        run("lab", "up", "--backend", "emulated")
        plan = tmp_path / "first.plan"
        run("plan", "-o", plan, code=3)
        assert run("apply", plan, "--json").json["verification"]["passed"]
        run("plan")
        assert run("prove", "--running", "--json").json["proved"]
        assert run("drift", "--json").json["differences"] == []
    finally:
        run("lab", "down", "--backend", "emulated")
