"""What ifupdown2 says that it could not do, and which line of the device's text it is about."""

import pytest

from napalm_frr.text.device_text import split
from napalm_frr.text.ifreload_output import complaints

#: The interfaces begin in line 3.
TEXT = split(
    "r1\n# This file describes the network interfaces\nauto lo\niface lo inet loopback\n\n"
    "auto i-party\niface i-party\n    vrf-table 1077\n\nauto eth1.7\niface eth1.7\n"
    "    vrf i-party\n# ports.conf --\nfrr version 8.4.4\n"
)


@pytest.mark.parametrize(
    ("output", "sentences"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(
            "error: i-party: cannot change vrf table id,running table id 1002 is different from"
            " config id 1077\n",
            [
                "i-party: cannot change vrf table id,running table id 1002 is different from"
                " config id 1077 (line 8: 'vrf-table 1077')"
            ],
            id="the line of the table",
        ),
        pytest.param(
            "warning: eth1.7: post-up cmd 'x' failed: returned 255\n"
            "error: eth1.7: netlink: cannot enslave\n",
            [
                "eth1.7: netlink: cannot enslave (line 11: 'iface eth1.7')",
                "eth1.7: post-up cmd 'x' failed: returned 255 (line 11: 'iface eth1.7')",
            ],
            id="errors first, the interface's stanza",
        ),
        pytest.param(
            "error: /etc/network/interfaces: line4: iface stanza: missing name\n",
            ["iface stanza: missing name (line 6: 'auto i-party')"],
            id="a line of the file is another of the text",
        ),
        pytest.param(
            "error: main exception: list index out of range\n",
            ["main exception: list index out of range"],
            id="of no line",
        ),
        pytest.param(
            "error: /etc/network/interfaces: line99: what\nerror: eth9: no such device\n",
            ["what", "eth9: no such device"],
            id="a line or interface that the text does not have",
        ),
        pytest.param(
            "iface i-party [fail]\nsomething else\n", ["iface i-party [fail]"], id="ifquery"
        ),
        pytest.param(
            "".join(f"error: e{n}: x\n" for n in (1, 1, 2, 3, 4, 5, 6)),
            [f"e{n}: x" for n in (1, 2, 3, 4, 5)],
            id="five, each once",
        ),
    ],
)
def test_complaints(output: str, sentences: list[str]) -> None:
    assert complaints(output, TEXT) == sentences
