"""Connections between hosts as a report has them: what registers declare, and what packets say."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class ConnectionSeen(StrEnum):
    """What became of a connection that was tried."""

    ANSWERED = "answered"
    #: It came to its target, and no answer came back.
    ARRIVED = "arrived"
    #: Its target saw it by another source address than it should, whether it answered or not.
    OTHER_SOURCE = "other source"
    NOTHING = "nothing"
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class ConnectionCell:
    """A cell of the packet matrix that has a port: from VPN to VPN, for an entry of a register."""

    #: "exchange" or "application", and the entry's name there; "Internet zone", and its VPN.
    register: str
    name: str
    #: What it is to show, such as "declared" or "other port".
    case: str
    source_vpn: str
    target_vpn: str
    #: Sites that the hosts are at.
    source: str
    target: str
    #: "ipv4" or "ipv6".
    family: str
    #: "tcp", "udp" or "icmp"; ICMP has no port.
    protocol: str
    port: int | None
    #: Whether it is to be answered; if not, nothing of it is to arrive.
    expected: bool
    seen: ConnectionSeen

    @property
    def right(self) -> bool:
        """Whether it came to what is expected; one that was not sent did not."""
        if self.expected:
            return self.seen is ConnectionSeen.ANSWERED
        return self.seen is ConnectionSeen.NOTHING

    @property
    def service(self) -> str:
        """Such as "tcp/443", or "icmp"."""
        return self.protocol if self.port is None else f"{self.protocol}/{self.port}"

    def to_dict(self) -> dict[str, Any]:
        """One of `matrix.connections` in JSON."""
        return {**asdict(self), "seen": self.seen.value, "right": self.right}


@dataclass(frozen=True, slots=True)
class UntriedEntry:
    """An entry of a register of which no connection could be tried."""

    register: str
    name: str
    family: str
    why: str

    def to_dict(self) -> dict[str, Any]:
        """One of `matrix.untried` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EntryCells:
    """All cells of an entry."""

    register: str
    name: str
    cells: tuple[ConnectionCell, ...]

    @property
    def between(self) -> tuple[str, ...]:
        """The VPNs of those that are to be answered, such as "party -> court"."""
        names = ((cell.source_vpn, cell.target_vpn) for cell in self.cells if cell.expected)
        return tuple(dict.fromkeys(f"{source} -> {target}" for source, target in names))

    def count(self, *, expected: bool) -> tuple[int, int]:
        """How many of the expected ones (or the others) are right, and how many there are."""
        own = [cell for cell in self.cells if cell.expected is expected]
        return sum(cell.right for cell in own), len(own)


def by_entry(cells: Iterable[ConnectionCell]) -> tuple[EntryCells, ...]:
    """Cells of each entry together, in the order in which they come."""
    found: dict[tuple[str, str], list[ConnectionCell]] = {}
    for cell in cells:
        found.setdefault((cell.register, cell.name), []).append(cell)
    return tuple(EntryCells(*entry, tuple(own)) for entry, own in found.items())
