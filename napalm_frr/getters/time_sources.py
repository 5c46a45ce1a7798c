"""NTP as chrony tells it (`chronyc -n -c -m sources sourcestats ntpdata`); pure.

Rows of comma-separated values; which report one is of is told by their number (chronyc(1)).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import Any

_SOURCES, _STATISTICS, _NTPDATA = 10, 8, 20
_SERVER, _PEER = "^", "="
_SELECTED = "*"
#: What chronyc has for "nothing was ever received".
_NEVER = 2**32 - 1


@dataclass
class TimeSources:
    """Rows by the source's address, in chrony's order."""

    sources: dict[str, list[str]] = field(default_factory=dict)
    statistics: dict[str, list[str]] = field(default_factory=dict)
    #: Told to root only.
    packets: dict[str, list[str]] = field(default_factory=dict)


def read(printed: str) -> TimeSources:
    """What chronyc printed; what is no row of the three reports is left out."""
    found = TimeSources()
    for row in csv.reader(printed.splitlines()):
        if len(row) == _SOURCES and row[0] in (_SERVER, _PEER, "#"):
            found.sources[row[2]] = row
        elif len(row) == _STATISTICS:
            found.statistics[row[0]] = row
        elif len(row) > _NTPDATA:
            found.packets[row[0]] = row
    return found


def servers(found: TimeSources) -> dict[str, dict[str, Any]]:
    """Servers by address."""
    return _of_mode(found, _SERVER)


def peers(found: TimeSources) -> dict[str, dict[str, Any]]:
    """Peers, of whom each may take the other's time, by address."""
    return _of_mode(found, _PEER)


def _of_mode(found: TimeSources, mode: str) -> dict[str, dict[str, Any]]:
    return {address: {} for address, row in found.sources.items() if row[0] == mode}


def stats(found: TimeSources) -> list[dict[str, Any]]:
    """NAPALM's NTPStats of servers and peers; delay, offset and jitter in milliseconds.

    `referenceid` (hexadecimal) and `delay` are told to root only: else "" and -1.0.
    """
    return [_stats(found, row) for row in found.sources.values() if row[0] != "#"]


def _stats(found: TimeSources, row: list[str]) -> dict[str, Any]:
    mode, state, address, stratum, poll, reach, last, _, offset, _ = row
    packet = found.packets.get(address)
    deviation = found.statistics[address][7] if address in found.statistics else "0"
    return {
        "remote": address,
        "referenceid": packet[15] if packet else "",
        "synchronized": state == _SELECTED,
        "stratum": int(stratum),
        "type": "peer" if mode == _PEER else "server",
        "when": "never" if int(last) == _NEVER else last,
        # chronyc prints the logarithm, and reachability in octal
        "hostpoll": round(2.0 ** int(poll)),
        "reachability": int(reach, 8),
        "delay": _milliseconds(packet[19]) if packet else -1.0,
        "offset": _milliseconds(offset),
        "jitter": _milliseconds(deviation),
    }


def _milliseconds(seconds: str) -> float:
    return round(float(seconds) * 1000, 6)
