"""Texts by others: nearly all lines are understood, and what is left is told line by line."""

import pytest

from tests.texts_of_others.coverage import CORPUS, counted, read, texts

TEXTS = {path.stem: path for path in texts()}
#: What is left of each text to a person, and why it is right to leave it.
LEFT = {
    # FRR 8.4 lets bgpd die of it, or takes it, by where the map is used
    "containerlab-vrf-leaking": ["match source-vrf shared"],
    # FRR refuses it: a prefix has next hops or is discarded
    "policy-routing-and-next-hop-groups": ["ip route 10.8.0.0/16 blackhole 250"],
    # after `router babel` without `exit` it is the top level's for some daemons only
    "appliance-with-many-protocols": ["ip mroute 10.9.0.0/16 10.0.23.2"],
}


def test_there_are_texts_of_many_kinds() -> None:
    assert len(TEXTS) >= 15
    assert all(path.parent == CORPUS for path in TEXTS.values())


def test_95_of_100_lines_are_understood() -> None:
    numbers = [counted(read(path)) for path in TEXTS.values()]
    understood, filled = (sum(each) for each in zip(*numbers, strict=True))
    assert filled >= 900
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
