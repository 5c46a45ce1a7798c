"""The inventory that a path is in: by the files that only an inventory has together."""

from pathlib import Path

_FILES = ("hosts.yaml", "network.yaml")


def inventory_around(path: Path) -> Path | None:
    """`path`, or the nearest directory above it, that is an inventory; None: none is."""
    for directory in (path, *path.parents):
        if all((directory / name).is_file() for name in _FILES):
            return directory
    return None
