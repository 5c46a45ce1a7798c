"""Route targets and distinguishers as FRR 8.4.4 reads them (tried on its bgpd).

What a person sees and what FRR makes of it differ in four ways, each one a way to hide a leak:
numbers wrap at their 32 (or 16) bits, an administrator with a dot is read by inet_aton (`1.1` is
1.0.0.1, `010.0.0.1` is 8.0.0.1: octal), asdot is therefore an address, and zeros may lead.
"""

from egovnet.templates.model.communities import (
    ADDRESS,
    FOUR_OCTET_AS,
    ROUTE_TARGET,
    SITE_OF_ORIGIN,
    TWO_OCTET_AS,
    octets,
)
from egovnet.templates.model.facts import ExtendedCommunity, RouteDistinguisher

_OCTET_PARTS = 4
_SUBTYPES = {"rt": ROUTE_TARGET, "soo": SITE_OF_ORIGIN}


def read_targets(words: list[str]) -> list[ExtendedCommunity]:
    """The targets of `rt vpn import A B`. Raises ValueError for what FRR rejects."""
    return [_community(word, ROUTE_TARGET) for word in words]


def read_list_values(words: list[str]) -> frozenset[ExtendedCommunity]:
    """The values of `permit rt A rt B soo C`: each follows a keyword of its own.

    Raises ValueError for what FRR rejects.
    """
    if not words or len(words) % 2 or not _SUBTYPES.keys() >= set(words[::2]):
        raise ValueError("neither rt nor soo says what the value is")
    pairs = zip(words[::2], words[1::2], strict=True)
    return frozenset(_community(word, _SUBTYPES[keyword]) for keyword, word in pairs)


def _community(text: str, subtype: int) -> ExtendedCommunity:
    administrator, number = _split(text)
    value = int(number) & 0xFFFFFFFF
    if "." in administrator:
        kind, left = ADDRESS, inet_aton(administrator)
    else:
        left = int(administrator)
        if left > 0xFFFFFFFF:
            raise ValueError("the AS number does not fit 32 bits")
        kind = FOUR_OCTET_AS if left > 0xFFFF else TWO_OCTET_AS
    if kind != TWO_OCTET_AS and value > 0xFFFF:
        raise ValueError("the number does not fit 16 bits")
    return bytes((kind, subtype)) + octets(kind, left, value)


def read_distinguisher(text: str) -> RouteDistinguisher:
    """The distinguisher of `rd vpn export TEXT`. Raises ValueError for what FRR rejects."""
    administrator, number = _split(text)
    if "." in administrator:
        kind, left = ADDRESS, inet_aton(administrator)
    else:
        left = int(administrator)
        kind = FOUR_OCTET_AS if left > 0xFFFF else TWO_OCTET_AS
        left &= 0xFFFFFFFF
    value = int(number) & (0xFFFFFFFF if kind == TWO_OCTET_AS else 0xFFFF)
    return bytes((0, kind)) + octets(kind, left, value)


def _split(text: str) -> tuple[str, str]:
    administrator, _, number = text.partition(":")
    digits = administrator.replace(".", "")
    # isdigit alone takes other scripts' digits
    if not (digits.isdigit() and number.isdigit() and text.isascii()):
        raise ValueError("neither AS:number nor address:number")
    return administrator, number


def inet_aton(text: str) -> int:
    """The address that C's inet_aton makes of 2 to 4 dotted parts, as an integer.

    Parts with a leading zero are octal; the last part fills what is left. Raises ValueError.
    """
    parts = text.split(".")
    if len(parts) > _OCTET_PARTS or not all(parts):
        raise ValueError("not an address")
    numbers = [int(p, 8) if len(p) > 1 and p[0] == "0" else int(p) for p in parts]
    *leading, last = numbers
    room = 8 * (_OCTET_PARTS - len(leading))
    if any(number > 0xFF for number in leading) or last >> room:
        raise ValueError("not an address")
    value = last
    for index, number in enumerate(leading):
        value |= number << (24 - 8 * index)
    return value
