"""Networks of other numbers than the reference's: each is validated, rendered, proved and applied,
on emulated routers, and is then as it was planned.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loopback import loopback_network
from tests.playbooks.console import Ran, edit, egovnet


def _as_of_four_octets(inventory: Path) -> None:
    edit(inventory / "network.yaml", "asn: 64512", "asn: 4210000000")


#: What makes it another network, and what then stands in a PE's text.
NETWORKS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "as-of-four-octets": (
        _as_of_four_octets,
        [
            "router bgp 4210000000 vrf i-office",
            "  rd vpn export 10.255.0.3:1002",
            "  rt vpn both 4210000000:1001",
        ],
    ),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_another_network_is_applied_as_planned(kind: str, tmp_path: Path) -> None:
    change, expected = NETWORKS[kind]
    inventory, state = tmp_path / "mine", tmp_path / "state"

    def run(*words: str | Path, code: int = 0) -> Ran:
        ran = egovnet(*words, state=state, env={"EGOVNET_INVENTORY": str(inventory)})
        assert ran.code == code, f"{words}\n{ran.stdout}\n{ran.stderr}"
        return ran

    run("init", inventory)
    change(inventory)
    hosts = inventory / "hosts.yaml"
    addresses = loopback_network().removesuffix("0.0/16") + "0."
    hosts.write_text(hosts.read_text().replace("127.20.20.", addresses))
    assert run("validate").stderr == "", "no warning"
    run("render", "-o", tmp_path / "texts")
    lines = (tmp_path / "texts" / "pe1.cfg").read_text().splitlines()
    assert [line for line in expected if line not in lines] == []
    assert run("prove", "--configs", tmp_path / "texts", "--json").json["proved"]
    try:
        run("lab", "up", "--backend", "emulated")
        plan = tmp_path / "first.plan"
        run("plan", "-o", plan, code=3)
        assert "verified" in run("apply", plan).stdout
        run("plan")
        assert run("prove", "--running", "--json").json["proved"]
    finally:
        run("lab", "down", "--backend", "emulated")
