"""Texts by others: nearly all lines are understood, and what is left is told line by line."""

import pytest

from egovnet.templates.registry import read_config
from tests.texts_of_others.coverage import CORPUS, counted, read, texts

TEXTS = {path.stem: path for path in texts()}
#: What is left of each text to a person, and why it is right to leave it.
LEFT = {
    # FRR 8.4 lets bgpd die of it, or takes it, by where the map is used
    "containerlab-vrf-leaking": ["match source-vrf shared"],
    # what the daemons' parser has no command for, and what it refuses after that
    "frr-ten-that-says-no-version": [
        "neighbor 10.95.1.2 remote-as auto",
        "neighbor 10.95.1.2 timers 3 9",
    ],
    "l3vpn-of-a-lab-in-short": ["mpls"],
    "typed-with-mistakes": [
        "ip adress 10.44.1.1/30",
        "ip address 10.44.300.1/24",
        "neighbor 10.44.1.2 pasive",
        "neighbor 10.44.1.6 timers 5 15",
        "netwrok 10.44.0.0/24",
    ],
    # after `router babel` without `exit` it is the top level's for some daemons only
    "appliance-with-many-protocols": ["ip mroute 10.9.0.0/16 10.0.23.2"],
}


def test_there_are_texts_of_many_kinds() -> None:
    assert len(TEXTS) >= 34
    assert all(path.parent == CORPUS for path in TEXTS.values())


def test_95_of_100_lines_are_understood() -> None:
    numbers = [counted(read(path)) for path in TEXTS.values()]
    understood, filled = (sum(each) for each in zip(*numbers, strict=True))
    assert filled >= 1400
    assert understood / filled >= 0.95


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_left_is_left_on_purpose(name: str) -> None:
    facts = read(TEXTS[name])
    left = (*facts.not_understood, *facts.not_taken)
    assert [each.text for each in left] == LEFT.get(name, [])


@pytest.mark.parametrize("name", TEXTS)
def test_every_line_is_accounted_for(name: str) -> None:
    facts = read(TEXTS[name])
    count = facts.coverage
    unread = {each.line for each in facts.not_understood}
    assert count.understood + count.harmless + count.blank + len(unread) == count.lines


FEATURES = {
    "frr-ten-with-flexible-algorithms": {"BMP", "SRv6", "multicast", "segment routing"},
    "interfaces-by-a-template": {"templates", "VLAN-aware bridges"},
    "interfaces-of-a-switch-by-patterns": {"VLAN-aware bridges"},
    "l3vpn-of-a-lab-in-short": {"LDP with routers that are not named", "VNC"},
    "nftables-by-single-commands": {"connections by rules", "packet marks"},
    "nftables-of-a-branch-router": {"address translation", "flow tables", "other files"},
    "nftables-of-containers-and-bridges": {"address translation", "packets changed by rules"},
    "nftables-of-debian-as-installed": {"packet filters of others"},
    "ospf-core-with-instances": {"families that neighbors have by default"},
    "policy-routing-by-groups": {"next hop groups", "numbers of tables"},
    "roles-and-confederation": {"BGP confederations", "community aliases"},
    "route-server-with-views": {"BGP views"},
    "evpn-leaf-of-cumulus": {"EVPN", "MLAG", "VLAN-aware bridges", "VXLAN", "other files"},
    "evpn-spine-unnumbered": {"EVPN"},
    "inter-as-option-b": {"labelled unicast", "static labels"},
    "isis-with-segment-routing": {"segment routing"},
    "ixp-peer-with-old-lists": {"lists by their former names"},
    "ospf-with-segment-routing": {"segment routing", "segment routing policies"},
    "srv6-l3vpn": {"SRv6", "segment routing policies"},
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_not_modelled_is_named(name: str) -> None:
    found = {one.feature for one in read(TEXTS[name]).not_modelled}
    assert found >= FEATURES.get(name, set())
    if name in {"l3vpn-pe-with-ospf-core", "l3vpn-p-with-ospf", "vrf-lite-with-ospf"}:
        assert found == set()


def test_evpn_says_which_vrfs_it_carries() -> None:
    found = read(TEXTS["evpn-leaf-of-cumulus"]).not_modelled
    assert {one.vrf for one in found if one.feature == "EVPN"} == {None, "RED", "BLUE"}


def test_an_unknown_version_is_told_once() -> None:
    facts = read(TEXTS["frr-of-a-version-between"])
    assert facts.unknown_version is not None
    assert facts.unknown_version.what == "FRR 9.1.2"
    assert facts.not_taken == facts.not_understood == ()


def test_a_line_that_is_not_taken_says_by_what() -> None:
    first, second = read(TEXTS["frr-ten-that-says-no-version"]).not_taken
    assert first.why.startswith("FRR 8.4 has no such command here, and FRR 10.3 has it")
    assert second.why == "FRR refuses it: no line before makes this neighbor"


def test_ports_by_patterns_are_spelled_out() -> None:
    ports = read(TEXTS["interfaces-of-a-switch-by-patterns"]).interfaces
    assert ports["uplinks"].members == ("swp49", "swp50", "swp51", "swp52")
    of_bridge = [f"swp{n}" for n in range(1, 25)]
    of_bridge += [f"swp{n}s{m}" for n in (30, 31) for m in range(4)]
    assert set(ports["bridge"].members) == {"uplinks", *of_bridge}


def test_words_that_nft_does_not_have_are_not_understood() -> None:
    text = TEXTS["nftables-of-debian-as-installed"].read_text(encoding="utf-8")
    for line in ("tcp dprot 22 accept", "frobnicate", "iifname eth0 acept", "}"):
        changed = text.replace("\tchain input {\n", f"\tchain input {{\n{line}\n", 1)
        facts = read_config(changed, "nftables.conf", "frr")
        assert facts.not_understood, line
        assert facts.not_modelled
