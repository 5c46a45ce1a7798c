"""What `report funding` came to: who pays for what, the sums, and what nobody is known to pay."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FundedShare:
    """What one payer pays of a circuit or a device."""

    payer: str
    percent: int
    #: With two decimals, such as "480000.00"; None: nobody said what it costs.
    amount: str | None


@dataclass(frozen=True, slots=True)
class FundedItem:
    """A circuit or a device."""

    kind: str
    name: str
    region: str
    tier: str
    amount: str | None
    #: "" where the amount is not known.
    currency: str
    shares: tuple[FundedShare, ...]
    #: The rule or the decision; where nobody pays, why.
    why: str
    decision: str | None

    @property
    def unassigned(self) -> bool:
        """Whether nobody is known to pay for it."""
        return not self.shares

    def to_dict(self) -> dict[str, Any]:
        """One of `items` in JSON."""
        return {**asdict(self), "shares": [asdict(share) for share in self.shares]}


@dataclass(frozen=True, slots=True)
class PayerSum:
    """What one payer pays in one currency; things with several payers count for each."""

    payer: str
    name: str
    currency: str
    amount: str
    circuits: int
    devices: int


@dataclass(frozen=True, slots=True)
class CurrencySum:
    """All that is known to cost something, in one currency: `assigned` and `unassigned` add up to
    `total`, and the payers' sums to `assigned`."""

    currency: str
    total: str
    assigned: str
    unassigned: str


@dataclass(frozen=True, slots=True)
class FundingReport:
    """Who pays on a day."""

    network: str
    #: ISO 8601.
    day: str
    payers: tuple[PayerSum, ...]
    sums: tuple[CurrencySum, ...]
    items: tuple[FundedItem, ...]

    @property
    def unassigned(self) -> tuple[FundedItem, ...]:
        """What nobody is known to pay for."""
        return tuple(item for item in self.items if item.unassigned)

    @property
    def without_amount(self) -> tuple[FundedItem, ...]:
        """What nobody said the cost of."""
        return tuple(item for item in self.items if item.amount is None)

    def to_dict(self) -> dict[str, Any]:
        """What `report funding --json` prints."""
        return {
            "network": self.network,
            "day": self.day,
            "payers": [asdict(payer) for payer in self.payers],
            "sums": [asdict(one) for one in self.sums],
            "unassigned": [f"{item.kind} {item.name}" for item in self.unassigned],
            "without_amount": [f"{item.kind} {item.name}" for item in self.without_amount],
            "items": [item.to_dict() for item in self.items],
        }
