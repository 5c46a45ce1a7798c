"""What `domains` came to: the DNS zones of every VPN with name servers."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class ZoneFileState(StrEnum):
    """What became of a zone's file."""

    NOT_WRITTEN = "not-written"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ListedDnsZone:
    """One DNS zone, as the name servers of one VPN have it."""

    #: Domain, such as "20.1.10.in-addr.arpa".
    name: str
    #: "intranet" or "extranet".
    zone: str
    agency: str
    vpn: str
    #: Without SOA and NS.
    records: int
    #: None: it was not written.
    serial: int | None
    state: ZoneFileState

    def to_dict(self) -> dict[str, Any]:
        """One of `zones` in JSON."""
        return {**asdict(self), "state": self.state.value}


@dataclass(frozen=True, slots=True)
class DomainList:
    """Every DNS zone, and files of zones that there are no more."""

    zones: tuple[ListedDnsZone, ...]
    #: None: nothing was written.
    directory: str | None = None
    #: Paths within the directory: files of zones that nothing asks for any more.
    stale: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What `domains --json` prints."""
        return {
            "zones": [zone.to_dict() for zone in self.zones],
            "directory": self.directory,
            "stale": list(self.stale),
        }
