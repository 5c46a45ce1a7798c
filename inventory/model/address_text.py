"""Addresses and prefixes as text: what `str` writes, in a tenth of its time.

`str` builds an address digit by digit in Python, and a nation has hundreds of thousands of them.
"""

from collections.abc import Callable
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from socket import AF_INET6, inet_ntoa, inet_ntop
from typing import Any


def _ipv6(address: IPv6Address) -> str:
    number = int(address)
    # with an embedded IPv4 address C's library has a form of its own
    if number >> 32 in (0, 0xFFFF) or address.scope_id is not None:
        return str(address)
    return inet_ntop(AF_INET6, number.to_bytes(16, "big"))


def _ipv6_interface(value: IPv6Interface) -> str:
    if value.scope_id is not None:  # which `ip` has not
        return str(value)
    return f"{_ipv6(value.ip)}/{value.network.prefixlen}"


#: By exact type: a class of somebody's own may write itself in another way.
_WRITERS: dict[type, Callable[[Any], str]] = {
    IPv4Address: lambda value: inet_ntoa(value.packed),
    IPv4Interface: lambda value: f"{inet_ntoa(value.packed)}/{value.network.prefixlen}",
    IPv4Network: lambda value: f"{inet_ntoa(value.network_address.packed)}/{value.prefixlen}",
    IPv6Address: _ipv6,
    IPv6Interface: _ipv6_interface,
    IPv6Network: lambda value: f"{_ipv6(value.network_address)}/{value.prefixlen}",
}


def written(value: object) -> str:
    """`str(value)`, of addresses, interfaces and prefixes in RFC 5952's form (IPv6)."""
    writer = _WRITERS.get(type(value))
    return str(value) if writer is None else writer(value)
