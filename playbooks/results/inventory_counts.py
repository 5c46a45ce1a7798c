"""What `validate` came to: an inventory that holds, how much of what it has, and warnings."""

from dataclasses import asdict, dataclass
from typing import Any

from egovnet.inventory.errors import InventoryWarning


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of what an inventory describes."""

    routers: int
    circuits: int
    agencies: int
    vpns: int
    sites: int
    accesses: int
    exchanges: int
    applications: int

    def to_dict(self) -> dict[str, int]:
        """`counts` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ValidInventory:
    """A valid inventory; one that is not is an error."""

    inventory: str
    network: str
    counts: Counts
    warnings: tuple[InventoryWarning, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What `validate --json` prints."""
        return {
            "valid": True,
            "inventory": self.inventory,
            "network": self.network,
            "counts": self.counts.to_dict(),
            "problems": [],
            "warnings": [asdict(warning) for warning in self.warnings],
        }
