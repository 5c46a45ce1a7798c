"""Ports that a text needs and a router has not: what is made by the text is none of them."""

import pytest

from napalm_frr.text.interfaces_text import parse
from napalm_frr.text.linux_check import missing_ports

LINKS = {"lo", "eth0", "eth1", "br0"}


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("auto lo\niface lo inet loopback\nauto eth1\niface eth1\n  mtu 1600\n", ()),
        ("auto eth9\niface eth9\n  address 10.0.0.1/31\n", ("eth9",)),
        ("iface eth9\n  address 10.0.0.1/31\n", ()),  # not by itself at boot: nobody needs it
        ("auto eth9.100\niface eth9.100\n  vrf i-tax\n", ("eth9",)),
        ("auto eth1.100\niface eth1.100\n  vrf i-tax\n", ()),
        ("auto cust\niface cust\n  vlan-raw-device eth9\n  vlan-id 5\n", ("eth9",)),
        ("auto i-tax\niface i-tax\n  vrf-table 1002\n", ()),
        ("auto dum0\niface dum0\n  link-type dummy\nauto dum0.7\niface dum0.7\n", ()),
        ("auto gre1\niface gre1\n  tunnel-mode gre\n  tunnel-local 10.0.0.1\n", ()),
        ("auto br1\niface br1\n  bridge-ports eth1\n", ()),
        ("auto eth9\niface eth9\nauto eth9.1\niface eth9.1\nauto eth8\niface eth8\n",
         ("eth9", "eth8")),
    ],
)  # fmt: skip
def test_only_ports_that_nothing_makes_are_missing(text: str, missing: tuple[str, ...]) -> None:
    assert missing_ports(parse(text), LINKS) == missing
