"""A gateway's routes in real daemons: what is printed back, and what becomes of the default route
when the uplink goes down.
"""

import subprocess

import pytest

from tests.isolation.gateway_proof import built
from tests.oracle.frr_root import chroot_command

pytestmark = pytest.mark.lab
_DEFAULTS = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}
#: Waits until a default route is the best one, or is none; at most 20 s.
_WAIT = """\
until_there() { for i in $(seq 100); do
  vtysh -c "show bgp $1 unicast" 2>/dev/null | grep -q "^$2 *$3 " && { echo "$4 $1"; return; }
  sleep 0.2
done; }
"""


def _script(text: str) -> str:
    device = built().devices["bj-gw1"]
    lines = [f"cat >/etc/frr/frr.conf <<'END'\n{text}END", _WAIT]
    for port in device.interfaces:
        lines.append(f"ip link add {port.name} type veth peer name far-{port.port}")
        lines += [
            f"ip address add {one} dev {port.name}{' nodad' if ':' in str(one) else ''}"
            for one in port.addresses
        ]
        lines.append(f"ip link set {port.name} up; ip link set far-{port.port} up")
    lines.append("mkdir -p /run/frr; export PATH=/usr/lib/frr:/usr/sbin:/usr/bin:/sbin:/bin")
    lines += [
        f"{daemon} -d -f /dev/null -u root -g root"
        for daemon in ("zebra", "staticd", "bfdd", "bgpd")
    ]
    lines += [
        "for i in $(seq 50); do vtysh -c 'show version' >/dev/null 2>&1 && break; sleep 0.2; done",
        "vtysh -b",
        "echo begin; vtysh -c 'show running-config'; echo end",
        *(f"until_there {f} '\\*>' {p} announced" for f, p in _DEFAULTS.items()),
        "ip link set eth2 down",
        *(f"until_there {f} ' ' {p} withdrawn" for f, p in _DEFAULTS.items()),
    ]
    return "\n".join(lines)


def test_the_default_route_goes_with_the_uplink() -> None:
    text = built().texts["bj-gw1"]
    text = text[text.index("frr version") :]
    done = subprocess.run(
        chroot_command("bash"),
        input=_script(text),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout.splitlines()
    printed = {line.rstrip() for line in said[said.index("begin") + 1 : said.index("end")]}
    ours = {line.rstrip() for line in text.splitlines()} - {"!", ""}
    assert ours - printed == {"hostname bj-gw1", "service integrated-vtysh-config"}
    for family in _DEFAULTS:
        assert f"announced {family}" in said, done.stderr
        assert f"withdrawn {family}" in said, done.stderr
