"""How soon IS-IS goes round a failure that no port sees, by what it waits for: FRR's own daemons.

Run by `make bench` (this file's name keeps it out of the default run). Four routers in a ring with
one chord, zebra, isisd and bfdd each, in network namespaces of one machine; no lab, no labels. A
bridge stands in every circuit: what is taken off it vanishes, and no port goes down. What is
counted are the echo requests that were lost between two loopbacks.
"""

import os
import re
import subprocess

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.templates.registry import render
from tests.oracle.frr_root import chroot_command

pytestmark = pytest.mark.lab
ROUTERS = "abcd"
CIRCUITS = ("ab", "ac", "bd", "cd", "bc")
#: What fails -> circuits that are cut at one moment. One of the two ways from a to d is in use.
FAILURES = {"circuit ab": "ab", "circuit ac": "ac", "router b": "ab bd bc", "router c": "ac cd bc"}
_REQUESTS = 400


def _rendered_delays() -> str:
    """The line of the backbone's text."""
    device = next(iter(Workspace(REFERENCE).devices.values()))
    found = re.search(r"^ (spf-delay-ietf .+)$", render(device), re.MULTILINE)
    assert found is not None
    return found[1]


#: What IS-IS is told besides.
DELAYS = {
    "as rendered": _rendered_delays(),
    "spf-interval, FRR's own": "",
    "delays as RFC 8405 has them": (
        "spf-delay-ietf init-delay 50 short-delay 200 long-delay 5000 holddown 10000 "
        "time-to-learn 500"
    ),
}


def _configuration(router: str, delays: str) -> str:
    number = ROUTERS.index(router) + 1
    lines = [
        "router isis backbone",
        " is-type level-2-only",
        f" net 49.0001.0000.0000.000{number}.00",
        " lsp-timers gen-interval 1 refresh-interval 900 max-lifetime 1200",
        *([f" {delays}"] if delays else []),
        "exit",
        "bfd",
        " profile circuit",
        "  transmit-interval 200",
        "  receive-interval 200",
        " exit",
        "exit",
    ]
    for port in ("lo", *(f"to{_other(c, router)}" for c in CIRCUITS if router in c)):
        own = ["isis network point-to-point", "isis bfd", "isis bfd profile circuit"]
        lines += [
            f"interface {port}",
            " ip router isis backbone",
            " isis circuit-type level-2-only",
            *(f" {line}" for line in (["isis passive"] if port == "lo" else own)),
        ]
        lines.append("exit")
    return "\n".join(lines)


def _other(circuit: str, router: str) -> str:
    return circuit.replace(router, "")


def _inside(router: str) -> str:
    return f"nsenter --net=/run/netns/{router}"


def _script(delays: str) -> str:
    lines = ["set -e", "mkdir -p /run/netns /run/frr"]
    for number, router in enumerate(ROUTERS, start=1):
        lines += [
            f"ip netns add {router}",
            f"{_inside(router)} ip link set lo up",
            f"{_inside(router)} ip address add 10.255.0.{number}/32 dev lo",
            f"{_inside(router)} sysctl -qw net.ipv4.ip_forward=1",
        ]
    for number, circuit in enumerate(CIRCUITS):
        lines.append(f"ip link add {circuit} type bridge forward_delay 0 mcast_snooping 0")
        lines.append(f"ip link set {circuit} up")
        for side, router in enumerate(circuit):
            port, end = f"to{_other(circuit, router)}", f"{circuit}-{router}"
            lines += [
                f"ip link add {end} type veth peer name {port} netns {router}",
                f"ip link set {end} master {circuit} up",
                f"{_inside(router)} ip address add 10.254.0.{2 * number + side}/31 dev {port}",
                f"{_inside(router)} ip link set {port} up",
            ]
    for router in ROUTERS:
        lines.append(f"mkdir -p /run/frr/{router}")
        for daemon in ("zebra", "isisd", "bfdd"):
            started = f"/usr/lib/frr/{daemon} -N {router} -d -u root -g root -P 0 -f /dev/null"
            lines.append(f"{_inside(router)} {started} >>/tmp/start 2>&1")
        lines.append(f"cat >/tmp/{router} <<'%%END'\n{_configuration(router, delays)}\n%%END")
        lines.append(f"vtysh -N {router} -f /tmp/{router} >>/tmp/start 2>&1")
    lines.append("sleep 15")
    ping = f"ping -q -i 0.01 -c {_REQUESTS} -W 1 -I 10.255.0.1 10.255.0.4"
    for failure, circuits in FAILURES.items():
        ends = [f"{c}-{router}" for c in circuits.split() for router in c]
        lines += [
            f"{_inside('a')} {ping} >/tmp/ping & asked=$!",
            "sleep 1.5",
            *(f"ip link set {end} nomaster" for end in ends),
            "wait $asked || true",
            f'echo "{failure}: $(grep received /tmp/ping)"',
            *(f"ip link set {end} master {end.split('-')[0]}" for end in ends),
            "sleep 8",
        ]
    lines.append("for pid in /run/frr/*/*.pid; do kill -9 $(cat $pid); done")
    return "\n".join(lines)


@pytest.mark.parametrize("what", DELAYS)
def test_for_how_long(what: str, benchmark: BenchmarkFixture) -> None:
    done = subprocess.run(
        chroot_command("bash /dev/stdin"),
        input=_script(DELAYS[what]),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    pattern = r"^(.+): (\d+) packets transmitted, (\d+) received.* time (\d+)ms$"
    found = re.findall(pattern, done.stdout, re.MULTILINE)
    assert [name for name, *_ in found] == list(FAILURES), done.stdout + done.stderr
    # all in a row: nothing is lost before and after
    lost = {
        name: round((int(sent) - int(received)) * int(took) / int(sent) / 1000, 2)
        for name, sent, received, took in found
    }
    benchmark.extra_info["seconds"] = lost
    benchmark.extra_info["load"] = os.getloadavg()
    benchmark.pedantic(lambda: None, rounds=1)
    print(what, lost, "load", os.getloadavg()[0])
    if what == "as rendered":
        assert max(lost.values()) < 3, "IS-IS' hold time is 30 s"
