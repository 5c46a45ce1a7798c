"""Which addresses the router's agent gives to zebra again, from what routers of the lab printed.

zebra 8.4 hears of links and of addresses in two threads, and drops an address whose link it does
not know yet. On a firewall, whose VLANs are in no VRF, half of the first roll-outs failed of it.
"""

import os
import subprocess
from pathlib import Path

import napalm_frr.change

_AGENT = Path(napalm_frr.change.__path__[0]) / "router_agent_change.sh"
_ZEBRA = """\
Interface eth1.100 is up, line protocol is up
  vrf: default
  inet 10.200.0.62/30
  inet6 fde9:fa::3e/126
  inet6 fe80::b808:c1ff:feb2:9ab6/64
Interface eth1.102 is up, line protocol is up
  vrf: default
  Interface Type Vlan
Interface eth2 is up, line protocol is up
  vrf: default
Interface eth0 is up, line protocol is up
  vrf: mgmt
Interface eth3.7 is up, line protocol is up
  vrf: i-party
  inet 10.1.2.1/24
"""
_LINKS = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
2: eth0@if12: <BROADCAST,UP,LOWER_UP> mtu 1500 master mgmt \\ veth \\    vrf_slave table 1001
3: eth1@if3: <BROADCAST,UP,LOWER_UP> mtu 1500 master untagged \\ veth \\    vrf_slave table 5000
4: eth2@if3: <BROADCAST,UP,LOWER_UP> mtu 1500 state UP \\ veth addrgenmode eui64
6: eth1.100@eth1: <BROADCAST,UP,LOWER_UP> mtu 1500 \\    vlan protocol 802.1Q id 100 <REORDER_HDR>
8: eth1.102@eth1: <BROADCAST,UP,LOWER_UP> mtu 1500 \\    vlan protocol 802.1Q id 102 <REORDER_HDR>
9: eth3.7@eth3: <BROADCAST,UP,LOWER_UP> mtu 1500 master i-party \\    vlan protocol 802.1Q id 7 \
<REORDER_HDR> \\    vrf_slave table 20 addrgenmode eui64
"""
_ADDRESSES = """\
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever
2: eth0    inet 172.20.20.51/24 scope global eth0\\       valid_lft forever
4: eth2    inet 10.255.0.1/30 scope global eth2\\       valid_lft forever
6: eth1.100    inet 10.200.0.62/30 scope global eth1.100\\       valid_lft forever
6: eth1.100    inet6 fde9:fa::3e/126 scope global \\       valid_lft forever
6: eth1.100    inet6 fe80::b808:c1ff:feb2:9ab6/64 scope link \\       valid_lft forever
8: eth1.102    inet 10.200.0.78/30 scope global eth1.102\\       valid_lft forever
8: eth1.102    inet6 fde9:fa::4e/126 scope global \\       valid_lft forever
8: eth1.102    inet6 fe80::b808:c1ff:feb2:9ab6/64 scope link \\       valid_lft forever
9: eth3.7    inet 10.1.2.1/24 scope global eth3.7\\       valid_lft forever
9: eth3.7    inet6 fde9:1::1/64 scope global \\       valid_lft forever
"""


def test_addresses_zebra_missed_are_given_again(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    for name, text in (("zebra", _ZEBRA), ("links", _LINKS), ("addresses", _ADDRESSES)):
        (tmp_path / f"{name}.txt").write_text(text)
    (tmp_path / "vtysh").write_text(f"#!/bin/sh\ncat {tmp_path}/zebra.txt\n")
    (tmp_path / "ip").write_text(
        f'#!/bin/sh\ncase "$*" in\n"-d -o link show") cat {tmp_path}/links.txt;;\n'
        f'"-o addr show") cat {tmp_path}/addresses.txt;;\n*) echo "$*" >>{calls};;\nesac\n'
    )
    for command in ("vtysh", "ip"):
        (tmp_path / command).chmod(0o755)
    subprocess.run(
        ["sh", "-c", f"log() {{ :; }}\n. {_AGENT}\nROOM={tmp_path}\ntell_zebra"],
        check=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    missed = (
        ("10.200.0.78/30", "eth1.102"),
        ("fde9:fa::4e/126", "eth1.102"),
        ("fe80::b808:c1ff:feb2:9ab6/64", "eth1.102"),
        ("fde9:1::1/64", "eth3.7"),
    )
    assert calls.read_text().splitlines() == [
        f"addr {verb} {address} dev {port}" for address, port in missed for verb in ("del", "add")
    ]
