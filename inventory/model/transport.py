"""What connections are told apart by: a protocol above IP, and the ports that servers answer on.

Ports are written as numbers, or as ranges in quotes: `[443, "8000-8010"]`.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import PlainValidator

from egovnet.inventory.model.annotations import InWords
from egovnet.inventory.model.primitives import refusal
from egovnet.inventory.model.shown import shown

#: "icmp" is ICMP of the family of the addresses: echo requests and their replies.
TransportProtocol = Literal["tcp", "udp", "icmp"]
#: Ranges of ports, both ends inclusive, sorted and disjoint; empty: any.
PortRanges = tuple[tuple[int, int], ...]
_LAST_PORT = 65535
_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")
_REMEDY = 'write a port of 1 to 65535, or a range in quotes such as "8000-8010"'


def _ports(value: object) -> int | str:
    first, last = _ends(value)
    if not 1 <= first <= last <= _LAST_PORT:
        raise refusal(f"{shown(value)} is not a port", _REMEDY)
    return first if first == last else f"{first}-{last}"


def _ends(value: object) -> tuple[int, int]:
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    if isinstance(value, str) and (match := _RANGE.fullmatch(value)):
        return int(match[1]), int(match[2])
    raise refusal(f"{shown(value)} is not a port", _REMEDY)


#: A port, or a range of them.
Ports = Annotated[
    int | str,
    PlainValidator(_ports, json_schema_input_type=int | str),
    InWords("port or range of ports", "ports and ranges of ports"),
]


def check_ports(protocol: TransportProtocol, ports: Iterable[int | str], remedy: str) -> None:
    """Refuse ports with ICMP, which has none, and other protocols without; `remedy`: what to name.

    Raises:
        PydanticCustomError: of the field `ports`.
    """
    if protocol == "icmp" and ports:
        raise refusal("ports with protocol icmp, which has none", "leave ports out", "ports")
    if protocol != "icmp" and not ports:
        raise refusal(f"no ports with protocol {protocol}", remedy, "ports")


def port_ranges(written: Iterable[int | str]) -> PortRanges:
    """What `Ports` mean together: ranges that touch are one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(map(_ends, written)):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)
