"""Random registers: what packets may do by the filters is what the register says, by four ways.

A packet is looked up in the register itself, in the rules of the device one after another, in the
rendered text by an interpreter of its own, and in the sets that the proof compares. Firewalls,
VLANs and prefixes are the platform network's.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from ipaddress import IPv4Address, IPv6Address
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model import Exchange, IPNetwork
from egovnet.isolation.algebra.packet_sets import DIRECTIONS, PROTOCOL_NUMBERS, Packet
from egovnet.isolation.prove import prove
from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.intend.build_firewalls import build_firewalls
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from tests.hypothesis_profiles import examples
from tests.isolation.algebra.test_filter_chains import Sent, passes
from tests.isolation.nft_packets import Arriving, decide, read_table
from tests.isolation.platform_proof import DAY, OnADay, on

#: What sites of the platform network have, by VPN.
PREFIXES = {
    vpn: tuple(
        p
        for site in on(DAY).network.written_sites.values()
        if site.vpn == vpn
        for p in site.prefixes
    )
    for vpn in ("party", "government", "court")
}
_PORTS = (1, 22, 443, 444, 8000, 65535)
#: Types of ICMP of both families: errors, redirects, an echo.
_KINDS = (1, 2, 3, 4, 5, 8, 11, 12, 137)


@st.composite
def _parts(draw: st.DrawFn, vpn: str) -> list[str]:
    """Prefixes of a VPN or parts of them, some within others."""
    found = []
    for prefix in draw(st.lists(st.sampled_from(PREFIXES[vpn]), min_size=1, max_size=3)):
        deeper = draw(st.integers(0, 3))
        parts = list(prefix.subnets(prefixlen_diff=deeper))
        found.append(str(draw(st.sampled_from(parts))))
    return list(dict.fromkeys(found))


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """An exchange of two VPNs, in force or not."""
    one, other = draw(st.permutations(sorted(PREFIXES)))[:2]
    protocol = draw(st.sampled_from(["tcp", "udp", "icmp"]))
    ports: list[int | str] = []
    if protocol != "icmp":
        for low, high in draw(
            st.lists(st.tuples(*[st.sampled_from(_PORTS)] * 2), min_size=1, max_size=2)
        ):
            ports.append(f"{min(low, high)}-{max(low, high)}" if low != high else low)
    begin = DAY + timedelta(draw(st.sampled_from([-30, -1, 0, 1])))
    end = max(begin, DAY + timedelta(draw(st.sampled_from([-1, 0, 300]))))
    ends = {
        name: {"agency": vpn, "vpn": vpn, "prefixes": draw(_parts(vpn))}
        for name, vpn in (("from", one), ("to", other))
    }
    return Exchange.model_validate(
        {
            **ends,
            "opened-by": draw(st.sampled_from(["from", "both"])),
            "protocol": protocol,
            "ports": ports,
            "level": 2,
            "owner": one,
            "approved-by": "Li Na",
            "approved-on": date(2026, 1, 1),
            "reason": "drawn",
            "valid-from": begin,
            "valid-until": end,
        }
    )


REGISTERS = st.lists(exchanges(), max_size=5).map(
    lambda found: {f"x{number}": one for number, one in enumerate(found)}
)


def _declared(register: dict[str, Exchange], source: str, target: str, packet: Packet) -> bool:
    """Whether the register lets a packet pass from VPN to VPN: read as a person reads it."""
    if packet.direction.endswith("-error"):
        return _error_declared(register, source, target, packet)
    for exchange in register.values():
        if not exchange.valid_from <= DAY <= exchange.valid_until:
            continue
        ways = [(exchange.source, exchange.target)]
        if exchange.opened_by == "both":
            ways.append((exchange.target, exchange.source))
        for opener, answerer in ways:
            ends = (opener, answerer) if packet.direction == "open" else (answerer, opener)
            if packet.direction == "neither" or (source, target) != (ends[0].vpn, ends[1].vpn):
                continue
            inside = all(
                any(address in prefix for prefix in end.prefixes)
                for end, address in zip(ends, (packet.source, packet.target), strict=True)
            )
            if inside and _of_protocol(exchange, packet):
                return True
    return False


def _error_declared(
    register: dict[str, Exchange], source: str, target: str, packet: Packet
) -> bool:
    """An error of ICMP passes to who may open or answer: unreachable, too big, late, malformed."""
    version = packet.target.version
    kinds = {4: (1, (3, 11, 12)), 6: (58, (1, 2, 3, 4))}[version]
    if packet.protocol != kinds[0] or packet.icmp_type not in kinds[1]:
        return False
    for exchange in register.values():
        if not exchange.valid_from <= DAY <= exchange.valid_until:
            continue
        ways = [(exchange.source, exchange.target)]
        if exchange.opened_by == "both":
            ways.append((exchange.target, exchange.source))
        for opener, answerer in ways:
            about_opening = packet.direction == "reply-error"
            sender, hears = (answerer, opener) if about_opening else (opener, answerer)
            families = (any(p.version == version for p in e.prefixes) for e in (sender, hears))
            heard = any(packet.target in prefix for prefix in hears.prefixes)
            if (source, target) == (sender.vpn, hears.vpn) and all(families) and heard:
                return True
    return False


def _of_protocol(exchange: Exchange, packet: Packet) -> bool:
    family = "ipv4" if packet.source.version == 4 else "ipv6"
    if packet.protocol != PROTOCOL_NUMBERS[family][exchange.protocol]:
        return False
    if exchange.protocol == "icmp":
        echo = {
            ("ipv4", "open"): 8,
            ("ipv4", "reply"): 0,
            ("ipv6", "open"): 128,
            ("ipv6", "reply"): 129,
        }
        return packet.icmp_type == echo[family, packet.direction]
    port = packet.target_port if packet.direction == "open" else packet.source_port
    for written in exchange.ports:
        low, _, high = str(written).partition("-")
        if port is not None and int(low) <= port <= int(high or low):
            return True
    return False


def _addresses(
    register: dict[str, Exchange], vpn: str, version: int
) -> list[IPv4Address | IPv6Address]:
    """The ends of every prefix of the VPN, written in whichever file, and what is beside them."""
    prefixes: list[IPNetwork] = [p for p in PREFIXES[vpn] if p.version == version]
    for exchange in register.values():
        for end in (exchange.source, exchange.target):
            prefixes += [p for p in end.prefixes if end.vpn == vpn and p.version == version]
    found = {}
    for prefix in prefixes:
        found[prefix.network_address] = found[prefix.broadcast_address] = None
        found[prefix.broadcast_address + 1] = None
    return list(found)


def _packets(
    random: Random, register: dict[str, Exchange], source: str, target: str
) -> Iterator[Packet]:
    """Some of all packets that differ in something that a register can say."""
    for version, family in ((4, "ipv4"), (6, "ipv6")):
        senders = _addresses(register, source, version)
        receivers = _addresses(register, target, version)
        numbers = PROTOCOL_NUMBERS[family]
        for _ in range(12):
            ends = random.choice(senders), random.choice(receivers)
            direction = random.choice(DIRECTIONS)
            port = random.choice(_PORTS)
            ports = (50000, port) if direction == "open" else (port, 50000)
            yield Packet(*ends, random.choice((6, 17)), *ports, None, direction)
            kind = random.choice((0, 8, 128, 129))
            yield Packet(*ends, numbers["icmp"], None, None, kind, random.choice(DIRECTIONS))
            error, kind = random.choice(("open-error", "reply-error")), random.choice(_KINDS)
            yield Packet(*ends, numbers["icmp"], None, None, kind, error)


def _vlans(built: OnADay, device: Device) -> dict[str, str]:
    """VPN -> the firewall's interface, by the lock's numbers."""
    vlans = {
        site.vpn: built.allocation.vlan[f"{name}/{device.name}"]
        for name, site in built.network.sites.items()
        if name not in built.network.written_sites
    }
    return {vpn: f"eth1.{vlan}" for vpn, vlan in vlans.items()}


@given(REGISTERS, st.randoms(use_true_random=True))
@examples(1000)  # of which the default profile draws half
def test_packets_may_do_what_the_register_says(
    register: dict[str, Exchange], random: Random
) -> None:
    built = on(DAY, exchanges=register)
    passing = built.expectation.platform.passing
    sets = {"ipv4": passing("ipv4"), "ipv6": passing("ipv6")}
    device = random.choice(list(build_firewalls(built.network, built.allocation).values()))
    assert device.packet_filter is not None
    chain = device.packet_filter.chain("forward")
    table = read_table(packet_filter_text(device.packet_filter))
    vlans = _vlans(built, device)
    for source, target in product(vlans, vlans):
        for packet in _packets(random, register, source, target):
            declared = _declared(register, source, target, packet)
            family = "ipv4" if packet.source.version == 4 else "ipv6"
            held = sets[family].get((source, target))
            assert declared == (held is not None and packet in held), packet
            sent = Sent(vlans[source], vlans[target], packet)
            assert declared == passes(chain, sent), packet
            arriving = Arriving(packet, vlans[source], vlans[target])
            decided = {decide(table, hook, arriving) for hook in ("prerouting", "forward")}
            assert declared == (decided == {"accept"}), packet


@given(REGISTERS)
@examples(60)
def test_what_is_built_for_a_register_is_proved(register: dict[str, Exchange]) -> None:
    built = on(DAY, exchanges=register)
    firewalls = build_firewalls(built.network, built.allocation)
    facts = {name: intended_facts(device) for name, device in firewalls.items()}
    verdict = prove(facts, built.expectation.limit())
    assert not verdict.findings, [f.message for f in verdict.findings]


@given(REGISTERS, st.data())
@examples(60)
def test_a_register_less_is_a_leak(register: dict[str, Exchange], data: st.DataObject) -> None:
    """What an exchange alone lets pass is a leak without it, whatever else is in force."""
    held = [name for name, one in register.items() if one.in_force(DAY)]
    if not held:
        return
    gone = data.draw(st.sampled_from(held))
    fewer = {name: one for name, one in register.items() if name != gone}
    built, after = on(DAY, exchanges=register), on(DAY, exchanges=fewer)
    facts = {
        name: intended_facts(device)
        for name, device in build_firewalls(built.network, built.allocation).items()
    }
    now, then = built.expectation.platform, after.expectation.platform
    only = any(
        packets - then.passing(family).get(way, packets - packets)
        for family in ("ipv4", "ipv6")
        for way, packets in now.passing(family).items()
    )
    verdict = prove(facts, after.expectation.limit())
    found = [f for f in verdict.findings if f.klass == "P9 undeclared-flow"]
    assert bool(found) == only
