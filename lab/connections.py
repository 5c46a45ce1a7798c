"""Connections between nodes of a lab, tried with real sockets: what is asked, and what was seen."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Literal

PROGRAM = ("python3", "-IS", "/usr/lib/egovnet/connections.py")
"""Of `lab/appliance/connections.py`, in each machine that nodes of the attempts live in."""
OTHER_ENDED = 3
"""How it ends where the one in the other machine ended before its time."""

PATIENCE_SECONDS = 5.0
"""How long one is waited for who is expected to answer."""
SILENCE_SECONDS = 1.4
"""How long one is waited for who is not: TCP has asked twice by then (RFC 6298 section 2.1)."""
_AT_ONCE = 128
_MEETING_PORTS = range(20000, 30000)
_GRACE_SECONDS = 30.0


class SeenConnection(StrEnum):
    """What became of an attempt."""

    #: A line came back over a TCP connection, or by a datagram; or an echo request was answered.
    ANSWERED = "answered"
    #: It was seen at the target's node, and no answer came back.
    ARRIVED = "arrived"
    #: Its target saw it by another source address than it should, whether it answered or not.
    OTHER_SOURCE = "other source"
    #: Somebody on the way, or the source itself, said no.
    REFUSED = "refused"
    NOTHING = "nothing"

    @property
    def passed(self) -> bool:
        """Whether a packet came to the target, be it in this direction only."""
        return self not in (SeenConnection.REFUSED, SeenConnection.NOTHING)


@dataclass(frozen=True, slots=True)
class ConnectionAttempt:
    """A connection that is tried: between nodes, from an address of one to an address of the other.

    The target's node listens on the port while it is tried, whatever the port is. ICMP has no
    port: an echo request is sent.
    """

    source: str
    source_address: str
    target: str
    target_address: str
    protocol: Literal["tcp", "udp", "icmp"]
    port: int | None
    #: Whether an answer is expected; if not, it is waited for briefly.
    expected: bool = True
    #: Networks by whose addresses the target is to see the source; none: by the source's own.
    seen_as: tuple[str, ...] = ()


def request(
    attempts: Sequence[ConnectionAttempt],
    addresses: Mapping[str, Sequence[str]] = MappingProxyType({}),
    *,
    spread: bool = False,
) -> str:
    """What the program reads; `addresses` are those that nodes take for it besides their own.

    `spread`: the nodes live in two machines, whose programs meet on a port that is drawn here.
    """
    return json.dumps(
        {
            "meet": secrets.choice(_MEETING_PORTS) if spread else None,
            "patience": PATIENCE_SECONDS,
            "silence": SILENCE_SECONDS,
            "attempts": [_asked(one) for one in attempts],
            "addresses": {node: list(own) for node, own in addresses.items()},
        }
    )


def _asked(attempt: ConnectionAttempt) -> dict[str, object]:
    asked = asdict(attempt)
    del asked["seen_as"]  # the program reports the address, and read_seen compares it
    return asked


def read_seen(
    outputs: Sequence[str], attempts: Sequence[ConnectionAttempt]
) -> list[SeenConnection]:
    """What the program printed in each machine: null for what begins in the other one."""
    columns = zip(*map(json.loads, outputs), strict=True)
    words = [next(filter(None, column)) for column in columns]
    return [_seen(word, attempt) for word, attempt in zip(words, attempts, strict=True)]


def _seen(word: str, attempt: ConnectionAttempt) -> SeenConnection:
    word, _, translated = word.partition(" ")
    seen = SeenConnection(word)
    if not seen.passed:
        return seen
    source = ip_address(translated or attempt.source_address)
    expected = attempt.seen_as or (attempt.source_address,)
    in_one = any(source in ip_network(network) for network in expected)
    return seen if in_one else SeenConnection.OTHER_SOURCE


def seconds_at_most(attempts: Sequence[ConnectionAttempt]) -> float:
    """How long the program may take."""
    return _GRACE_SECONDS + 2 * PATIENCE_SECONDS * (1 + len(attempts) // _AT_ONCE)
