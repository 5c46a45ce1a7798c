"""What a controller remembers of earlier nights, sealed: who writes the journal's database cannot
have a router that was altered taken for one that was compliant.

A row that others wrote, or that another controller did, is not gone by: the router is read whole.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from egovnet.inventory.source.regular_file import read_regular
from egovnet.playbooks.journal.private_files import close, private_directory

_FILE = "drift_key"
_OCTETS = 32


class Seal:
    """The seals of one controller; its key is in its state directory, and never leaves it."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def of(self, row: Mapping[str, Any]) -> str:
        """SHA-256 under the key, in hexadecimal, over all of a row but its seal; "" without a key,
        as on a disk that is full."""
        if not self._key:
            return ""
        rest = {name: value for name, value in row.items() if name != "seal"}
        text = json.dumps(rest, sort_keys=True)
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether this controller wrote a row, as it is."""
        seal = row["seal"] or ""
        return bool(seal) and hmac.compare_digest(seal, self.of(row))

    @cached_property
    def _key(self) -> bytes:
        path = self._state / _FILE
        try:
            private_directory(self._state)
            _make(path)
            close(path)
            found = read_regular(path, _OCTETS)
        except OSError:
            return b""
        return found if len(found) == _OCTETS else b""


def _make(path: Path) -> None:
    """A key where there is none: whole, or not there; of two who make one at once, the first's.

    Raises:
        OSError: it cannot be written.
    """
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_OCTETS))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
