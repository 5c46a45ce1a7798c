"""Something of one zone that a plan gives to the other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ZoneChange:
    """`vpn` has it afterwards, and is the word that the change needs: `--zone-change VPN`."""

    vpn: str
    #: "vpn", "site", "agency", "port", "vrf-name", "route-target", "vrf-number", "access-prefix"
    #: or "site-prefix".
    kind: str
    #: Its name, and one sentence that says what becomes of it.
    subject: str
    what: str
    #: Zones.
    former: str
    zone: str

    def to_dict(self) -> dict[str, str]:
        """One of `zone_changes` in JSON."""
        return {
            "vpn": self.vpn,
            "kind": self.kind,
            "subject": self.subject,
            "what": self.what,
            "from": self.former,
            "to": self.zone,
        }
