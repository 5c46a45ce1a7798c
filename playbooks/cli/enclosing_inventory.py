"""The inventory that a person stands in, where none is named."""

import os
from pathlib import Path

from egovnet.playbooks.core.inventory_around import inventory_around


def enclosing_inventory() -> Path | None:
    """The working directory or the nearest above it that is an inventory; None: none is."""
    try:
        here = Path.cwd()
    except OSError:
        return None  # it was removed
    directory = inventory_around(here)
    return None if directory is None else Path(os.path.relpath(directory, here))
