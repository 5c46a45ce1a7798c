"""What chains of crossing drop rules cost: rules on one field, of which each meets all on another.

`pytest tests/bench/test_packet_filter_bench.py --benchmark-enable`. `growth` in extra_info is the
time of ten times the rules over ten times that of the rules: about 1 where it is linear. Rules of
which each is on two fields that others leave open ("pairs") make a product: that is what is there
to be said of what they leave.
"""

from collections.abc import Callable
from ipaddress import IPv4Network
from time import process_time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.filter_chains import FilterChainRules, accepted_set
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.templates.model.packet_filter import FilterChain, PacketRule

RULES = 200


def _net(number: int) -> tuple[IPNetwork, ...]:
    return (IPv4Network((10 << 24 | number << 8, 24)),)


def _addresses(number: int) -> PacketRule:
    """From a network, or to one."""
    if number % 2:
        return PacketRule("drop", family="ipv4", sources=_net(number))
    return PacketRule("drop", family="ipv4", targets=_net(number))


def _fields(number: int) -> PacketRule:
    """On a field each."""
    ports = ((number, number),)
    if number % 4 < 2:
        return _addresses(number)
    if number % 4 == 2:
        return PacketRule("drop", protocol="tcp", target_ports=ports)
    return PacketRule("drop", protocol="udp", source_ports=ports)


def _pairs(number: int) -> PacketRule:
    """On a network and a port at the other end."""
    ports = ((number, number),)
    if number % 2:
        return PacketRule("drop", None, None, "ipv4", _net(number), (), "tcp", (), ports)
    return PacketRule("drop", None, None, "ipv4", (), _net(number), "tcp", ports, ())


def _left(count: int, rule: Callable[[int], PacketRule]) -> PacketSet:
    """What a chain lets through that drops and then accepts."""
    rules = (*map(rule, range(count)), PacketRule("accept", family="ipv4"))
    return accepted_set(FilterChainRules(FilterChain("forward", "drop", rules)), ("a", "b"), "ipv4")


def _seconds(count: int, rule: Callable[[int], PacketRule]) -> float:
    begin = process_time()
    _left(count, rule)
    return process_time() - begin


@pytest.mark.parametrize("rule", [_addresses, _fields, _pairs])
def test_crossing_drops(benchmark: BenchmarkFixture, rule: Callable[[int], PacketRule]) -> None:
    rules = RULES // 10 if benchmark.disabled else RULES
    left = benchmark.pedantic(_left, args=(rules, rule), rounds=3)
    dropped = PacketSet.union("ipv4", (PacketSet.of("ipv4", rule(n)) for n in range(rules)))
    assert not left & dropped
    assert not PacketSet.all("ipv4") - left - dropped
    if not benchmark.disabled and rule is not _pairs:
        growth = _seconds(10 * RULES, rule) / (10 * benchmark.stats.stats.min)
        benchmark.extra_info["growth"] = round(growth, 2)
        assert growth < 3
