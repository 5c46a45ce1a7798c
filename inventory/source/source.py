"""Where an inventory comes from, whatever holds it."""

from typing import Protocol

from egovnet.inventory.source.sources import Sources


class Source(Protocol):
    """Something that has the sections of an inventory as documents."""

    def read(self) -> Sources:
        """Every section, with the place of each value.

        Raises:
            InventoryError: with every problem of the files at once.
        """
