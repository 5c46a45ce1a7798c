"""What `completion` came to: files for shells and for `man`."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class InstalledFiles:
    """Files below a prefix such as /usr/local."""

    prefix: str
    #: Paths below the prefix.
    files: tuple[str, ...]
    #: Those that were not there, or not as they are now.
    changed: tuple[str, ...]
    #: Whether the changed ones were written.
    written: bool

    def to_dict(self) -> dict[str, Any]:
        """What `completion --json` prints."""
        return {
            "prefix": self.prefix,
            "files": list(self.files),
            "changed": list(self.changed),
            "written": self.written,
        }
