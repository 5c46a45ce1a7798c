"""Route targets and distinguishers as FRR 8.4.4 and 10.3 read them (tried on their bgpd).

What a person sees and what FRR makes of it differ in four ways, each one a way to hide a leak:
numbers wrap at their 32 (or 16) bits, an administrator with a dot is read by inet_aton (`1.1` is
1.0.0.1, `010.0.0.1` is 8.0.0.1: octal), asdot is therefore an address, and zeros may lead.
FRR 10.3 reads asdot (`1.1` is AS 65537), and prints a distinguisher as it was said: what it makes
of one in other than the usual form does not show, and is refused here.
"""

import re
from functools import lru_cache

from egovnet.templates.frr.config.releases import FIRST, Release
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
_PLAIN = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){0,3}\Z", re.ASCII)
_SUBTYPES = {"rt": ROUTE_TARGET, "soo": SITE_OF_ORIGIN}


def read_targets(words: list[str], release: Release = FIRST) -> list[ExtendedCommunity]:
    """The targets of `rt vpn import A B`. Raises ValueError for what FRR rejects."""
    return [_community(word, ROUTE_TARGET, release) for word in words]


def read_list_values(words: list[str], release: Release = FIRST) -> frozenset[ExtendedCommunity]:
    """The values of `permit rt A rt B soo C`: each follows a keyword of its own.

    Raises ValueError for what FRR rejects.
    """
    if not words or len(words) % 2 or not _SUBTYPES.keys() >= set(words[::2]):
        raise ValueError("neither rt nor soo says what the value is")
    pairs = zip(words[::2], words[1::2], strict=True)
    return frozenset(_community(word, _SUBTYPES[keyword], release) for keyword, word in pairs)


# The tables of a VPN say the same targets on each router.
@lru_cache(maxsize=4096)
def _community(text: str, subtype: int, release: Release) -> ExtendedCommunity:
    administrator, number = _split(text)
    value = int(number) & 0xFFFFFFFF
    if release.dotted_as and 0 < administrator.count(".") < _OCTET_PARTS - 1:
        kind, left = FOUR_OCTET_AS, _asdot(administrator)
    elif "." in administrator:
        kind, left = ADDRESS, inet_aton(administrator)
    else:
        left = int(administrator)
        if left > 0xFFFFFFFF:
            raise ValueError("the AS number does not fit 32 bits")
        kind = FOUR_OCTET_AS if left > 0xFFFF else TWO_OCTET_AS
    if kind != TWO_OCTET_AS and value > 0xFFFF:
        raise ValueError("the number does not fit 16 bits")
    return bytes((kind, subtype)) + octets(kind, left, value)


def _asdot(text: str) -> int:
    """The AS of `HIGH.LOW`, one of four octets. Raises ValueError."""
    high, low = text.split(".") if _PLAIN.match(text) and text.count(".") == 1 else ("0", "")
    if high == "0" or int(high) > 0xFFFF or int(low) > 0xFFFF:
        raise ValueError("neither an AS number nor an address")
    return int(high) << 16 | int(low)


def read_distinguisher(text: str, release: Release = FIRST) -> RouteDistinguisher:
    """The distinguisher of `rd vpn export TEXT`. Raises ValueError for what FRR rejects."""
    administrator, number = _split(text)
    if release.dotted_as:
        _usual(administrator, number)
    if "." in administrator:
        kind, left = ADDRESS, inet_aton(administrator)
    else:
        left = int(administrator)
        kind = FOUR_OCTET_AS if left > 0xFFFF else TWO_OCTET_AS
        left &= 0xFFFFFFFF
    value = int(number) & (0xFFFFFFFF if kind == TWO_OCTET_AS else 0xFFFF)
    return bytes((0, kind)) + octets(kind, left, value)


def _usual(administrator: str, number: str) -> None:
    """Raise ValueError for what is neither `AS:number` nor `a.b.c.d:number` within its bounds."""
    dots = administrator.count(".")
    wide = dots or int(administrator) > 0xFFFF
    if (
        dots not in (0, _OCTET_PARTS - 1)
        or not (_PLAIN.match(administrator) and _PLAIN.match(number))
        or int(number) > (0xFFFF if wide else 0xFFFFFFFF)
        or (not dots and int(administrator) > 0xFFFFFFFF)
    ):
        raise ValueError("what FRR makes of it does not show: write AS:number, in decimals")


def _split(text: str) -> tuple[str, str]:
    administrator, _, number = text.partition(":")
    digits = administrator.replace(".", "")
    # isdigit alone takes other scripts' digits
    if not (digits.isdigit() and number.isdigit() and text.isascii()):
        raise ValueError("neither AS:number nor address:number")
    return administrator, number


@lru_cache(maxsize=256)
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
