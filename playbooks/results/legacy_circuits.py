"""`report circuits` and `circuit`: the register of legacy circuits as it is on a day."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from egovnet.inventory.model.validity import ValidityState

_DAYS = ("laid_on", "approved_on", "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class ListedCircuitEnd:
    """One end: a router's port, a site, or a place outside of the inventory."""

    #: "router", "site" or "place".
    kind: str
    #: Of the router or the site; the place itself.
    name: str
    #: Of a router; else "".
    port: str
    #: Region of the router or the site; "" where nobody knows it.
    region: str

    @property
    def words(self) -> str:
        """Such as "bj-p1 eth7"."""
        return f"{self.name} {self.port}".rstrip()


@dataclass(frozen=True, slots=True)
class ListedLegacyCircuit:
    """A legacy circuit as the register has it, on a day."""

    name: str
    description: str
    state: ValidityState
    #: Days that are left, its last one not counted; None where it is not in force.
    days_left: int | None
    #: Days since its last one, where that is past.
    days_over: int | None
    owner: str
    a: ListedCircuitEnd
    b: ListedCircuitEnd
    #: Mbit/s in each direction.
    capacity: int
    laid_on: date
    approved_by: str
    approved_on: date
    reason: str
    valid_from: date
    valid_until: date

    @property
    def days(self) -> str:
        """Such as "120", "-3" where it ended three days ago, "" where it has not begun."""
        if self.days_over is not None:
            return str(-self.days_over)
        return "" if self.days_left is None else str(self.days_left)

    @property
    def between(self) -> str:
        """Such as "bj-p1 eth7 - sh-p1 eth9"."""
        return f"{self.a.words} - {self.b.words}"

    def to_dict(self) -> dict[str, Any]:
        """One of `circuits` in JSON."""
        data = asdict(self)
        return data | {day: data[day].isoformat() for day in _DAYS}


@dataclass(frozen=True, slots=True)
class LegacyCircuitReport:
    """Legacy circuits on a day: those that have to go first stand first."""

    network: str
    day: date
    #: Day from which no new line may be laid; None: nobody said one.
    closed_on: date | None
    circuits: tuple[ListedLegacyCircuit, ...]
    #: Only those in force that end within so many days, and those that ended; None: all.
    within: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """State -> how many are in it, every state named."""
        counted = Counter(circuit.state for circuit in self.circuits)
        return {state.value: counted[state] for state in ValidityState}

    def to_dict(self) -> dict[str, Any]:
        """What `report circuits --json` prints."""
        return {
            "network": self.network,
            "day": self.day.isoformat(),
            "closed_on": None if self.closed_on is None else self.closed_on.isoformat(),
            "within": self.within,
            "counts": self.counts,
            "circuits": [circuit.to_dict() for circuit in self.circuits],
        }


@dataclass(frozen=True, slots=True)
class ShownLegacyCircuit:
    """One legacy circuit."""

    day: date
    circuit: ListedLegacyCircuit

    def to_dict(self) -> dict[str, Any]:
        """What `circuit show --json` prints."""
        return {"day": self.day.isoformat(), "circuit": self.circuit.to_dict()}
