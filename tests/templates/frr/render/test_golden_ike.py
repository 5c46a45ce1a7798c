"""Golden texts of strongSwan: a PE with two peers of its encrypted VPN, a spoke, and a P router.

`UPDATE_GOLDEN=1 pytest tests/templates/frr/render/test_golden_ike.py` writes them anew; the
diff is then read by a person.
"""

import os
import re
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.model.device import Device, EncryptedSide, IpsecProposals, Tunnel
from egovnet.templates.model.ike_texts import IkeTexts
from egovnet.templates.registry import render_ike
from tests.inventories import BACKBONE

GOLDEN = Path(__file__).parent / "golden_ike"
_DEVICES = Workspace(BACKBONE).devices
_PROPOSALS = IpsecProposals("aes256gcm16-prfsha384-ecp256", "aes256gcm16-ecp256-esn")
_TO_SH = Tunnel("gre2", "sh-pe1", IPv4Address("10.255.0.3"), ())
_TO_GD = Tunnel("gre3", "gd-pe1", IPv4Address("10.255.0.4"), ())


def _with(name: str, local: str, *tunnels: Tunnel) -> Device:
    side = EncryptedSide(IPv4Address(local), tunnels, (), 1504, _PROPOSALS)
    return replace(_DEVICES[name], encrypted=side)


DEVICES = {
    "bj-pe1": _with("bj-pe1", "10.255.0.2", _TO_SH, _TO_GD),
    "sh-pe1": _with("sh-pe1", "10.255.0.3", replace(_TO_GD, name="gre9")),
    "bj-p1": _DEVICES["bj-p1"],
}


def ike(name: str) -> IkeTexts:
    found = render_ike(DEVICES[name])
    assert found is not None
    return found


TEXTS = {f"{name}.swanctl.conf": ike(name).connections for name in DEVICES}
TEXTS["strongswan.conf"] = ike("bj-pe1").daemon


@pytest.mark.parametrize("name", TEXTS)
def test_strongswan_s_text_is_the_golden_one(name: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXTS[name], encoding="utf-8")
    assert TEXTS[name] == path.read_text(encoding="utf-8")


def test_no_golden_text_of_strongswan_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(TEXTS)


def test_the_daemon_is_the_same_everywhere() -> None:
    assert {ike(name).daemon for name in DEVICES} == {TEXTS["strongswan.conf"]}


@pytest.mark.parametrize("name", DEVICES)
def test_a_connection_is_one_peer_s_by_address_and_name(name: str) -> None:
    """As many of each as of tunnels, and nobody is anybody."""
    text, side = TEXTS[f"{name}.swanctl.conf"], DEVICES[name].encrypted
    tunnels = side.tunnels if side is not None else ()
    said = [re.findall(rf"{words} = (\S+)", text) for words in ("remote_addrs", "id", "revocation")]
    assert said[0] == [str(tunnel.remote) for tunnel in tunnels]
    assert said[1] == [f"fqdn:{end}" for tunnel in tunnels for end in (name, tunnel.peer)]
    assert said[2] == ["strict"] * len(tunnels)
    assert "%any" not in text
    assert ike(name).names == tuple(tunnel.name for tunnel in tunnels)
