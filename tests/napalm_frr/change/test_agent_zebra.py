"""Which addresses the router's agent gives to zebra again, from what routers of the lab printed.

zebra 8.4 hears of links and of addresses in two threads, and drops an address whose link it does
not know yet. On a firewall, whose VLANs are in no VRF, half of the first roll-outs failed of it.
"""

import os
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import napalm_frr.change
from napalm_frr.text.interfaces_text import parse
from napalm_frr.text.linux_check import unheard_faults
from tests.hypothesis_profiles import examples
from tests.napalm_frr.change.agent_host import CHANGED, AgentHost

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


#: `ip`, which knows a port's addresses until they are taken away; a new IPv6 one is checked first.
_IP = """\
#!/bin/sh
case "$*" in
"-d -o link show") cat links.txt ;;
"-o addr show") cat addresses.txt ;;
*) echo "$*" >>calls ;;
esac
case "$*" in
"addr add "*:*) sed -i "s,$3 scope,$3 tentative scope," addresses.txt ;;
"addr add "*) sed -i "s,^Interface $5 .*,&\\n  inet $3," zebra.txt ;;
esac
"""


def _tell_zebra(directory: Path, zebra: str) -> list[str]:
    """What is done to addresses; what was read back is in `after`."""
    for name, text in (("zebra", zebra), ("links", _LINKS), ("addresses", _ADDRESSES)):
        (directory / f"{name}.txt").write_text(text)
    (directory / "vtysh").write_text("#!/bin/sh\ncat zebra.txt\n")
    (directory / "ip").write_text(_IP)
    (directory / "calls").touch()
    (directory / "after").mkdir()
    (directory / "sleep").write_text("#!/bin/sh\n")
    for command in ("vtysh", "ip", "sleep"):
        (directory / command).chmod(0o755)
    subprocess.run(
        ["sh", "-uc", f"log() {{ :; }}\n. {_AGENT}\nROOM=.\nAFTER=after\ntell_zebra"],
        check=True,
        cwd=directory,
        env={**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"},
    )
    return (directory / "calls").read_text().splitlines()


#: The kernel's side of it, as `ip -d -j addr show` has it, and what the text says of it.
_KERNEL = [
    {
        "ifname": name,
        **({"master": vrf} if vrf else {}),
        "linkinfo": {"info_kind": "vlan", **({"info_slave_kind": "vrf"} if vrf else {})},
        "addr_info": [
            {
                "local": words[3].split("/")[0],
                "prefixlen": int(words[3].split("/")[1]),
                "scope": "link" if words[3].startswith("fe80") else "global",
            }
            for words in map(str.split, _ADDRESSES.splitlines())
            if words[1] == name
        ],
    }
    for name, vrf in (("eth1.100", ""), ("eth1.102", ""), ("eth3.7", "i-party"))
]
_TEXT = "".join(
    f"auto {link['ifname']}\niface {link['ifname']}\n"
    + "".join(
        f"    address {one['local']}/{one['prefixlen']}\n"
        for one in link["addr_info"]
        if one["scope"] == "global"
    )
    for link in _KERNEL
)
_ALL = [(link["ifname"], one["local"]) for link in _KERNEL for one in link["addr_info"]]
_MISSED = (
    ("10.200.0.78/30", "eth1.102"),
    ("fde9:fa::4e/126", "eth1.102"),
    ("fe80::b808:c1ff:feb2:9ab6/64", "eth1.102"),
    ("fde9:1::1/64", "eth3.7"),
)


def _faults(zebra: str) -> list[str]:
    return [str(fault) for fault in unheard_faults(parse(_TEXT), _KERNEL, zebra)]


def test_addresses_zebra_missed_are_given_again(tmp_path: Path) -> None:
    assert _tell_zebra(tmp_path, _ZEBRA) == [
        f"addr {verb} {address} dev {port}" for address, port in _MISSED for verb in ("del", "add")
    ]
    # one that is checked for duplicates is heard of later, and was not missed
    assert _faults((tmp_path / "after" / "zebra").read_text()) == []


def test_nothing_is_given_again_where_zebra_is_silent(tmp_path: Path) -> None:
    assert _tell_zebra(tmp_path, "") == []
    assert _faults((tmp_path / "after" / "zebra").read_text()) == []


def test_what_zebra_missed_is_named_and_read_with_the_text(tmp_path: Path) -> None:
    end = "Building configuration...\n\nCurrent configuration:\nhostname r1\nend\n"
    (tmp_path / "said").write_text(f"of a script\n{end}{_ZEBRA}")
    script = f". {_AGENT}\nsplit_running . said"
    shell = ["sh", "-uc", script]
    rest = subprocess.run(shell, check=True, cwd=tmp_path, capture_output=True, text=True).stdout
    assert (rest, (tmp_path / "frr").read_text()) == ("of a script\n", end)
    zebra = (tmp_path / "zebra").read_text()
    ports = [line for line in zebra.splitlines() if " " not in line]
    assert ports == ["eth1.100", "eth1.102", "eth2", "eth0", "eth3.7", "."]
    assert _faults(zebra) == [f"{port}: zebra does not know {address}" for address, port in _MISSED]
    # half an answer, and none, say nothing
    assert _faults(zebra.removesuffix(".\n")) == _faults("") == _faults(".\n") == []


def test_a_reading_has_what_zebra_knows(tmp_path: Path) -> None:
    host = AgentHost(tmp_path / "host")
    try:
        host.reset()
        driver = host.driver()
        known = "lo\neth0\neth0 172.20.20.101\n.\n"
        assert driver._agent.call("read").texts["zebra"] == known
        driver.load_replace_candidate(config=CHANGED)
        driver.commit_as("one")
        driver.commit_config(revert_in=60)
        assert host.sh("cat /run/egovnet/*.one/after/zebra") == f"{known[:-2]}i-x\n.\n"
    finally:
        host.close()


@examples(40)
@given(known=st.sets(st.sampled_from(_ALL)), tentative=st.sets(st.sampled_from(_ALL)))
def test_of_any_addresses_the_missed_are_named(
    known: set[tuple[str, str]], tentative: set[tuple[str, str]]
) -> None:
    ports = "".join(f"{link['ifname']}\n" for link in _KERNEL)
    zebra = f"{ports}{''.join(f'{port} {host}{chr(10)}' for port, host in known)}.\n"
    kernel = [
        {**link, "addr_info": [
            {**one, **({"tentative": True} if (link["ifname"], one["local"]) in tentative else {})}
            for one in link["addr_info"]
        ]}
        for link in _KERNEL
    ]  # fmt: skip
    found = unheard_faults(parse(_TEXT), kernel, zebra)
    named = {(fault.subject, fault.expected.partition("/")[0]) for fault in found}
    assert named == set(_ALL) - known - tentative
