"""What `report extranet` came to: the parts, and what each access joins of them by its class."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PartVpn:
    """A VPN of a part of the extranet."""

    vpn: str
    name: str
    part: str
    #: "shared" or "own".
    address_plan: str
    #: VPNs whose plans overlap its own: nothing joins them with it.
    overlaps: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """One of `vpns` in JSON."""
        return {
            "vpn": self.vpn,
            "name": self.name,
            "part": self.part,
            "address_plan": self.address_plan,
            "overlaps": list(self.overlaps),
        }


@dataclass(frozen=True, slots=True)
class AttachedVpn:
    """What an access has in one VPN."""

    vpn: str
    part: str
    vrf: str
    #: None: untagged.
    vlan: int | None
    prefixes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """One of `attachments` in JSON."""
        return {
            "vpn": self.vpn,
            "part": self.part,
            "vrf": self.vrf,
            "vlan": self.vlan,
            "prefixes": list(self.prefixes),
        }


@dataclass(frozen=True, slots=True)
class ClassedAccess:
    """An access with a class."""

    site: str
    access: str
    access_class: str
    #: What the class joins, in words, and where that is written.
    title: str
    source: str
    pe: str
    port: str
    attachments: tuple[AttachedVpn, ...]
    #: The site's own Internet line: None where its class has none, "" where nothing says which.
    own_exit: str | None

    def to_dict(self) -> dict[str, Any]:
        """One of `accesses` in JSON."""
        return {
            "site": self.site,
            "access": self.access,
            "class": self.access_class,
            "title": self.title,
            "source": self.source,
            "pe": self.pe,
            "port": self.port,
            "attachments": [each.to_dict() for each in self.attachments],
            "own_exit": self.own_exit,
        }


@dataclass(frozen=True, slots=True)
class ExtranetReport:
    """The extranet's VPNs by part, and its accesses by class."""

    vpns: tuple[PartVpn, ...]
    accesses: tuple[ClassedAccess, ...]
    #: "site/access" of those in the extranet that have no class.
    without_class: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `report extranet --json` prints."""
        return {
            "vpns": [each.to_dict() for each in self.vpns],
            "accesses": [each.to_dict() for each in self.accesses],
            "without_class": list(self.without_class),
        }
