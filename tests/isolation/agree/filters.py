"""`python -m tests.isolation.agree.filters --seed N --number M`: packet filters by seed.

Draws mutants of the platform's firewalls and of the accesses' filters, alone and in pairs, loads
each filter into a real kernel (`kernel_firewall`), and holds packets against the proof: those in
which its sets differ from the filter's without a change, those that the registers declare, and
those one port beside them. What passes must be in the sets and what does not must not; and of what
is proved no packet passes that did not pass before.
"""

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_network
from itertools import islice

from egovnet.inventory.errors import EgovnetError
from egovnet.isolation.algebra.filter_chains import FilterChainRules, InterfacePair, accepted_set
from egovnet.isolation.algebra.packet_sets import Packet, PacketSet
from egovnet.isolation.model.finding_class import Severity
from egovnet.templates.model.packet_filter import FilterPlace, PacketRule
from egovnet.templates.registry import read_config
from tests.isolation.agree.draw import Draw, draws
from tests.isolation.kernel_firewall import KernelFirewall, kernel_firewall
from tests.isolation.mutants.all_mutants import platform_operators
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.platform import NFT
from tests.isolation.mutants.reference import platform

GROUND = platform()
#: By which packets of an access leave a PE.
_ONWARD = "eth1"
#: Packets of each difference, and of what is declared, in a draw.
_OF_EACH, _DECLARED = 2, 6
#: Boxes of a filter that `_DECLARED` are chosen from: there may be very many.
_LISTED = 60
#: What a host can send and another be sent to; the first host of the one is not the other's.
_SENDERS, _RECEIVERS = (ip_network("10.0.0.0/8"),), (ip_network("10.1.0.0/16"),)
_PORTS = ((1, 65535),)
_UNSEEN = "no packet with which a host opens a connection of IPv4 tells it apart: others may"


def _plausible() -> PacketSet:
    rule = PacketRule(
        "accept",
        None,
        None,
        "ipv4",
        _SENDERS,
        _RECEIVERS,
        "tcp",
        _PORTS,
        _PORTS,
        direction="open",
    )
    both = (rule, replace(rule, protocol="udp"))
    return PacketSet("ipv4", tuple(box for one in both for box in PacketSet.of("ipv4", one).boxes))


PLAUSIBLE = _plausible()


_PLACES: tuple[FilterPlace, ...] = ("entry", "arrival", "forward")
#: How the parts behind nft's begin.
_BEGINS = r"^(# ports\.conf --|frr version)"


@dataclass(frozen=True)
class Probe:
    """A packet, its ways, and whether it passes without a change."""

    packet: Packet
    way: tuple[str, str]
    before: bool


@dataclass(frozen=True)
class Row:
    """A draw of filters, and what became of it."""

    number: int
    draw: Draw
    fate: str
    tried: int
    note: str = ""


class Filter:
    """What a router's text lets through, by the proof's sets."""

    def __init__(self, text: str) -> None:
        facts = read_config(text)
        self.understood = not facts.not_understood
        kept = facts.packet_filter
        self._rules = {
            place: FilterChainRules(kept.chain(place) if kept else None, place) for place in _PLACES
        }

    def passing(self, way: tuple[str, str]) -> PacketSet:
        """What goes from an interface to another."""
        into = (way[0], None)
        ways: dict[FilterPlace, InterfacePair] = {"entry": into, "arrival": into, "forward": way}
        found = PLAUSIBLE
        for place, pair in ways.items():
            found &= accepted_set(self._rules[place], pair, "ipv4")
        return found


def part_of(text: str) -> str:
    """The part of a text that nft is given; empty where there is none."""
    _, mark, rest = text.partition(f"{NFT}\n")
    end = re.search(_BEGINS, rest, re.MULTILINE)
    return rest[: end.start()] if mark and end else ""


def filtering() -> list[str]:
    """Routers that filter."""
    return [host for host, text in GROUND.texts.items() if NFT in text]


def ways(host: str) -> list[tuple[str, str]]:
    """Between which interfaces a router is asked: a firewall's VLANs, and a PE's accesses."""
    device = GROUND.devices[host]
    ports = [port.name for port in device.interfaces if port.vrf or port.vlan]
    if device.firewall is None:
        accesses = [a.interface for p in GROUND.places if p.host == host for a in p.accesses]
        return [(access, _ONWARD) for access in accesses]
    vlans = sorted({name for name in ports if "." in name} | {"eth0"})
    return [(one, other) for one in vlans for other in vlans if one != other]


def probes(was: Filter, now: Filter, host: str, rng: random.Random) -> Iterator[Probe]:
    """Packets that tell two filters apart, and some of what is declared and beside it."""
    declared = []
    for way in ways(host):
        before, after = was.passing(way), now.passing(way)
        for difference in (after - before, before - after):
            for box in islice(difference.boxes, _OF_EACH):
                packet = PacketSet("ipv4", (box,)).witness()
                if packet is not None:
                    yield Probe(packet, way, packet in before)
        for box in islice(before.boxes, _LISTED):
            packet = PacketSet("ipv4", (box,)).witness()
            if packet is not None and packet.target_port is not None:
                beside = replace(packet, target_port=box.target_ports[1] % 65535 + 1)
                declared += [Probe(each, way, each in before) for each in (packet, beside)]
    yield from rng.sample(declared, min(_DECLARED, len(declared)))


def tried(kernel: KernelFirewall, number: int, draw: Draw) -> Row:
    """Load a draw's filters, and send."""
    try:
        verdict = judge({**GROUND.texts, **draw.texts}, GROUND.network, GROUND.allocation)
        proved = verdict.proved
        leak = any(f.severity is Severity.LEAK for f in verdict.findings)
    except EgovnetError:
        proved = leak = False
    rng = random.Random(number)  # noqa: S311 -- to be repeated, not secret
    wrong, opened, count = [], 0, 0
    for host in draw.texts:
        if host not in filtering():
            continue
        was, now = Filter(GROUND.texts[host]), Filter(draw.texts[host])
        try:
            kernel.load(part_of(draw.texts[host]))
        except AssertionError as error:
            return Row(number, draw, "DISAGREE" if proved else "refused", count, str(error)[:200])
        for probe in probes(was, now, host, rng):
            count += 1
            passes = kernel.passes(probe.packet, *probe.way)
            opened += passes and not probe.before
            if now.understood and passes != (probe.packet in now.passing(probe.way)):
                wrong.append(f"{host} {probe.way}: {probe.packet} {'passes' if passes else 'dies'}")
            elif proved and passes and not probe.before:
                wrong.append(f"{host} {probe.way}: {probe.packet} passes, and all is proved")
    if wrong:
        return Row(number, draw, "DISAGREE", count, "; ".join(wrong[:2]))
    fate = "agree" if proved or not leak else "seen" if opened else "unseen"
    note = f"{opened} packets pass that did not" if opened or fate != "unseen" else _UNSEEN
    return Row(number, draw, fate, count, note)


def links() -> dict[str, tuple[str, str]]:
    """Every interface that is asked about: its own address and its host's."""
    names = sorted({name for host in filtering() for way in ways(host) for name in way})
    first = int(IPv4Address("192.168.0.0"))
    return {
        name: (f"{IPv4Address(first + 4 * n + 1)}/30", f"{IPv4Address(first + 4 * n + 2)}/30")
        for n, name in enumerate(names)
    }


def of_filters(seed: int) -> Iterator[Draw]:
    """Draws that change a filter."""
    for draw in draws(GROUND, seed, platform_operators()):
        if any(part_of(text) != part_of(GROUND.texts[host]) for host, text in draw.texts.items()):
            yield draw


def main() -> int:
    """Try the draws; 1 if one disagrees."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=200, help="how many are drawn")
    chosen = parser.parse_args()
    counts: Counter[str] = Counter()
    packets = 0
    with kernel_firewall(links()) as kernel:
        for number, draw in enumerate(islice(of_filters(chosen.seed), chosen.number)):
            row = tried(kernel, number, draw)
            counts[row.fate] += 1
            packets += row.tried
            print(
                f"{number:4} {row.fate:9} {draw.name}: {row.tried} packets, {row.note}", flush=True
            )
    told = ", ".join(f"{fate} {count}" for fate, count in sorted(counts.items()))
    print(f"{counts.total()} draws, {packets} packets: {told}")
    return 1 if counts["DISAGREE"] else 0


if __name__ == "__main__":
    sys.exit(main())
