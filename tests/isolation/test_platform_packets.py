"""Mutants of the platform's filters, by packets of a real kernel: what the proof calls a leak
passes, and what it calls a rewriting lets through what it should and nothing else.

The packet of each leak is one that the proof's own sets say passes, and should not.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_network

import pytest

from egovnet.isolation.algebra.filter_chains import FilterChainRules, accepted_set
from egovnet.isolation.algebra.packet_sets import Packet, PacketSet
from egovnet.isolation.model.expectation import from_inventory
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.model.packet_filter import FilterChain, PacketRule
from tests.isolation.kernel_firewall import KernelFirewall, kernel_firewall
from tests.isolation.mutants.all_mutants import all_mutants, platform_operators
from tests.isolation.mutants.mutant import Mutant
from tests.isolation.mutants.platform import NFT, firewalls
from tests.isolation.mutants.reference import platform

pytestmark = pytest.mark.lab
GROUND = platform()
PLACE = next(iter(firewalls(GROUND)))
#: VPN at each interface; a port without a tag and management's have none.
VPNS = {vlan.interface: vlan.vpn for vlan in PLACE.vlans} | {PLACE.port: "", "eth0": ""}
PASSING = from_inventory(GROUND.network, GROUND.allocation).platform.passing("ipv4")
#: Of senders, and of receivers: the first host of the one is not that of the other.
_SENDERS, _RECEIVERS = (ip_network("10.0.0.0/8"),), (ip_network("10.1.0.0/16"),)
#: What a host can send and another be sent to, by each protocol with ports.
PLAUSIBLE = PacketSet(
    "ipv4",
    tuple(
        box
        for protocol in ("tcp", "udp")
        for box in PacketSet.of(
            "ipv4",
            PacketRule(
                "accept",
                None,
                None,
                "ipv4",
                _SENDERS,
                _RECEIVERS,
                protocol,
                ((1, 65535),),
                ((1, 65535),),
                direction="open",
            ),
        ).boxes
    ),
)


def _first_of_each() -> Iterator[Mutant]:
    """A mutant of each operator of filters, on the first firewall."""
    seen: set[str] = set()
    for one in all_mutants(GROUND, platform_operators()):
        changed = one.texts[PLACE.host] != GROUND.texts[PLACE.host]
        if changed and one.operator not in seen:
            seen.add(one.operator)
            yield one


MUTANTS = tuple(_first_of_each())


def _part(text: str) -> str:
    """The part of nftables of a router's text; empty where it has none."""
    _, mark, rest = text.partition(f"{NFT}\n")
    return rest[: rest.index("\n}\n") + 3] if mark else ""


def _chain(text: str) -> FilterChain | None:
    packet_filter = read_config(text).packet_filter
    return packet_filter.chain("forward") if packet_filter else None


def _undeclared(text: str) -> Iterator[tuple[Packet, str, str]]:
    """Packets that pass by the proof's sets and are of no exchange: one between two interfaces."""
    rules = FilterChainRules(_chain(text))
    for source, target in rules.pairs(VPNS):
        if source in VPNS and target in VPNS and source != target:
            may = PASSING.get((VPNS[source], VPNS[target]), PacketSet.none("ipv4"))
            excess = (accepted_set(rules, (source, target), "ipv4") & PLAUSIBLE) - may
            if packet := excess.witness():
                yield packet, str(source), str(target)


LEAKS = tuple(
    pytest.param(one.texts[PLACE.host], id=one.operator)
    for one in MUTANTS
    if one.verdict == "leak" and next(_undeclared(one.texts[PLACE.host]), None)
)
EQUIVALENTS = tuple(
    pytest.param(one.texts[PLACE.host], id=one.operator)
    for one in MUTANTS
    if one.verdict == "equivalent"
)


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelFirewall]:
    links = {}
    for number, name in enumerate(VPNS):
        begin = int(IPv4Address("192.168.0.0")) + 4 * number
        links[name] = (f"{IPv4Address(begin + 1)}/30", f"{IPv4Address(begin + 2)}/30")
    with kernel_firewall(links) as one:
        yield one


def test_there_are_twenty_and_more() -> None:
    assert len(LEAKS) >= 20
    assert len(EQUIVALENTS) >= 10
    assert not list(_undeclared(GROUND.texts[PLACE.host]))


@pytest.mark.parametrize("text", LEAKS)
def test_what_is_found_passes(kernel: KernelFirewall, text: str) -> None:
    packet, *ways = next(_undeclared(text))
    kernel.load(_part(GROUND.texts[PLACE.host]))
    assert not kernel.passes(packet, *ways), f"{packet} passes as it is"
    kernel.load(_part(text))
    assert kernel.passes(packet, *ways), f"{packet} does not pass"


def _probes() -> Iterator[tuple[Packet, str, str, bool]]:
    """A packet that opens each connection of the register, and one beside it."""
    for source, one in VPNS.items():
        for target, other in VPNS.items():
            for box in (PASSING.get((one, other), PacketSet.none("ipv4")) & PLAUSIBLE).boxes:
                packet = PacketSet("ipv4", (box,)).witness()
                if packet is not None and packet.target_port is not None:
                    yield packet, source, target, True
                    port = box.target_ports[1] + 1
                    ends = (packet.source, packet.target, packet.protocol, packet.source_port)
                    yield Packet(*ends, port, None, "open"), source, target, False


PROBES = tuple(_probes())


@pytest.mark.parametrize("text", EQUIVALENTS)
def test_a_rewriting_does_what_the_proof_says(kernel: KernelFirewall, text: str) -> None:
    kernel.load(_part(text))
    rules = FilterChainRules(_chain(text))
    for packet, source, target, declared in PROBES:
        held = packet in accepted_set(rules, (source, target), "ipv4")
        assert kernel.passes(packet, source, target) == held, packet
        assert declared or not held


def test_the_register_is_what_passes(kernel: KernelFirewall) -> None:
    kernel.load(_part(GROUND.texts[PLACE.host]))
    assert {declared for *_, declared in PROBES} == {True, False}
    for packet, source, target, declared in PROBES:
        assert kernel.passes(packet, source, target) == declared, packet
