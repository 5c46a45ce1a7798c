"""Matters: what a changed line of a router is about, as far as somebody answers for it.

A line on a PE that joins a site of the party in Guangdong is the matter (access, party, intranet,
guangdong, province); a line may be of several, each of which has an owner of its own.
"""

from dataclasses import dataclass
from enum import StrEnum


class MatterKind(StrEnum):
    """The kind of a change; the value is its name in `policy.yaml`."""

    #: A site's access: its port, session, filters and routes.
    ACCESS = "access"
    #: A VPN's tables and route targets.
    VPN = "vpn"
    #: What two agencies may exchange: each end is a matter.
    EXCHANGE = "exchange"
    #: A gateway of an Internet zone, and a PE's side of it.
    GATEWAY = "gateway"
    #: A VPN's crossing at a border with another operator's backbone.
    BORDER = "border"
    #: A firewall of the interconnection platform, and a PE's side of it.
    PLATFORM = "platform"
    #: A port towards another router of the backbone.
    CIRCUIT = "circuit"
    #: IGP, labels, reflectors, loopback.
    BACKBONE = "backbone"
    #: Everything else of a router.
    ROUTER = "router"

    @property
    def has_agency(self) -> bool:
        """Whether an agency's VPN, and so a zone, is what it is about."""
        return self in _OF_AGENCIES

    @property
    def needs_two(self) -> bool:
        """Whether two persons must approve it, whatever a scope says."""
        return self in _OF_TWO


_OF_AGENCIES = frozenset(
    {
        MatterKind.ACCESS,
        MatterKind.VPN,
        MatterKind.EXCHANGE,
        MatterKind.GATEWAY,
        MatterKind.BORDER,
    }
)
_OF_TWO = frozenset(
    {MatterKind.BORDER, MatterKind.EXCHANGE, MatterKind.GATEWAY, MatterKind.PLATFORM}
)


@dataclass(frozen=True, slots=True, order=True)
class Matter:
    """What one line is about. `agency` and `zone` are "" where the kind has none."""

    kind: MatterKind
    #: Of the router that has the line.
    region: str
    tier: str
    agency: str = ""
    zone: str = ""

    def __str__(self) -> str:
        whose = f" of {self.agency} ({self.zone})" if self.agency else ""
        return f"{self.kind}{whose} in {self.region} ({self.tier})"
