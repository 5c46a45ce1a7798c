"""A zone's text in master file format (RFC 1035 section 5), and its serial.

The serial moves when the content does and never otherwise: what is there already says which it was.
"""

import re
from collections.abc import Iterator
from datetime import date

from egovnet.templates.domains.zones import DnsZone

_SERIAL = re.compile(r"^\s+([0-9]{1,10})\s+; serial$", re.MULTILINE)
#: Refresh, retry and expire as RFC 1912 section 2.2 has them; how long a "no" is kept (RFC 2308).
_TIMES = (7200, 1800, 1209600, 300)
_SPACE = 1 << 32


def serial_of(text: str) -> int | None:
    """The serial in a zone's text that was written here; None: it is not one."""
    found = _SERIAL.findall(text)
    return int(found[0]) if len(found) == 1 and int(found[0]) < _SPACE else None


def is_later(serial: int, other: int) -> bool:
    """Whether `serial` comes after `other` in the arithmetic of RFC 1982."""
    return 0 < (serial - other) % _SPACE < _SPACE // 2


def next_serial(old: int | None, day: date) -> int:
    """YYYYMMDD00 (RFC 1912 section 2.2), or one more than `old` where that is not later."""
    of_day = int(f"{day:%Y%m%d}") * 100
    if old is None or is_later(of_day, old):
        return of_day
    return (old + 1) % _SPACE or 1  # some servers take 0 for none


def zone_text(zone: DnsZone, old: str | None, day: date) -> str:
    """The zone's text: `old` itself where that says the same."""
    serial = None if old is None else serial_of(old)
    if old is not None and serial is not None and _text(zone, serial) == old:
        return old
    return _text(zone, next_serial(serial, day))


def _text(zone: DnsZone, serial: int) -> str:
    return "\n".join(_lines(zone, serial)) + "\n"


def _lines(zone: DnsZone, serial: int) -> Iterator[str]:
    refresh, retry, expire, negative = _TIMES
    yield "; Written by egovnet, kept under version control: the serial goes on from this one."
    yield f"$ORIGIN {zone.name}."
    yield f"$TTL {zone.ttl}"
    yield f"@ IN SOA {zone.servers[0]}. {zone.hostmaster}. ("
    yield f"    {serial} ; serial"
    yield f"    {refresh} ; refresh"
    yield f"    {retry} ; retry"
    yield f"    {expire} ; expire"
    yield f"    {negative} ; negative answers"
    yield ")"
    for server in zone.servers:
        yield f"@ IN NS {server}."
    for record in zone.records:
        owner = record.owner.removesuffix(f".{zone.name}")
        value = f"{record.value}." if record.type == "PTR" else record.value
        yield f"{owner} IN {record.type} {value}"
