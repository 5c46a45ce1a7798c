"""What `application list` and `show` came to: entries of the register, and where they are."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ListedApplication:
    """An application as the register has it."""

    name: str
    #: What people call it.
    title: str
    owner: str
    vpn: str
    #: What the PEs of its VPN let in: "open", "observed" or "enforced".
    filtering: str
    level: int
    protocol: str
    #: Such as "8000-8010"; none with icmp.
    ports: tuple[str, ...]
    servers: tuple[str, ...]
    #: Sites that its servers stand in, and those that may use it.
    server_sites: tuple[str, ...]
    user_sites: tuple[str, ...]
    #: Every site of the VPN may use it.
    for_all: bool

    @property
    def service(self) -> str:
        """Such as "tcp 443, 8000-8010"."""
        return f"{self.protocol} {', '.join(self.ports)}".rstrip()

    def to_dict(self) -> dict[str, Any]:
        """One of `applications` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FilteredVpn:
    """A VPN, and how much of it is declared."""

    vpn: str
    filtering: str
    level: int | None
    applications: int

    def to_dict(self) -> dict[str, Any]:
        """One of `vpns` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ApplicationList:
    """The register of applications, and its VPNs."""

    applications: tuple[ListedApplication, ...]
    vpns: tuple[FilteredVpn, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `application list --json` prints."""
        return {
            "applications": [each.to_dict() for each in self.applications],
            "vpns": [vpn.to_dict() for vpn in self.vpns],
        }


@dataclass(frozen=True, slots=True)
class ShownApplication:
    """One application."""

    application: ListedApplication

    def to_dict(self) -> dict[str, Any]:
        """What `application show --json` prints."""
        return {"application": self.application.to_dict()}
