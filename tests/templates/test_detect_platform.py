"""Texts of other platforms are refused by name, and FRR's never are."""

import pytest
from hypothesis import given

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.templates.detect_platform import foreign_platform
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.registry import read_config, render
from tests.strategies import networks

TEXTS = {
    "Junos": "system {\n    host-name gz1;\n}\nrouting-instances {\n    i-party {\n    }\n}\n",
    "Cisco IOS XR": (
        "!! IOS XR Configuration 7.3.2\nhostname gz1\nvrf i-party\n address-family ipv4 unicast\n"
    ),
    "Cisco IOS": "version 15.1\nhostname gz1\n!\nip vrf i-party\n rd 65000:1\n!\nend\n",
    "Arista EOS": "! Command: show running-config\n! device: gz1 (vEOS, EOS-4.28)\nhostname gz1\n",
    "Huawei VRP or H3C Comware": "#\nsysname gz1\n#\nip vpn-instance i-party\n#\nreturn\n",
    "Nokia SR OS": "# TiMOS-C-20.10.R1 cpm\nexit all\nconfigure\n",
}


@pytest.mark.parametrize("platform", TEXTS)
def test_a_platform_that_cannot_be_read_is_named(platform: str) -> None:
    assert foreign_platform(TEXTS[platform]) == platform
    with pytest.raises(ConfigTextError, match=f"gz1.cfg: a configuration of {platform}"):
        read_config(TEXTS[platform], "gz1.cfg")


def test_set_style_junos() -> None:
    assert foreign_platform("set system host-name gz1\nset interfaces ge-0/0/0 unit 0\n") == "Junos"


@given(networks())
def test_what_is_rendered_is_never_taken_for_another_s(network: Network) -> None:
    for device in intend(network, allocate(network)).values():
        text = render(device)
        assert foreign_platform(text) == ""
        assert foreign_platform(text.split("# ports.conf --")[0]) == ""
        bare = "".join(line for line in text.splitlines(keepends=True) if "frr " not in line)
        assert foreign_platform(bare) == ""
