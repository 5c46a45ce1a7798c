"""What `add` came to: an entry in a file, and the numbers that it was given."""

from dataclasses import asdict, dataclass
from typing import Any

from egovnet.inventory.errors import InventoryWarning


@dataclass(frozen=True, slots=True)
class AllocatedNumber:
    """A number, address or prefix, as the lock file has it."""

    pool: str
    name: str
    value: str | int


@dataclass(frozen=True, slots=True)
class AddedEntry:
    """An entry that is in the inventory now."""

    #: "router", "site" and so on.
    kind: str
    name: str
    inventory: str
    file: str
    #: Of the entry's first line.
    line: int
    #: The lines that were added.
    text: str
    allocated: tuple[AllocatedNumber, ...]
    #: What the inventory is warned of that it was not before.
    warnings: tuple[InventoryWarning, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What `add --json` prints."""
        made = asdict(self)
        made["allocated"] = [asdict(number) for number in self.allocated]
        made["warnings"] = [asdict(warning) for warning in self.warnings]
        return made
