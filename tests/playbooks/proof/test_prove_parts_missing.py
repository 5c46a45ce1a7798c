"""Texts by others: VRFs that nothing makes, parts that are missing, versions that are not known."""

from pathlib import Path

import pytest

from tests.playbooks.console import Ran, egovnet

ZONES = "zones: {intranet: {vrfs: [a]}, extranet: {vrfs: [b]}}\n"
HEAD = "frr version 8.4.4\nfrr defaults traditional\n"
HOST = "# This file describes the network interfaces\nauto lo\niface lo inet loopback\n\n"
PORTS = (
    "interface eth1 vrf a\n ip address 10.1.0.1/24\nexit\n"
    "interface eth2 vrf b\n ip address 10.2.0.1/24\nexit\n"
)
#: As FRR prints VRFs that its own text names.
NAMED = "vrf a\nexit-vrf\nvrf b\nexit-vrf\n"


def vrf(name: str, number: int, target: int) -> str:
    return (
        f"router bgp 65000 vrf {name}\n address-family ipv4 unicast\n  redistribute connected\n"
        f"  rd vpn export 65000:{number}\n  rt vpn both 65000:{target}\n"
        "  label vpn export auto\n  export vpn\n  import vpn\n exit-address-family\nexit\n"
    )


APART = vrf("a", 1, 1) + vrf("b", 2, 2)
JOINED = vrf("a", 1, 1) + vrf("b", 2, 1)


def proof(tmp_path: Path, text: str, *options: str) -> Ran:
    configs, zones = tmp_path / "configs", tmp_path / "zones.yaml"
    configs.mkdir()
    (configs / "r1.conf").write_text(text)
    zones.write_text(ZONES)
    words = ("prove", "--inventory", tmp_path, "--configs", configs, "--zones", zones)
    return egovnet(*words, *options, state=tmp_path / "state")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        pytest.param(HEAD + APART, "1 device without its interfaces", id="no ports at all"),
        pytest.param(HEAD + PORTS + APART, "1 device without its interfaces", id="FRR's ports"),
        pytest.param(HOST + HEAD + APART, "2 VRFs that nothing makes", id="only bgpd names them"),
        pytest.param(HOST + HEAD + PORTS + APART, "2 VRFs that nothing makes", id="bound by FRR"),
        pytest.param(
            HOST + HEAD + NAMED + APART, "2 VRFs that nothing makes", id="FRR names them all over"
        ),
        pytest.param(
            HEAD.replace("8.4.4", "10.1.2") + APART, "1 device of an unknown version", id="FRR 10"
        ),
        pytest.param(HEAD, "no device with a VRF", id="no VRF"),
    ],
)
def test_what_is_missing_is_said_in_the_verdict(tmp_path: Path, text: str, missing: str) -> None:
    ran = proof(tmp_path, text)
    assert ran.code == 4
    first = ran.stdout.splitlines()[0]
    assert first.startswith("not proved: ")
    assert missing in first


@pytest.mark.parametrize("ports", ["", PORTS, NAMED])
@pytest.mark.parametrize("host", ["", HOST])
def test_members_are_taken_to_be_there(tmp_path: Path, host: str, ports: str) -> None:
    """b exports what a imports: a leak, whoever is in them."""
    found = proof(tmp_path, host + HEAD + ports + JOINED, "--json").json["findings"]
    assert [f["scope"] for f in found if f["class"] == "P1 zone-leak"] == ["zones"]


def test_a_text_without_a_name_is_of_the_router_of_its_file(tmp_path: Path) -> None:
    found = proof(tmp_path, HEAD + JOINED, "--json").json["findings"]
    assert {f["device"] for f in found} == {"r1"}
    assert {hop["device"] for f in found for hop in f["path"]} == {"r1"}


def test_a_version_that_is_not_known_is_named(tmp_path: Path) -> None:
    text = "frr version 8.4.4\nfrr version 10.1.2\n" + APART
    (found,) = [
        f
        for f in proof(tmp_path, text, "--json").json["findings"]
        if f["class"] == "unknown version"
    ]
    assert found["message"].startswith("this text is of FRR 10.1.2, and the versions whose rules")
    assert found["line"] == 2


def test_a_text_without_a_version_is_assumed_to_be_of_one_that_is_known(tmp_path: Path) -> None:
    told = proof(tmp_path, "frr defaults traditional\n" + APART, "--json").json
    assert "version" in {one["id"] for one in told["assumed"]}
