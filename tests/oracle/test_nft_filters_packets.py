"""Random filters in the kernel's own nf_tables: each packet passes or not as the rules say.

The rules are looked through one after another by `tests.isolation.algebra`'s evaluator. Of every
packet an answer is sent, which belongs to a connection where the packet itself passed.
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.packet_sets import Packet
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.packet_filter import (
    FilterChain,
    PacketFilter,
    PacketRule,
    PortRanges,
)
from tests.hypothesis_profiles import examples
from tests.isolation.algebra.test_filter_chains import Sent, passes
from tests.oracle.nft_router import NftRouter
from tests.packet_filters import rules

pytestmark = pytest.mark.lab
_PORTS = st.sampled_from(["eth1", "eth2", "eth3"])
_NUMBERS = {"tcp": 6, "udp": 17}
#: Request and answer of echo.
_ECHO = {4: (8, 0), 6: (128, 129)}
_FIRST = {4: int(IPv4Address("10.0.0.0")), 6: 10 << 120}


class Drawn(NamedTuple):
    """A packet, as `inside_router` knows it."""

    version: int
    source: int
    target: int
    protocol: str
    first: int
    second: int
    answers: bool = False

    def answer(self) -> "Drawn":
        turned = (self.second, self.first)
        if self.protocol == "icmp":
            turned = (_ECHO[self.version][1], self.second)
        return Drawn(self.version, self.target, self.source, self.protocol, *turned, True)

    @property
    def connection(self) -> frozenset[Any]:
        """The same for both directions."""
        ends = (self.source, self.first), (self.target, self.second)
        if self.protocol == "icmp":
            ends = (self.source, self.second), (self.target, self.second)
        return frozenset([self.version, self.protocol, frozenset(ends)])


@pytest.fixture(scope="module")
def router() -> Iterator[NftRouter]:
    with NftRouter() as there:
        yield there


@st.composite
def packets(draw: st.DrawFn, held: PacketFilter) -> Drawn:
    """A packet, which as a rule is made for one of the filter's rules."""
    choices = [rule for chain in held.chains for rule in chain.rules]
    rule = draw(st.sampled_from(choices)) if choices else PacketRule("drop")
    version = draw(st.sampled_from([4, 6])) if rule.family is None else int(rule.family[-1])
    protocol = rule.protocol or draw(st.sampled_from(["tcp", "udp", "icmp"]))
    ends = _address(draw, rule.sources, version), _address(draw, rule.targets, version)
    first = _ECHO[version][0] if protocol == "icmp" else _port(draw, rule.source_ports)
    one = Drawn(version, *ends, protocol, first, _port(draw, rule.target_ports))
    if rule.direction != "reply":
        return one
    turned = (one.second, one.first) if protocol != "icmp" else (one.first, one.second)
    return Drawn(version, one.target, one.source, protocol, *turned)


def _address(draw: st.DrawFn, prefixes: tuple[IPNetwork, ...], version: int) -> int:
    found = [
        number
        for number in range(32)
        if any(_FIRST[version] + number in _numbers(prefix) for prefix in prefixes)
    ]
    return draw(st.sampled_from(found) if found else st.integers(0, 31))


def _numbers(prefix: IPNetwork) -> range:
    return range(int(prefix.network_address), int(prefix.broadcast_address) + 1)


def _port(draw: st.DrawFn, ranges: PortRanges) -> int:
    found = [number for low, high in ranges for number in range(max(low, 1), min(high, 30) + 1)]
    return draw(st.sampled_from(found) if found else st.integers(1, 21))


@st.composite
def cases(draw: st.DrawFn) -> tuple[PacketFilter, list[Drawn]]:
    """A filter with two chains, and packets of different connections."""
    action = st.sampled_from(["accept", "drop"])
    held = PacketFilter(
        tuple(
            FilterChain(
                place, draw(action), tuple(draw(st.lists(rules(place, _PORTS), max_size=6)))
            )
            for place in ("arrival", "forward")
        )
    )
    sent = draw(
        st.lists(packets(held), min_size=4, max_size=16, unique_by=lambda one: one.connection)
    )
    return held, [one for one in sent if one.source != one.target]


def leaves(held: PacketFilter, one: Drawn, direction: Literal["open", "reply"] | None) -> bool:
    address = IPv4Address if one.version == 4 else IPv6Address
    base = _FIRST[one.version]
    icmp = one.protocol == "icmp"
    packet = Packet(
        address(base + one.source),
        address(base + one.target),
        _NUMBERS.get(one.protocol, 1 if one.version == 4 else 58),
        None if icmp else one.first,
        None if icmp else one.second,
        one.first if icmp else None,
        direction,  # type: ignore[arg-type] # of neither direction is what belongs to nothing
    )
    ways = [f"eth{end % 3 + 1}" for end in (one.source, one.target)]
    places = (("arrival", None), ("forward", ways[1]))
    return all(
        passes(chain, Sent(ways[0], way_out, packet))
        for place, way_out in places
        if (chain := held.chain(place)) is not None  # type: ignore[arg-type] # two literals
    )


def answered(held: PacketFilter, answer: Drawn, *, known: bool) -> bool:
    """What becomes of an answer, to a packet that passed or to none."""
    if known:
        return leaves(held, answer, "reply")
    # nothing begins with an answer of TCP or ICMP: it is of neither direction
    return leaves(held, answer, "open" if answer.protocol == "udp" else None)


@given(case=cases())
@examples(60)
def test_the_kernel_filters_as_the_rules_say(
    router: NftRouter, case: tuple[PacketFilter, list[Drawn]]
) -> None:
    held, sent = case
    expected = [leaves(held, one, "open") for one in sent]
    answers = [one.answer() for one in sent]
    replies = [
        answered(held, one, known=known) for one, known in zip(answers, expected, strict=True)
    ]
    rounds = [[list(one) for one in each] for each in (sent, answers)]
    assert router.passed(packet_filter_text(held), rounds) == [expected, replies]


def test_without_a_filter_everything_passes(router: NftRouter) -> None:
    sent = [
        Drawn(version, 1, 2, protocol, _ECHO[version][0] if protocol == "icmp" else 5, 7)
        for version in (4, 6)
        for protocol in ("tcp", "udp", "icmp")
    ]
    rounds = [[list(one) for one in sent], [list(one.answer()) for one in sent]]
    assert router.passed("", rounds) == [[True] * 6, [True] * 6]


def _chains(facts: DeviceFacts) -> list[FilterChain]:
    """The chains of a text wherever they stand in it."""
    assert facts.packet_filter is not None
    return [
        replace(one, line=0, rules=tuple(replace(rule, line=0) for rule in one.rules))
        for one in facts.packet_filter.chains
    ]


def _more(rules: list[PacketRule], name: str, priority: str) -> str:
    """A table that accepts what the rules do, and goes on with everything else."""
    held = PacketFilter((FilterChain("forward", "accept", tuple(rules)),))
    text = packet_filter_text(held).replace("table inet egovnet", f"table inet {name}")
    return text.replace("priority filter;", f"priority {priority};")


@given(case=cases(), data=st.data())
@examples(15)
def test_a_table_that_accepts_changes_nothing(
    router: NftRouter, case: tuple[PacketFilter, list[Drawn]], data: st.DataObject
) -> None:
    held, sent = case
    drawn = data.draw(st.lists(rules("forward", _PORTS), max_size=4))
    accepting = [replace(rule, action="accept", recorded=False) for rule in drawn]
    own = packet_filter_text(held)
    name = data.draw(st.sampled_from(["more", "filter"]))
    more = _more(accepting, name, data.draw(st.sampled_from(["filter", "-10", "10"])))
    text = data.draw(st.sampled_from([own + more, more + own]))
    rounds = [[list(one) for one in each] for each in (sent, [one.answer() for one in sent])]
    assert router.passed(text, rounds) == router.passed(own, rounds)
    parts = f"# ports.conf --\n# nftables.conf --\n{text}frr version 8.4.4\n"
    read, alone = (read_config(each, "text") for each in (parts, parts.replace(more, "")))
    # chains that are jumped to are left to a person
    assert read.not_understood == () or "jump " in more
    assert _chains(read) == _chains(alone)
