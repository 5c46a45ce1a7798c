"""What `validate` came to: an inventory that holds, and how much of what it has."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of what an inventory describes."""

    routers: int
    circuits: int
    agencies: int
    vpns: int
    sites: int
    accesses: int

    def to_dict(self) -> dict[str, int]:
        """`counts` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ValidInventory:
    """A valid inventory; one that is not is an error."""

    inventory: str
    network: str
    counts: Counts

    def to_dict(self) -> dict[str, Any]:
        """What `validate --json` prints."""
        return {
            "valid": True,
            "inventory": self.inventory,
            "network": self.network,
            "counts": self.counts.to_dict(),
            "problems": [],
        }
