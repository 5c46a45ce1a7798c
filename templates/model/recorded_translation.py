"""Translated sources that a gateway recorded, vendor-neutral (RFC 6888 section 4)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address


@dataclass(frozen=True, slots=True)
class RecordedTranslation:
    """Who had a public address and port: `source`, from `first` to `last`, seconds since the epoch.

    Both are of packets that left: at `first` it was noted, and the last one was at `last`.
    """

    address: IPv4Address | IPv6Address
    port: int
    #: "tcp" or "udp".
    protocol: str
    source: IPv4Address | IPv6Address
    first: int
    last: int
