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
    borders: int

    def to_dict(self) -> dict[str, int]:
        """`counts` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ComparedBorders:
    """What was compared with a neighbour's inventory, and agrees."""

    inventory: str
    network: str
    borders: int
    vpns: int

    def to_dict(self) -> dict[str, Any]:
        """`with` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ValidInventory:
    """A valid inventory; one that is not is an error."""

    inventory: str
    network: str
    counts: Counts
    warnings: tuple[InventoryWarning, ...] = ()
    #: None: no neighbour's inventory was given.
    compared: ComparedBorders | None = None

    def to_dict(self) -> dict[str, Any]:
        """What `validate --json` prints."""
        met = {} if self.compared is None else {"with": self.compared.to_dict()}
        return {
            "valid": True,
            "inventory": self.inventory,
            "network": self.network,
            "counts": self.counts.to_dict(),
            "problems": [],
            "warnings": [asdict(warning) for warning in self.warnings],
            **met,
        }
