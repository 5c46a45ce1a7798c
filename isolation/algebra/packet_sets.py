"""Sets of packets, exact: unions of boxes, closed under union, intersection and difference.

A box is an interval in each of a packet's six fields. Nothing is approximated; a Hypothesis test
holds the algebra to brute force over a small universe. Two sets that are written with the same
boxes are compared in linear time; what is left is split field by field.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.prefix_sets import BITS
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.packet_filter import PacketRule, PortRanges, TransportProtocol

#: First and last, both inclusive.
Interval = tuple[int, int]
#: Which way a packet goes in its connection; "neither": it is of none that is known.
DIRECTIONS = ("open", "reply", "neither")
_PORTS: Interval = (0, 65535)
_ICMP_TYPES = 255
#: The first of the ports that clients take (RFC 6335 section 6).
_DYNAMIC_PORT = 49152
#: IANA's numbers of the protocols that rules know, by family.
PROTOCOL_NUMBERS: dict[AddressFamily, dict[TransportProtocol, int]] = {
    "ipv4": {"tcp": 6, "udp": 17, "icmp": 1},
    "ipv6": {"tcp": 6, "udp": 17, "icmp": 58},
}


class PacketBox(NamedTuple):
    """Packets whose every field is in an interval. `target_ports` of ICMP are its types."""

    sources: Interval
    targets: Interval
    protocols: Interval = (0, 255)
    source_ports: Interval = _PORTS
    target_ports: Interval = _PORTS
    directions: Interval = (0, len(DIRECTIONS) - 1)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet, for people. `source_port` is None without ports; `target_port` of ICMP is None,
    and `icmp_type` that of any other protocol."""

    source: IPAddress
    target: IPAddress
    protocol: int
    source_port: int | None
    target_port: int | None
    icmp_type: int | None
    direction: str

    def __str__(self) -> str:
        names = {6: "TCP", 17: "UDP", 1: "ICMP", 58: "ICMPv6"}
        protocol = names.get(self.protocol, f"protocol {self.protocol}")
        if self.target_port is not None:
            protocol = f"{protocol} from port {self.source_port} to port {self.target_port}"
        elif self.icmp_type is not None:
            protocol = f"{protocol} type {self.icmp_type}"
        kind = {"open": "opening", "reply": "answering", "neither": "of no connection"}
        return f"{self.source} to {self.target}, {protocol}, {kind[self.direction]}"


@dataclass(frozen=True)
class PacketSet:
    """A set of packets of one family."""

    family: AddressFamily
    boxes: tuple[PacketBox, ...] = ()

    @classmethod
    def none(cls, family: AddressFamily) -> "PacketSet":
        """No packet."""
        return cls(family)

    @classmethod
    def all(cls, family: AddressFamily) -> "PacketSet":
        """Every packet of `family`."""
        return cls(family, (PacketBox(_addresses(family), _addresses(family)),))

    @classmethod
    def of(cls, family: AddressFamily, rule: PacketRule) -> "PacketSet":
        """Packets for which the conditions of `rule` hold, but for those on interfaces."""
        if rule.family not in (None, family):
            return cls(family)
        protocols: Interval = (0, 255)
        if rule.protocol is not None:
            number = PROTOCOL_NUMBERS[family][rule.protocol]
            protocols = (number, number)
        targets = rule.target_ports
        if rule.protocol == "icmp" and rule.icmp_types:
            targets = tuple(_type_interval(one) for one in rule.icmp_types)
        directions: Interval = (0, len(DIRECTIONS) - 1)
        if rule.direction is not None:
            place = DIRECTIONS.index(rule.direction)
            directions = (place, place)
        return cls(
            family,
            tuple(
                dict.fromkeys(
                    PacketBox(source, target, protocols, source_port, target_port, directions)
                    for source in _ranges(family, rule.sources)
                    for target in _ranges(family, rule.targets)
                    for source_port in rule.source_ports or (_PORTS,)
                    for target_port in targets or (_PORTS,)
                )
            ),
        )

    @cached_property
    def _known(self) -> frozenset[PacketBox]:
        """The boxes, to look them up."""
        return frozenset(self.boxes)

    def __bool__(self) -> bool:
        return bool(self.boxes)

    def __or__(self, other: "PacketSet") -> "PacketSet":
        return PacketSet(self.family, tuple(dict.fromkeys(self.boxes + other.boxes)))

    def __and__(self, other: "PacketSet") -> "PacketSet":
        common = dict.fromkeys(
            box
            for mine in self.boxes
            for yours in other.boxes
            if (box := _intersection(mine, yours)) is not None
        )
        return PacketSet(self.family, tuple(common))

    def __sub__(self, other: "PacketSet") -> "PacketSet":
        left: list[PacketBox] = []
        for mine in self.boxes:
            if mine not in other._known:
                left += _without(mine, other.boxes)
        return PacketSet(self.family, tuple(dict.fromkeys(left)))

    def __contains__(self, packet: Packet) -> bool:
        if packet.source.max_prefixlen != BITS[self.family]:
            return False
        target = packet.icmp_type if packet.icmp_type is not None else packet.target_port
        point = (
            int(packet.source),
            int(packet.target),
            packet.protocol,
            packet.source_port or 0,
            target or 0,
            DIRECTIONS.index(packet.direction),
        )
        return any(
            all(low <= value <= high for value, (low, high) in zip(point, box, strict=True))
            for box in self.boxes
        )

    def witness(self) -> Packet | None:
        """One of its packets, as usual a one as there is: one that opens before one that answers,
        of hosts and clients' ports."""
        if not self.boxes:
            return None
        box = min(self.boxes, key=lambda one: one.directions[0])
        address = IPv4Address if BITS[self.family] == 32 else IPv6Address
        numbers = PROTOCOL_NUMBERS[self.family]
        protocol = _usual(box.protocols, numbers["tcp"])
        ports = protocol in (numbers["tcp"], numbers["udp"])
        return Packet(
            address(_usual(box.sources, box.sources[0] + 1)),
            address(_usual(box.targets, box.targets[0] + 1)),
            protocol,
            _usual(box.source_ports, _DYNAMIC_PORT) if ports else None,
            box.target_ports[0] if ports else None,
            box.target_ports[0] if protocol == numbers["icmp"] else None,
            DIRECTIONS[box.directions[0]],
        )


def _usual(interval: Interval, value: int) -> int:
    """`value` where it is in the interval, else the first that is."""
    return value if interval[0] <= value <= interval[1] else interval[0]


def _addresses(family: AddressFamily) -> Interval:
    return (0, (1 << BITS[family]) - 1)


def _ranges(family: AddressFamily, prefixes: Iterable[IPNetwork]) -> tuple[Interval, ...]:
    """Addresses of the prefixes of `family`, as few intervals as there can be; without any prefix
    all of them."""
    given = tuple(prefixes)
    if not given:
        return (_addresses(family),)
    own = sorted(
        (int(one.network_address), int(one.broadcast_address))
        for one in given
        if one.max_prefixlen == BITS[family]
    )
    return tuple(merged(own))


def merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Sorted intervals, those that touch or overlap as one."""
    current: Interval | None = None
    for low, high in sorted(intervals):
        if current is not None and low <= current[1] + 1:
            current = (current[0], max(current[1], high))
        else:
            if current is not None:
                yield current
            current = (low, high)
    if current is not None:
        yield current


def ports_of(ranges: Iterable[Interval]) -> PortRanges:
    """Ranges of ports as few as there can be, which is how two that mean the same are equal."""
    return tuple(merged(ranges))


def _type_interval(number: int) -> Interval:
    """A type of ICMP. The last one stands for all numbers above, which no packet has: so the
    types together are everything, as they are in a packet."""
    return (number, _PORTS[1] if number == _ICMP_TYPES else number)


def _intersection(one: PacketBox, other: PacketBox) -> PacketBox | None:
    common = []
    for (low, high), (least, most) in zip(one, other, strict=True):
        bottom, top = max(low, least), min(high, most)
        if bottom > top:
            return None
        common.append((bottom, top))
    return PacketBox(*common)


def _without(box: PacketBox, others: Iterable[PacketBox]) -> list[PacketBox]:
    left = [box]
    for other in others:
        if not left:
            break
        if _intersection(box, other) is not None:
            left = [rest for one in left for rest in _difference(one, other)]
    return left


def _difference(one: PacketBox, other: PacketBox) -> Iterator[PacketBox]:
    """`one` without `other`: what is below and above it, field by field; disjoint boxes."""
    common = _intersection(one, other)
    if common is None:
        yield one
        return
    left = one
    for name, (low, high) in zip(PacketBox._fields, common, strict=True):
        bottom, top = getattr(left, name)
        if bottom < low:
            yield left._replace(**{name: (bottom, low - 1)})
        if high < top:
            yield left._replace(**{name: (high + 1, top)})
        left = left._replace(**{name: (low, high)})
