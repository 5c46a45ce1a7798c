"""The inventory that a person stands in, where none is named."""

import os
from pathlib import Path

#: Files that every inventory has and that no other directory has together.
_FILES = ("hosts.yaml", "network.yaml")


def enclosing_inventory() -> Path | None:
    """The working directory or the nearest above it that is an inventory; None: none is."""
    try:
        here = Path.cwd()
    except OSError:
        return None  # it was removed
    for directory in (here, *here.parents):
        if all((directory / name).is_file() for name in _FILES):
            return Path(os.path.relpath(directory, here))
    return None
