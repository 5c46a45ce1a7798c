"""What a device lets through, vendor-neutral: rules in order, as intended and as read back.

A rule tells opener and answer apart, as a stateful filter does: a packet is "open" where it is of
the direction in which its connection was begun, and "reply" where it answers. An error of ICMP is
about a packet of a connection, and goes to whoever sent that: "open-error" the opener's way, to who
answers; "reply-error" back to the opener. Families are "ipv4" and "ipv6", as everywhere in
`egovnet.templates.model`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.transport import PortRanges, TransportProtocol
from egovnet.templates.model.families import AddressFamily

__all__ = [
    "ERROR_TYPES",
    "ConnectionZone",
    "FilterChain",
    "FilterPlace",
    "PacketDirection",
    "PacketFilter",
    "PacketRule",
    "PortRanges",
    "RecordedTranslations",
    "SourceTranslation",
    "TransportProtocol",
]
#: Where packets are filtered. "entry": as they come in by a port, before it is looked up whose
#: connection they are of: no rule there asks for it. "forward": on their way through the device,
#: when its routes are known. "arrival": as they come in by a port, before any table is asked.
#: "local": for the device itself. "departure": as they leave by a port, with the source that they
#: have there, translated or not; the device's own as well.
FilterPlace = Literal["entry", "forward", "arrival", "local", "departure"]
PacketDirection = Literal["open", "reply", "open-error", "reply-error"]
#: Types of ICMP's errors (RFC 792, RFC 4443 section 3): what is unreachable, is too big, takes too
#: long, or has a parameter nobody knows. Redirects and source quench are none that pass a filter
#: (RFC 2979 section 3.1.1, RFC 4890 section 4.3, RFC 6633).
ERROR_TYPES: Mapping[AddressFamily, tuple[int, ...]] = {"ipv4": (3, 11, 12), "ipv6": (1, 2, 3, 4)}


@dataclass(frozen=True, slots=True)
class PacketRule:
    """What is done with packets for which every condition holds. None or empty: no condition.

    `sources` and `targets` are of one family, which is `family`. A rule with `target_ports` or
    `source_ports` has a `protocol` with ports. `recorded`: flows are kept with their addresses and
    ports, so that they can be reported (RFC 7011 calls one a flow record).
    """

    action: Literal["accept", "drop"]
    in_interface: str | None = None
    out_interface: str | None = None
    family: AddressFamily | None = None
    sources: tuple[IPNetwork, ...] = ()
    targets: tuple[IPNetwork, ...] = ()
    protocol: TransportProtocol | None = None
    source_ports: PortRanges = ()
    target_ports: PortRanges = ()
    #: Types of ICMP, as numbers; empty: any.
    icmp_types: tuple[int, ...] = ()
    #: None: of any direction, and of none. That of an error is of `icmp` and some `ERROR_TYPES`.
    direction: PacketDirection | None = None
    recorded: bool = False
    #: What it was made for, such as an exchange's id.
    name: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FilterChain:
    """Rules of one place: the first whose conditions hold decides, else `default`."""

    place: FilterPlace
    default: Literal["accept", "drop"]
    rules: tuple[PacketRule, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class SourceTranslation:
    """Packets that leave by `out_interface` from `sources` get another address (RFC 3022 section
    2.2): one of `pool`, from its first to its last, the same for all connections of a host
    ("paired" in RFC 4787 section 4.1); without a pool the interface's own. One with a pool has
    `sources`."""

    out_interface: str
    sources: tuple[IPNetwork, ...]
    pool: tuple[IPv4Address | IPv6Address, IPv4Address | IPv6Address] | None = None
    name: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ConnectionZone:
    """Connections of packets that come in or leave by `interface` are tracked apart from those of
    other numbers: two with the same addresses and ports are two.

    Interfaces of one number are ends of the same connections. What has no zone has the number 0.
    An interface has one zone at most.
    """

    interface: str
    #: 1 to 65535.
    number: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RecordedTranslations:
    """Of all translations with a pool the device records who has which address and port of TCP and
    UDP: at most `most` at once, each for `hours`."""

    most: int
    hours: int


@dataclass(frozen=True, slots=True)
class PacketFilter:
    """Everything that a device filters and translates; at most one chain a place."""

    chains: tuple[FilterChain, ...] = ()
    translations: tuple[SourceTranslation, ...] = ()
    zones: tuple[ConnectionZone, ...] = ()
    #: None: nobody records them. Only where something is translated into a pool.
    recorded_translations: RecordedTranslations | None = None

    @property
    def tracks(self) -> bool:
        """Whether a rule asks whose connection a packet is of."""
        return any(rule.direction for chain in self.chains for rule in chain.rules)

    def chain(self, place: FilterPlace) -> FilterChain | None:
        """The chain of a place; None: everything passes there."""
        return next((chain for chain in self.chains if chain.place == place), None)
