"""What a firewall passes is what the register says: for random registers and packets about them.

Rules and ways are evaluated here in a few lines of their own, which know nothing of how they are
made. `tests/isolation` has the same question for whole sets of packets.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.inventory.model import Exchange, ExchangeEnd, Network
from egovnet.inventory.with_platform import with_platform
from egovnet.templates.intend.build_firewalls import build_firewalls
from egovnet.templates.model.device import Device, IPAddress
from egovnet.templates.model.packet_filter import PacketRule
from tests.hypothesis_profiles import examples
from tests.platform_network import platform_network

DAY = date(2026, 11, 29)
AGENCIES = {"party": "party", "government": "government", "court": "court", "cppcc": "cppcc"}
#: VPN -> prefixes that its exchanges are drawn from; they nest and adjoin.
OWN = {
    vpn: [
        *(f"10.1.{n}.{rest}" for rest in ("0/24", "0/25", "128/25", "16/28", "32/28", "7/32")),
        *(f"fde9:1:{n}::{rest}" for rest in ("/64", "/65", "10/124", "20/124", "7/128")),
    ]
    for n, vpn in zip((10, 20, 30, 40), AGENCIES, strict=True)
}
EDGES = (1, 53, 443, 444, 8000, 8010, 8011, 65535)
REQUEST, REPLY = {4: 8, 6: 128}, {4: 0, 6: 129}


@cache
def network() -> Network:
    with TemporaryDirectory() as directory:
        return load(platform_network(Path(directory) / "network"))


@st.composite
def ends(draw: st.DrawFn, vpn: str) -> ExchangeEnd:
    chosen = draw(st.lists(st.sampled_from(OWN[vpn]), min_size=1, max_size=4, unique=True))
    prefixes = tuple(map(ip_network, chosen))
    return ExchangeEnd(agency=AGENCIES[vpn], vpn=vpn, prefixes=prefixes)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    one, other = draw(st.permutations(sorted(AGENCIES)).map(lambda order: order[:2]))
    protocol: Literal["tcp", "udp", "icmp"] = draw(st.sampled_from(["tcp", "udp", "icmp"]))
    ranges = st.sampled_from([443, 53, "443-444", "8000-8010", "1-65535"])
    ports = draw(st.lists(ranges, min_size=1, max_size=3)) if protocol != "icmp" else []
    first, days = draw(st.sampled_from([-400, -1, 0, 1])), draw(st.sampled_from([0, 1, 900]))
    begin = date.fromordinal(DAY.toordinal() + first)
    return Exchange(
        source=draw(ends(one)),
        target=draw(ends(other)),
        opened_by=draw(st.sampled_from(["from", "both"])),
        protocol=protocol,
        ports=tuple(ports),
        level=2,
        owner="party",
        approved_by="Li Na",
        approved_on=begin,
        reason="a test",
        valid_from=begin,
        valid_until=date.fromordinal(begin.toordinal() + days),
    )


@dataclass(frozen=True)
class Packet:
    """A packet at a firewall; `reply`: of the direction that answers its connection."""

    vpn: str
    source: IPAddress
    target: IPAddress
    protocol: str
    ports: tuple[int, int] = (0, 0)
    icmp_type: int = 0
    reply: bool = False


@st.composite
def packets(draw: st.DrawFn, register: list[Exchange]) -> Packet:
    """One of an exchange, or nearly."""
    exchange = draw(st.sampled_from(register))
    opener, answerer = draw(st.permutations([exchange.source, exchange.target]))
    version = draw(st.sampled_from(exchange.versions or (4,)))
    reply = draw(st.booleans())
    high, low = draw(st.integers(1024, 65535)), draw(st.sampled_from(EDGES))
    packet = Packet(
        draw(st.sampled_from([opener.vpn, opener.vpn, *sorted(AGENCIES)])),
        draw(_about(opener, version)),
        draw(_about(answerer, version)),
        draw(st.sampled_from([exchange.protocol, exchange.protocol, "tcp", "udp", "icmp"])),
        ports=(low, high) if reply else (high, low),
        icmp_type=draw(st.sampled_from([REQUEST, REPLY]))[version],
        reply=reply,
    )
    return packet


@st.composite
def _about(draw: st.DrawFn, end: ExchangeEnd, version: int) -> IPAddress:
    """The first or last address of a prefix, or the one beside it; of that family."""
    others = (ip_network(text) for text in OWN[end.vpn])
    own = [p for p in end.prefixes if p.version == version]
    prefix = draw(st.sampled_from(own or [p for p in others if p.version == version]))
    edge = draw(st.sampled_from([prefix.network_address, prefix.broadcast_address]))
    beside = int(edge) + draw(st.sampled_from([0, 0, 0, 1, -1]))
    return (IPv4Address if edge.version == 4 else IPv6Address)(beside)


def by_the_register(register: Iterable[Exchange], packet: Packet) -> bool:
    return any(
        _is_of(exchange, opener, answerer, packet)
        for exchange in register
        if exchange.valid_from <= DAY <= exchange.valid_until
        for opener, answerer in _openings(exchange)
    )


def _openings(exchange: Exchange) -> list[tuple[ExchangeEnd, ExchangeEnd]]:
    both = [(exchange.source, exchange.target), (exchange.target, exchange.source)]
    return both if exchange.opened_by == "both" else both[:1]


def _is_of(exchange: Exchange, opener: ExchangeEnd, answerer: ExchangeEnd, packet: Packet) -> bool:
    here, there = (answerer, opener) if packet.reply else (opener, answerer)
    if packet.vpn != here.vpn or packet.protocol != exchange.protocol:
        return False
    if not (_holds(here, packet.source) and _holds(there, packet.target)):
        return False
    if packet.protocol == "icmp":
        return packet.icmp_type == (REPLY if packet.reply else REQUEST)[packet.source.version]
    port = packet.ports[0 if packet.reply else 1]
    spans = [
        (int(p), int(p)) if isinstance(p, int) else tuple(map(int, p.split("-")))
        for p in exchange.ports
    ]
    return any(span[0] <= port <= span[1] for span in spans)


def _holds(end: ExchangeEnd, address: IPAddress) -> bool:
    return any(address in prefix for prefix in end.prefixes if prefix.version == address.version)


def by_the_device(firewall: Device, packet: Packet) -> bool:
    """Routed by the longest prefix, then the first rule that fits, else the chain's default."""
    came = next((i for i in firewall.interfaces if f"VPN {packet.vpn} " in i.description), None)
    assert firewall.firewall is not None
    assert firewall.packet_filter is not None
    fitting = [
        r
        for r in firewall.firewall.routes
        if r.prefix.version == packet.target.version and packet.target in r.prefix
    ]
    if came is None or not fitting:
        return False
    hop = max(fitting, key=lambda route: route.prefix.prefixlen).next_hop
    (out,) = [i for i in firewall.interfaces if any(hop in a.network for a in i.addresses)]
    chain = firewall.packet_filter.chain("forward")
    assert chain is not None
    for rule in chain.rules:
        if _fits(rule, came.name, out.name, packet):
            return rule.action == "accept"
    return chain.default == "accept"


def _fits(rule: PacketRule, came: str, out: str, packet: Packet) -> bool:
    conditions = (
        rule.in_interface in (None, came),
        rule.out_interface in (None, out),
        rule.family in (None, f"ipv{packet.source.version}"),
        not rule.sources or any(packet.source in p for p in rule.sources),
        not rule.targets or any(packet.target in p for p in rule.targets),
        rule.protocol in (None, packet.protocol),
        not rule.source_ports or any(a <= packet.ports[0] <= b for a, b in rule.source_ports),
        not rule.target_ports or any(a <= packet.ports[1] <= b for a, b in rule.target_ports),
        not rule.icmp_types or packet.icmp_type in rule.icmp_types,
        rule.direction in (None, "reply" if packet.reply else "open"),
    )
    return all(conditions)


def firewalls(register: Iterable[Exchange]) -> dict[str, Device]:
    named = {f"x{number}": exchange for number, exchange in enumerate(register)}
    made = with_platform(network().model_copy(update={"exchanges": named}), DAY)
    return build_firewalls(made, allocate(made))


@examples(200)
@given(st.data(), st.lists(exchanges(), max_size=5))
def test_what_passes_is_what_the_register_says(
    data: st.DataObject, register: list[Exchange]
) -> None:
    made = firewalls(register)
    for _ in range(12 if register else 0):
        packet = data.draw(packets(register))
        wanted = by_the_register(register, packet)
        assert {name: by_the_device(one, packet) for name, one in made.items()} == dict.fromkeys(
            made, wanted
        )


@given(exchanges(), exchanges())
def test_each_vpn_hears_of_its_own_partners_only(one: Exchange, other: Exchange) -> None:
    """With A and B, and B and C, nobody tells A of C."""
    for firewall in firewalls([one, other]).values():
        assert firewall.firewall is not None
        for peer in firewall.firewall.peers:
            vpn = peer.description.split()[1]
            partners = {
                prefix
                for exchange in (one, other)
                if exchange.in_force(DAY)
                for end, partner in (
                    (exchange.source, exchange.target),
                    (exchange.target, exchange.source),
                )
                if end.vpn == vpn
                for prefix in partner.prefixes
            }
            assert set(peer.announces) <= partners


def test_the_packets_are_of_both_kinds() -> None:
    """The property above is not about packets that never pass."""
    exchange = network().exchanges["party-portal"]
    packet = Packet("party", ip_address("10.1.10.7"), ip_address("10.1.20.7"), "tcp", (40000, 443))
    made = firewalls([exchange])["bj-fw1"]
    assert by_the_device(made, packet)
    assert not by_the_device(made, replace(packet, vpn="court"))
    assert not by_the_device(made, replace(packet, ports=(40000, 80)))
    back = Packet("government", packet.target, packet.source, "tcp", (443, 40000), reply=True)
    assert by_the_device(made, back)
    assert not by_the_device(made, replace(back, reply=False))
    assert not by_the_device(firewalls([])["bj-fw1"], packet)
