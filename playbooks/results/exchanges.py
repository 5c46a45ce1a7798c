"""What `exchange list`, `show` and `check` came to: entries, and what packets say."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from egovnet.inventory.model.validity import ValidityState
from egovnet.playbooks.results.connections_tried import ConnectionsTried
from egovnet.playbooks.results.outcome import Exit


@dataclass(frozen=True, slots=True)
class ListedEnd:
    """One end of an exchange."""

    agency: str
    vpn: str
    prefixes: tuple[str, ...]
    #: Whose servers they are, where the register names one.
    application: str | None = None

    @property
    def words(self) -> str:
        """Such as "government of government: 10.1.20.0/24"."""
        of = "" if self.application is None else f"application {self.application}, "
        return f"{self.vpn} of {self.agency}: {of}{', '.join(self.prefixes)}"


@dataclass(frozen=True, slots=True)
class ListedExchange:
    """An exchange as the register has it, on a day."""

    name: str
    description: str
    state: ValidityState
    #: Days that are left, its last one not counted; None where it does not hold.
    days_left: int | None
    source: ListedEnd
    target: ListedEnd
    #: "from" or "both".
    opened_by: str
    protocol: str
    #: Such as "8000-8010"; none with icmp.
    ports: tuple[str, ...]
    level: int
    owner: str
    approved_by: str
    approved_on: date
    reason: str
    valid_from: date
    valid_until: date

    @property
    def service(self) -> str:
        """Such as "tcp 443, 8000-8010"."""
        return f"{self.protocol} {', '.join(self.ports)}".rstrip()

    @property
    def between(self) -> str:
        """Such as "party -> government", with an arrow for each direction of connections."""
        arrow = "<->" if self.opened_by == "both" else "->"
        return f"{self.source.vpn} {arrow} {self.target.vpn}"

    def to_dict(self) -> dict[str, Any]:
        """One of `exchanges` in JSON."""
        data = asdict(self)
        data["from"], data["to"] = data.pop("source"), data.pop("target")
        days = ("approved_on", "valid_from", "valid_until")
        return data | {day: data[day].isoformat() for day in days}


@dataclass(frozen=True, slots=True)
class ExchangeList:
    """Exchanges on a day, in the register's order."""

    day: date
    exchanges: tuple[ListedExchange, ...]
    #: Only those that end within so many days; None: all.
    within: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """What `exchange list --json` prints."""
        return {
            "day": self.day.isoformat(),
            "within": self.within,
            "exchanges": [exchange.to_dict() for exchange in self.exchanges],
        }


@dataclass(frozen=True, slots=True)
class ExchangeVlan:
    """Where one of the two VPNs meets a firewall."""

    firewall: str
    vpn: str
    pe: str
    port: str
    vlan: int | None


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """One exchange, and where it is on the platform."""

    day: date
    exchange: ListedExchange
    #: None where it does not hold.
    vlans: tuple[ExchangeVlan, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `exchange show --json` prints."""
        return {
            "day": self.day.isoformat(),
            "exchange": self.exchange.to_dict(),
            "vlans": [asdict(vlan) for vlan in self.vlans],
        }


@dataclass(frozen=True, slots=True)
class ExchangeCheck:
    """What packets say of exchanges in force."""

    day: date
    #: Names of those that were asked about and hold.
    in_force: tuple[str, ...]
    tried: ConnectionsTried

    @property
    def exit(self) -> Exit:
        """As the packets say; 5 where nobody could send any."""
        return Exit.DEVICES_FAILED if self.tried.not_possible else self.tried.exit

    def to_dict(self) -> dict[str, Any]:
        """What `exchange check --json` prints."""
        return {
            "day": self.day.isoformat(),
            "in_force": list(self.in_force),
            **self.tried.to_dict(),
        }
