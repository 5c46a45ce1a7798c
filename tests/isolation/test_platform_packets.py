"""Mutants of the platform's filters, by packets of a real kernel: what the proof calls a leak
passes, and what it calls a rewriting lets through what it should and nothing else.

The packet of each leak is one that the proof's own sets say passes, and should not.
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, ip_network

import pytest

from egovnet.isolation.algebra.filter_chains import FilterChainRules, accepted_set
from egovnet.isolation.algebra.packet_sets import Packet, PacketSet
from egovnet.isolation.model.expectation import from_inventory
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.model.packet_filter import (
    ConnectionZone,
    FilterChain,
    PacketFilter,
    PacketRule,
)
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


class _Passing:
    """What a text lets through between two interfaces, by the proof's sets."""

    def __init__(self, text: str) -> None:
        kept = read_config(text).packet_filter or PacketFilter()
        self._entry = FilterChainRules(kept.chain("entry"), "entry")
        self._forward = FilterChainRules(kept.chain("forward"))
        self.pairs = self._forward.pairs(VPNS)

    def between(self, source: str, target: str) -> PacketSet:
        """Of IPv4."""
        entered = accepted_set(self._entry, (source, None), "ipv4")
        return entered & accepted_set(self._forward, (source, target), "ipv4")


def _undeclared(text: str) -> Iterator[tuple[Packet, str, str]]:
    """Packets that pass by the proof's sets and are of no exchange: one between two interfaces."""
    passing = _Passing(text)
    for source, target in passing.pairs:
        if source in VPNS and target in VPNS and source != target:
            may = PASSING.get((VPNS[source], VPNS[target]), PacketSet.none("ipv4"))
            excess = (passing.between(source, target) & PLAUSIBLE) - may
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
    passing = _Passing(text)
    for packet, source, target, declared in PROBES:
        held = packet in passing.between(source, target)
        assert kernel.passes(packet, source, target) == held, packet
        assert declared or not held


def test_the_register_is_what_passes(kernel: KernelFirewall) -> None:
    kernel.load(_part(GROUND.texts[PLACE.host]))
    assert {declared for *_, declared in PROBES} == {True, False}
    for packet, source, target, declared in PROBES:
        assert kernel.passes(packet, source, target) == declared, packet


def test_a_third_agency_is_in_no_connection_of_others(kernel: KernelFirewall) -> None:
    """A rule by mistake lets answers in from a third agency: what it sends with the addresses of
    one that is open is an answer without the filter of sources, and nothing with it."""
    packet, source, target, _ = next(probe for probe in PROBES if probe[3])
    packet = replace(packet, protocol=17)  # nobody listens, and nobody resets it
    third = next(v.interface for v in PLACE.vlans if v.interface not in (source, target))
    back = replace(
        packet,
        source=packet.target,
        target=packet.source,
        source_port=packet.target_port,
        target_port=packet.source_port,
        direction="reply",
    )
    kept = GROUND.devices[PLACE.host].packet_filter
    assert kept is not None
    entry, local, forward = kept.chains
    opens = PacketRule("accept", source, target, protocol="udp", direction="open")
    mistake = PacketRule("accept", third, source, direction="reply")
    forward = replace(forward, rules=(opens, mistake, *forward.rules))
    for chains, answered in (((local, forward), True), ((entry, local, forward), False)):
        kernel.load(packet_filter_text(PacketFilter(chains)))
        assert kernel.passes(packet, source, target)
        assert kernel.passes(back, third, source) is answered


def test_zones_tell_the_same_addresses_of_two_vpns_apart(kernel: KernelFirewall) -> None:
    """What a PE filters: of one VPN answers alone come in, and another VPN that nobody filters has
    a connection with the same addresses and ports."""
    filtered, its_other_end, open_there, open_here = list(VPNS)[:4]
    opening = Packet(IPv4Address("10.1.0.9"), IPv4Address("10.1.0.7"), 17, 7000, 443, None, "open")
    answer = Packet(opening.target, opening.source, 17, 443, 7000, None, "reply")
    rules = (PacketRule("accept", filtered, direction="reply"), PacketRule("drop", filtered))
    numbers = {filtered: 1002, its_other_end: 1002, open_there: 1003, open_here: 1003}
    zones = tuple(ConnectionZone(name, number) for name, number in numbers.items())
    for own, answered in (((), True), (zones, False)):
        chain = FilterChain("arrival", "accept", rules)
        kernel.load(packet_filter_text(PacketFilter((chain,), zones=own)))
        assert kernel.passes(opening, open_there, open_here)
        assert kernel.passes(answer, filtered, its_other_end) is answered
    assert kernel.passes(opening, its_other_end, filtered)
    assert kernel.passes(answer, filtered, its_other_end)
