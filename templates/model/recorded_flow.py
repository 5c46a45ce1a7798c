"""Flows that a device's filter recorded, vendor-neutral (RFC 7011 calls one a flow record)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address


class FlowsNotReadError(RuntimeError):
    """What a device printed is no listing of recorded flows."""


@dataclass(frozen=True, slots=True)
class RecordedFlow:
    """Packets of one source, target, protocol and port of the target, and how many there were.

    `protocol` is "tcp", "udp", "icmp" (of either family), or what the device calls another one;
    `port` is None where it has none.
    """

    source: IPv4Address | IPv6Address
    target: IPv4Address | IPv6Address
    protocol: str
    port: int | None
    packets: int
    octets: int
