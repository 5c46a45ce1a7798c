"""Where an inventory comes from, whatever holds it."""

from typing import Protocol

from egovnet.inventory.source.sources import Sources


class Source(Protocol):
    """Something that has the sections of an inventory as documents."""

    def read(self) -> Sources:
        """Every section, with the place of each value, as far as it can be read.

        Problems of the files are in `Sources.problems`.

        Raises:
            InventoryError: there is nothing to read.
        """
