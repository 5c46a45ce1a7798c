"""The awk that leaves out what is alike, over what a real router's kernel and bgpd print."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.templates.frr.state.running_reader import read_running
from egovnet.templates.frr.state.running_script import running_script
from egovnet.templates.model.running_state import Origin

KERNEL = Path(__file__).parent / "kernel"
VPN = """BGP table version is 2, local router ID is 10.255.0.1, vrf id 0
Status codes:  s suppressed, d damped, h history, * valid, > best, = multipath,

   Network          Next Hop            Metric LocPrf Weight Path
Route Distinguisher: 10.255.0.3:1002
* i10.1.30.0/24     10.255.0.3               0    100      0 4200000001 i
    UN=10.255.0.3 EC{65000:1002} label=82 type=bgp, subtype=0
*>i                 10.255.0.3               0    100      0 4200000001 i
    UN=10.255.0.3 EC{65000:1002} label=82 type=bgp, subtype=0
*>i10.200.0.0/30    10.255.0.3               0    100      0 ?
    UN=10.255.0.3 EC{65000:1002} label=82 type=bgp, subtype=0
Route Distinguisher: 65000:9
*>i10.9.0.0/16      10.255.0.3               0    100      0 ?
    UN=10.255.0.3 EC{65000:1002 65000:2001} label=80 type=bgp, subtype=0
*>i10.10.0.0/16     10.255.0.3               0    100      0 ?
    UN=10.255.0.3 label=80 type=bgp, subtype=0
"""


def awk(of: str) -> str:
    """The program that the script runs on a router for a question."""
    device = Workspace(REFERENCE).devices["bj-p1"]
    script = running_script(device, links=False)
    (program,) = {shlex.split(f"'{found}'")[0] for found in re.findall(of, script, re.DOTALL)}
    return program


def run(program: str, text: str) -> list[str]:
    done = subprocess.run(
        ["awk", program], input=text, capture_output=True, text=True, check=True, timeout=20
    )
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_nothing_is_left_out_but_what_is_alike(family: str) -> None:
    lines = (KERNEL / f"routes-{family}.txt").read_text(encoding="utf-8").splitlines()
    main = [line for line in lines if " table " not in line]
    program = awk(rf"ip -o -N -{family[-1]} route show table all; \}} 2>&1 \| awk '([^']*)'")
    printed = run(program, "\n".join([*main, "all", *lines, ""]))
    plain = [
        line
        for line in lines
        if not ("encap mpls" in line and " table " in line)
        and not (" proto 187 " in line and line in main)
    ]
    assert [re.sub(" nhid [0-9]+", "", line) for line in plain] == [
        line for line in printed if not line.startswith("like ")
    ]
    labelled = {
        (re.search(r"table (\d+)", line)[1], inner)  # type: ignore[index]
        for line in lines
        if " table " in line
        for inner in re.findall(r"mpls +[\d/]*?(\d+) ", line)
    }
    answer = f"kernel# show running routes {family}\n" + "\n".join(printed)
    routes = [route for route in read_running(answer).routes if route.example]
    assert {(str(r.table), str(h.label)) for r in routes for h in r.hops if h.label} == labelled
    exits = {exit for r in routes for h in r.hops if h.label for exit in h.exits}
    assert exits
    assert all(one.startswith(("10.255.0.", "fde9:ff::")) for one in exits)


def test_labels_of_the_backbone_are_told_by_their_ports() -> None:
    text = (KERNEL / "labels.txt").read_text(encoding="utf-8")
    printed = run(awk(r"mpls route 2>&1 \| awk '([^']*)'"), f"{text}500 dev i-party \n")
    labels = read_running("kernel# show running labels\n" + "\n".join(printed)).labels
    backbone = [one.interfaces for one in labels if one.origin is Origin.BACKBONE]
    assert sorted(backbone) == [("eth1",), ("eth1", "eth2"), ("eth2",)]
    vrfs = {one.label: one.interfaces for one in labels if one.origin is Origin.BGP}
    assert (vrfs[80], vrfs[86]) == (("e-public",), ("i-party",))
    assert [one.label for one in labels if one.origin is Origin.OTHER] == [500]


def test_vpn_routes_are_told_by_rd_targets_label_and_next_hop() -> None:
    program = awk(r"vpn. 2>&1 \| awk '([^']*)'")
    printed = run(program, VPN)
    answer = "kernel# show running vpn ipv4\n" + "\n".join(printed)
    state = read_running(answer)
    assert "show running vpn ipv4" not in state.unread
    found = [(r.prefix, r.label, len(r.targets)) for r in state.vpn_routes or ()]
    assert found == [("10.1.30.0/24", 82, 1), ("10.9.0.0/16", 80, 2), ("10.10.0.0/16", 80, 0)]
    cut = run(program, VPN.replace("    UN=10.255.0.3 label=80 type=bgp, subtype=0\n", ""))
    answer = "kernel# show running vpn ipv4\n" + "\n".join(cut)
    assert "10.10.0.0/16" in read_running(answer).unread["show running vpn ipv4"]


#: Of a PE that reflects: its own VRFs' routes have the next hops that they have there.
OWN = """BGP table version is 4, local router ID is 10.1.0.1, vrf id 0
   Network          Next Hop            Metric LocPrf Weight Path
Route Distinguisher: 10.1.0.1:1002
*> 10.1.16.0/30     0.0.0.0@10<              0         32768 ?
    UN=0.0.0.0 EC{65000:1001} label=82 type=bgp, subtype=5
*> 10.41.1.0/24     10.1.16.2@10<            0    100      0 64844 4200044001 i
    UN=10.1.16.2 EC{65000:1001} label=82 type=bgp, subtype=5
Route Distinguisher: 10.1.0.2:1002
*>i10.11.1.0/24     10.1.0.2                 0    100      0 4200000001 i
    UN=10.1.0.2 EC{65000:1001} label=82 type=bgp, subtype=0
"""


def test_a_reflector_s_own_vpn_routes_are_known_as_such() -> None:
    printed = run(awk(r"vpn. 2>&1 \| awk '([^']*)'"), OWN)
    state = read_running("kernel# show running vpn ipv4\n" + "\n".join(printed))
    own = {route.prefix: route.own for route in state.vpn_routes or ()}
    assert own == {"10.1.16.0/30": True, "10.41.1.0/24": True, "10.11.1.0/24": False}
