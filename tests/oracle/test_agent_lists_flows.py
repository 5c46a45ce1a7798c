"""The agent's verb `flows` with Debian's nft: what a rendered filter keeps is what is read."""

import subprocess
from ipaddress import ip_address

import pytest

from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.frr.state.recorded_flows import read_flows
from egovnet.templates.model.packet_filter import FilterChain, PacketFilter, PacketRule
from egovnet.templates.model.recorded_flow import RecordedFlow
from napalm_frr.change.agent import parse_answer
from napalm_frr.change.installation import program
from tests.oracle.frr_root import chroot_command

pytestmark = pytest.mark.lab

_OBSERVED = PacketFilter(
    (FilterChain("arrival", "accept", (PacketRule("accept", "eth1", recorded=True),)),)
)
_SCRIPT = """\
IFS= read -r -d "" agent
IFS= read -r -d "" rules
printf %s "$agent" >/tmp/agent
printf %s "$rules" >/tmp/rules
nft -f /tmp/rules || exit 3
nft add element inet egovnet flows4 '{ 10.1.1.1 . 10.2.2.2 . tcp . 443 }'
nft add element inet egovnet flows6 '{ fde9::1 . fde9::2 . udp . 53 }'
nft add element inet egovnet others6 '{ fde9::1 . fde9::2 . 58 }'
sh /tmp/agent flows
nft flush ruleset
printf "\\0"
sh /tmp/agent flows
"""


def test_flows_are_listed_and_read() -> None:
    taken = program() + b"\0" + packet_filter_text(_OBSERVED).encode() + b"\0"
    ran = subprocess.run(chroot_command(_SCRIPT), input=taken, capture_output=True, check=True)
    first, second = (parse_answer(part) for part in ran.stdout.decode().split("\0"))
    assert first is not None and second is not None
    v6 = ip_address("fde9::1"), ip_address("fde9::2")
    assert first.status == "ok"
    assert read_flows(first.text("flows")) == (
        RecordedFlow(ip_address("10.1.1.1"), ip_address("10.2.2.2"), "tcp", 443, 0, 0),
        RecordedFlow(*v6, "udp", 53, 0, 0),
        RecordedFlow(*v6, "icmp", None, 0, 0),
    )
    assert read_flows(second.text("flows")) == ()
