"""Sets of packets, exact: unions of boxes, closed under union, intersection and difference.

A box is an interval in each of a packet's six fields. Nothing is approximated; a Hypothesis test
holds the algebra to brute force over a small universe. Sets are kept as decision diagrams, so that
rules on one field across rules on another are no product.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.interval_diagrams import (
    Interval,
    Node,
    boxes,
    contains,
    difference,
    intersection,
    product,
    union,
)
from egovnet.isolation.algebra.prefix_sets import BITS
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.packet_filter import PacketRule, PortRanges, TransportProtocol

#: Which way a packet goes in its connection, or an error about one of its packets; "neither": it is
#: of none that is known.
DIRECTIONS = ("open", "reply", "neither", "open-error", "reply-error")
_IN_WORDS = {
    "open": "opening",
    "reply": "answering",
    "neither": "of no connection",
    "open-error": "an error on an answer",
    "reply-error": "an error on what opens",
}
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


#: Fields of a box in the order of a diagram's levels: first those of few values, and directions
#: before all others, so that a packet that opens is in the first branch.
_ORDER = (5, 2, 0, 1, 3, 4)


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
        return f"{self.source} to {self.target}, {protocol}, {_IN_WORDS[self.direction]}"


class PacketSet:
    """A set of packets of one family."""

    __slots__ = ("_node", "family")

    def __init__(self, family: AddressFamily, boxes: Iterable[PacketBox] = ()) -> None:
        self.family = family
        self._node = union(product([(box[at],) for at in _ORDER]) for box in boxes)

    @classmethod
    def _made(cls, family: AddressFamily, node: Node) -> "PacketSet":
        made = cls(family)
        made._node = node
        return made

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
        fields = (
            (directions,),
            (protocols,),
            _ranges(family, rule.sources),
            _ranges(family, rule.targets),
            ports_of(rule.source_ports or (_PORTS,)),
            ports_of(targets or (_PORTS,)),
        )
        return cls._made(family, product(fields))

    @classmethod
    def union(cls, family: AddressFamily, sets: Iterable["PacketSet"]) -> "PacketSet":
        """What is in one of them; near linear in them all."""
        return cls._made(family, union(one._node for one in sets))

    @property
    def boxes(self) -> Iterator[PacketBox]:
        """The set as disjoint boxes, of which there may be very many."""
        for directions, protocols, sources, targets, own, other in boxes(self._node):
            yield PacketBox(sources, targets, protocols, own, other, directions)

    @property
    def opens(self) -> bool:
        """Whether a packet in it opens a connection."""
        return bool(self._node) and self._node[0][0] == 0

    def __bool__(self) -> bool:
        return bool(self._node)

    def __or__(self, other: "PacketSet") -> "PacketSet":
        return self._made(self.family, union((self._node, other._node)))

    def __and__(self, other: "PacketSet") -> "PacketSet":
        return self._made(self.family, intersection(self._node, other._node))

    def __sub__(self, other: "PacketSet") -> "PacketSet":
        return self._made(self.family, difference(self._node, other._node))

    def __contains__(self, packet: Packet) -> bool:
        if packet.source.max_prefixlen != BITS[self.family]:
            return False
        target = packet.icmp_type if packet.icmp_type is not None else packet.target_port
        point = (
            DIRECTIONS.index(packet.direction),
            packet.protocol,
            int(packet.source),
            int(packet.target),
            packet.source_port or 0,
            target or 0,
        )
        return contains(self._node, point)

    def witness(self) -> Packet | None:
        """One of its packets, as usual a one as there is: one that opens before one that answers,
        of TCP, of hosts and clients' ports."""
        if not self._node:
            return None
        address = IPv4Address if BITS[self.family] == 32 else IPv6Address
        numbers = PROTOCOL_NUMBERS[self.family]
        (direction, _, below) = self._node[0]
        tcp = (b for b in below if b[0] <= numbers["tcp"] <= b[1])
        low, high, below = next(tcp, below[0])
        protocol = _usual((low, high), numbers["tcp"])
        sources, targets, source_ports, target_ports = next(boxes(below))
        ports = protocol in (numbers["tcp"], numbers["udp"])
        return Packet(
            address(_usual(sources, sources[0] + 1)),
            address(_usual(targets, targets[0] + 1)),
            protocol,
            _usual(source_ports, _DYNAMIC_PORT) if ports else None,
            target_ports[0] if ports else None,
            target_ports[0] if protocol == numbers["icmp"] else None,
            DIRECTIONS[direction],
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
