"""Addresses and prefixes as FRR and ifupdown2 write them.

Objects are made from integers, which are read here: that is twice as fast as by `ipaddress`, which
is asked only where a text is not of the usual form, or wrong. Nothing is memoised: a text has each
address once or twice.
"""

import re
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.device import AddressFamily, IPAddress, IPInterface

_OCTETS = {str(octet): octet for octet in range(256)}
#: Hextets in lower case, at most one gap, no embedded IPv4.
_USUAL_IPV6 = re.compile(
    r"(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?:::)?(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?"
)


def _ipv4(text: str) -> int | str:
    """The number of an address; what is no usual one comes back as text, for `ipaddress`."""
    try:
        a, b, c, d = text.split(".")
        return _OCTETS[a] << 24 | _OCTETS[b] << 16 | _OCTETS[c] << 8 | _OCTETS[d]
    except (KeyError, ValueError):
        return text


def _ipv6(text: str) -> int | str:
    """The same of an IPv6 address."""
    if not _USUAL_IPV6.fullmatch(text):
        return text
    left, gap, right = text.partition("::")
    heads = left.split(":") if left else []
    tails = right.split(":") if right else []
    absent = 8 - len(heads) - len(tails)
    if absent < 1 if gap else absent:
        return text
    value = 0
    for part in heads:
        value = value << 16 | int(part, 16)
    value <<= 16 * absent
    for part in tails:
        value = value << 16 | int(part, 16)
    return value


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
