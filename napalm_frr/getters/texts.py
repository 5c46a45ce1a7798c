"""Reading what vtysh and iproute2 print as JSON; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_DAYS = {"w": 604800, "d": 86400, "h": 3600, "m": 60}


def json_objects(output: str) -> Iterator[Any]:
    """Every JSON value in a text: FRR 8.4 prints one per VRF, one after another, for some
    commands.
    """
    decoder = json.JSONDecoder()
    place = 0
    while True:
        while place < len(output) and output[place] not in "{[":
            place += 1
        if place >= len(output):
            return
        value, place = decoder.raw_decode(output, place)
        yield value


def seconds(uptime: str) -> int:
    """FRR's `hh:mm:ss`, `1d02h03m` or `1w2d03h` in seconds; -1 when it is none of these.

    >>> seconds("00:01:02"), seconds("1d02h03m"), seconds("never")
    (62, 93780, -1)
    """
    if re.fullmatch(r"\d+:\d\d:\d\d", uptime):
        hours, minutes, rest = (int(part) for part in uptime.split(":"))
        return hours * 3600 + minutes * 60 + rest
    parts = re.findall(r"(\d+)([wdhm])", uptime)
    return sum(int(number) * _DAYS[unit] for number, unit in parts) if parts else -1
