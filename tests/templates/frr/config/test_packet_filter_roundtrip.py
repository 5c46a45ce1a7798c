"""A packet filter that is rendered is read as what was meant, and none of its lines is ignored."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.canonical_filter import canonical
from egovnet.templates.model.packet_filter import PacketFilter
from egovnet.templates.registry import render
from tests.hypothesis_profiles import examples
from tests.isolation.platform_proof import DAY, on
from tests.packet_filters import packet_filters
from tests.registers import networks_with_registers
from tests.strategies import networks
from tests.templates.frr.config.test_reader_properties import assert_line_counts, refused_or_read
from tests.templates.frr.config.test_roundtrip import (
    assert_all_accounted_for,
    assert_read_as_intended,
)

HEAD = "r1\n# This file describes the network interfaces\n# ports.conf --\n"
TAIL = "frr version 8.4.4\nfrr defaults traditional\nhostname r1\n"


def text_of(packet_filter: PacketFilter) -> str:
    return f"{HEAD}# nftables.conf --\n{packet_filter_text(packet_filter)}{TAIL}"


@given(packet_filters())
@examples(150)
def test_a_filter_is_read_as_what_was_meant(packet_filter: PacketFilter) -> None:
    facts = read_config(text_of(packet_filter))
    assert facts.not_understood == ()
    assert facts.packet_filter == canonical(packet_filter)
    assert_all_accounted_for(facts)


@given(packet_filters())
@examples(50)
def test_what_was_read_is_rendered_the_same(packet_filter: PacketFilter) -> None:
    text = text_of(packet_filter)
    facts = read_config(text)
    assert facts.packet_filter is not None
    assert text_of(facts.packet_filter) == text


@given(networks(max_edges=2, max_sites=2), packet_filters())
@examples(15)
def test_a_router_that_filters_is_read_as_meant(network: Network, held: PacketFilter) -> None:
    for device in intend(network, allocate(network)).values():
        filtering = replace(device, packet_filter=held)
        assert_read_as_intended(filtering)
        without = read_config(render(device))
        facts = read_config(render(filtering))
        assert replace(facts, packet_filter=None) == without


@given(packet_filters(), st.data())
@examples(50)
def test_no_line_of_a_filter_is_without_meaning(held: PacketFilter, data: st.DataObject) -> None:
    text = text_of(held)
    lines = text.splitlines()
    for _ in range(8):
        index = data.draw(st.integers(0, len(lines) - 1))
        assert_line_counts(lines, index, read_config(text))


WORDS = st.sampled_from(
    [
        *("{", "}", ",", ":", "accept", "drop", "goto", "jump", "forward", "vmap", "ct", "state"),
        *("ip", "ip6", "saddr", "@flows4", "10.0.0.0/8", "10.0.0.9-10.0.0.1", "::/0", "1-0", "443"),
        *("tcp", "udp", "icmp", "icmpv6", "type", "th", "dport", "meta", "l4proto", "nfproto"),
        *('"eth1"', '"', "comment", "counter", "masquerade", "elements = {", "!=", "-", "/", "é"),
    ]
)


@given(packet_filters(), st.data())
@examples(100)
def test_whatever_becomes_of_a_filter_is_read(held: PacketFilter, data: st.DataObject) -> None:
    lines = text_of(held).splitlines()
    last = len(lines) - len(TAIL.splitlines())
    for _ in range(data.draw(st.integers(1, 6))):
        index = data.draw(st.integers(4, last - 1))
        words = lines[index].split(" ")
        at = data.draw(st.integers(0, len(words)))
        words[at : at + data.draw(st.integers(0, 2))] = data.draw(st.lists(WORDS, max_size=2))
        lines[index] = " ".join(words)
    refused_or_read("\n".join(lines) + "\n")


@given(networks_with_registers())
@examples(10)
def test_devices_of_registers_are_read_as_meant(network: Network) -> None:
    for device in intend(network, allocate(network)).values():
        assert_read_as_intended(device)


def test_the_platform_of_a_day_is_read_as_meant() -> None:
    for device in on(DAY).devices.values():
        assert_read_as_intended(device)
