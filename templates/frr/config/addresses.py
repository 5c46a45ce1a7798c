"""Addresses and prefixes as FRR and ifupdown2 write them.

Objects are made from integers, which are read here and by C's library: that is twice as fast as by
`ipaddress`, which is asked only where a text is not of the usual form, or wrong. Nothing is
memoised: a text has each address once or twice.
"""

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from socket import AF_INET6, inet_pton

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.device import AddressFamily, IPAddress, IPInterface

_OCTETS = {str(octet): octet for octet in range(256)}
_LENGTHS = {str(length): length for length in range(129)}


def _ipv4(text: str) -> int | str:
    """The number of an address; what is no usual one comes back as text, for `ipaddress`."""
    try:
        a, b, c, d = text.split(".")
        return _OCTETS[a] << 24 | _OCTETS[b] << 16 | _OCTETS[c] << 8 | _OCTETS[d]
    except (KeyError, ValueError):
        return text


def _ipv6(text: str) -> int | str:
    """The same of an IPv6 address, without an embedded one of IPv4."""
    if "." in text:
        return text
    try:
        return int.from_bytes(inet_pton(AF_INET6, text), "big")
    except (OSError, ValueError):
        return text


def read_address(text: str) -> IPAddress:
    """An address without length. Raises ValueError."""
    if ":" in text:
        if "%" in text:
            raise ValueError("an address with a zone")
        return IPv6Address(_ipv6(text))
    return IPv4Address(_ipv4(text))


def read_interface(text: str, netmask: str | None = None) -> IPInterface:
    """An interface's address with its length; without one it is a host's (ifupdown2)."""
    address, slash, length = text.partition("/")
    if not slash:
        length = netmask or ""
    if ":" in address:
        if "%" in address:
            raise ValueError("an address with a zone")
        return IPv6Interface((_ipv6(address), _length(length, 128) if length else 128))
    if "." in length:
        return IPv4Interface(f"{address}/{length}")
    return IPv4Interface((_ipv4(address), _length(length, 32) if length else 32))


def read_prefix(text: str, family: AddressFamily | None = None) -> IPNetwork:
    """A prefix, its host bits cleared as FRR does. Raises ValueError, also for another family."""
    address, slash, length = text.partition("/")
    if not slash:
        raise ValueError("a prefix needs a length")
    if ":" in address:
        if "%" in address or family == "ipv4":
            raise ValueError("not a prefix of this family")
        return IPv6Network((_ipv6(address), _length(length, 128)), strict=False)
    if family == "ipv6":
        raise ValueError("not a prefix of this family")
    return IPv4Network((_ipv4(address), _length(length, 32)), strict=False)


def family_of(value: IPNetwork | IPAddress | IPInterface) -> AddressFamily:
    """The address family of a value."""
    return "ipv4" if value.version == 4 else "ipv6"


def _length(text: str, most: int) -> int:
    known = _LENGTHS.get(text)
    if known is not None and known <= most:
        return known
    # int() takes signs, blanks and underscores, and isdigit other scripts' digits
    if not (text.isdigit() and text.isascii()):
        raise ValueError("a length is a number")
    length = int(text)
    if length > most:
        raise ValueError("a length beyond the address")
    return length


def read_number(text: str, most: int = 0xFFFFFFFF) -> int:
    """A decimal number up to `most`. Raises ValueError."""
    if not (text.isdigit() and text.isascii()):
        raise ValueError("not a number")
    number = int(text)
    if number > most:
        raise ValueError("a number out of range")
    return number


def mask_length(mask: str) -> int:
    """The length that a mask such as 255.255.0.0 stands for. Raises ValueError."""
    value = int(read_address(mask))
    length = value.bit_count()
    if value != (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF:
        raise ValueError("not a mask")
    return length
