"""The accepted sets of random chains against an evaluator that takes one packet after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import product
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.algebra.filter_chains import FilterChainRules, accepted_set
from egovnet.isolation.algebra.packet_sets import DIRECTIONS, Packet, PacketSet
from egovnet.templates.model.packet_filter import FilterChain, PacketRule

#: Addresses 10.0.0.0 to 10.0.0.3 and one outside, and ports at the ends of ranges.
ADDRESSES = [IPv4Address(f"10.0.0.{n}") for n in range(4)] + [IPv4Address("192.0.2.1")]
PREFIXES = [IPv4Network(f"10.0.0.{n}/32") for n in range(4)]
PREFIXES += [IPv4Network("10.0.0.0/31"), IPv4Network("10.0.0.2/31"), IPv4Network("10.0.0.0/30")]
PORTS = (0, 1, 2, 65535)
PROTOCOLS = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp"}
INTERFACES = ("a", "b", None)


@dataclass(frozen=True)
class Sent:
    """A packet between two interfaces."""

    source_interface: str | None
    target_interface: str | None
    packet: Packet


def universe() -> Iterator[Packet]:
    for source, target, direction in product(ADDRESSES, ADDRESSES, DIRECTIONS):
        for protocol in (6, 17):
            for one, other in product(PORTS, PORTS):
                yield Packet(source, target, protocol, one, other, None, direction)
        for number in (0, 8, 255):
            yield Packet(source, target, 1, None, None, number, direction)
        yield Packet(source, target, 89, None, None, None, direction)


UNIVERSE = tuple(universe())


def ranges() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    pair = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(sorted).map(tuple)
    return st.lists(pair, max_size=2).map(tuple)  # type: ignore[arg-type]


@st.composite
def rules(draw: st.DrawFn) -> PacketRule:
    protocol = draw(st.sampled_from(["tcp", "udp", "icmp", None]))
    with_ports = protocol in ("tcp", "udp")
    prefixes = st.lists(st.sampled_from(PREFIXES), max_size=2).map(tuple)
    return PacketRule(
        draw(st.sampled_from(["accept", "accept", "drop"])),
        in_interface=draw(st.sampled_from(INTERFACES)),
        out_interface=draw(st.sampled_from(INTERFACES)),
        family=draw(st.sampled_from(["ipv4", "ipv4", None, "ipv6"])),
        sources=draw(prefixes),
        targets=draw(prefixes),
        protocol=protocol,
        source_ports=draw(ranges()) if with_ports else (),
        target_ports=draw(ranges()) if with_ports else (),
        icmp_types=draw(st.sampled_from([(), (8,), (0, 255)])) if protocol == "icmp" else (),
        direction=draw(st.sampled_from(["open", "reply", "open", "reply", "reply-error", None])),
    )


@st.composite
def chains(draw: st.DrawFn) -> FilterChain:
    return FilterChain(
        "forward",
        draw(st.sampled_from(["drop", "drop", "accept"])),
        tuple(draw(st.lists(rules(), max_size=6))),
    )


def _within(value: int | None, ports: tuple[tuple[int, int], ...]) -> bool:
    return not ports or any(value is not None and low <= value <= high for low, high in ports)


def matches(rule: PacketRule, sent: Sent) -> bool:
    packet = sent.packet
    return (
        rule.in_interface in (None, sent.source_interface)
        and rule.out_interface in (None, sent.target_interface)
        and rule.family in (None, f"ipv{packet.source.version}")
        and (not rule.sources or any(packet.source in one for one in rule.sources))
        and (not rule.targets or any(packet.target in one for one in rule.targets))
        and rule.protocol
        in (None, {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp"}.get(packet.protocol, ""))
        and _within(packet.source_port, rule.source_ports)
        and _within(packet.target_port, rule.target_ports)
        and (not rule.icmp_types or packet.icmp_type in rule.icmp_types)
        and rule.direction in (None, packet.direction)
    )


def passes(chain: FilterChain, sent: Sent) -> bool:
    first = next((rule for rule in chain.rules if matches(rule, sent)), None)
    return (first.action if first else chain.default) == "accept"


@given(chains(), st.sampled_from(INTERFACES), st.sampled_from(INTERFACES))
def test_it_is_what_each_packet_meets(chain: FilterChain, source: str, target: str) -> None:
    evaluated = FilterChainRules(chain)
    accepted = accepted_set(evaluated, (source, target), "ipv4")
    brute = {p for p in UNIVERSE if passes(chain, Sent(source, target, p))}
    assert {p for p in UNIVERSE if p in accepted} == brute
    if brute:
        assert (source, target) in set(evaluated.pairs(("a", "b")))


@given(chains(), chains(), st.sampled_from(INTERFACES))
def test_sets_are_a_boolean_algebra(one: FilterChain, other: FilterChain, at: str) -> None:
    a = accepted_set(FilterChainRules(one), (at, "b"), "ipv4")
    b = accepted_set(FilterChainRules(other), (at, "b"), "ipv4")
    for packet in UNIVERSE[::7]:
        assert (packet in (a | b)) == (packet in a or packet in b)
        assert (packet in (a & b)) == (packet in a and packet in b)
        assert (packet in (a - b)) == (packet in a and packet not in b)
    assert not (a & b) - b
    assert not (a - b) & b


@given(chains(), st.sampled_from(INTERFACES), st.sampled_from(INTERFACES))
def test_a_witness_is_let_through(chain: FilterChain, source: str, target: str) -> None:
    accepted = accepted_set(FilterChainRules(chain), (source, target), "ipv4")
    packet = accepted.witness()
    assert (packet is None) == (not accepted)
    if packet is not None:
        assert packet in accepted
        assert passes(chain, Sent(source, target, packet))


def test_no_chain_lets_everything_through() -> None:
    everything = accepted_set(FilterChainRules(None), ("a", "b"), "ipv6")
    assert not PacketSet.all("ipv6") - everything


def test_outgoing_interfaces_are_unknown_on_arrival() -> None:
    chain = FilterChain("arrival", "drop", (PacketRule("accept", "a", "b"),))
    assert not accepted_set(FilterChainRules(chain), ("a", None), "ipv4")


def _exchange(number: int) -> PacketRule:
    third, fourth = divmod(number, 256)
    host = (IPv4Network(f"10.1.{third}.{fourth}/32"),)
    return PacketRule(
        "accept", "a", "b", "ipv4", host, host, "tcp", target_ports=((443, 443),), direction="open"
    )


def _seconds(count: int) -> float:
    chain = FilterChain("forward", "drop", tuple(map(_exchange, range(count))))
    begin = process_time()
    accepted = accepted_set(FilterChainRules(chain), ("a", "b"), "ipv4")
    assert not accepted - accepted
    return process_time() - begin


def test_ten_times_the_rules_cost_ten_times() -> None:
    """Of one pair of interfaces, where every rule is a neighbour of every other."""
    few = min(_seconds(500) for _ in range(3))
    many = min(_seconds(5000) for _ in range(3))
    assert many < 25 * few
