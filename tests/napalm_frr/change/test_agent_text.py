"""How the router's agent compares two of FRR's texts, run by a real shell."""

import re
import subprocess
from pathlib import Path

import napalm_frr.change

_AGENT = Path(napalm_frr.change.__path__[0]) / "router_agent.sh"


def canonical(text: str, directory: Path) -> list[str]:
    function = re.search(r"^canonical\(\) \{\n.*?^\}\n", _AGENT.read_text(), re.M | re.S)
    assert function is not None
    path = directory / "frr"
    path.write_text(text)
    script = f'{function.group()}canonical "$1"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", path], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_an_interface_of_which_nothing_is_said_makes_no_difference(tmp_path: Path) -> None:
    # seen when the first provisioning of a router was undone: its interfaces stayed, empty
    plain = "hostname r1\n!\nrouter isis b\n net 49.0001.0001.0001.0001.00\nexit\n"
    shown = plain + "interface eth1\nexit\n!\nvrf i-party\nexit-vrf\n!\nend\n"
    assert canonical(plain, tmp_path) == canonical(shown, tmp_path)


def test_what_is_said_of_an_interface_makes_one(tmp_path: Path) -> None:
    said = canonical("interface eth1\n mpls enable\nexit\n", tmp_path)
    assert said == ["interface eth1|mpls enable"]
    assert said != canonical("interface eth1\n shutdown\nexit\n", tmp_path)
    assert said != canonical("interface eth2\n mpls enable\nexit\n", tmp_path)


def test_a_whole_context_makes_one_even_when_it_is_empty(tmp_path: Path) -> None:
    assert canonical("route-map a permit 10\nexit\n", tmp_path) == ["route-map a permit 10"]
