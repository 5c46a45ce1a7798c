"""Machines that were booted once, kept by a hash of what they were booted from.

A snapshot is a directory, open to its owner only: the machine's memory, its keys (they are in the
memory, too), what its console had said, and what each router ran. The newest few are kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from egovnet.lab.access import Access

KEPT_SNAPSHOTS = 4
MEMORY, CONSOLE = "memory", "console.log"
_ACCESS, _ROUTERS, _DIGEST = "access.json", "routers.json", "memory.sha256"


@dataclass(frozen=True)
class Snapshot:
    """A kept machine."""

    directory: Path

    @property
    def memory(self) -> Path:
        """What QEMU reads to go on."""
        return self.directory / MEMORY

    def memory_is_whole(self) -> bool:
        """Whether the memory is what was kept, by its SHA-256; a second a gigabyte."""
        try:
            return (self.directory / _DIGEST).read_text() == _sha256(self.memory)
        except FileNotFoundError:
            return False

    @property
    def console(self) -> str:
        """What the machine had said on its console."""
        return (self.directory / CONSOLE).read_text()

    @property
    def access(self) -> Access:
        """The keys and the password that are in the machine's memory."""
        return Access(**json.loads((self.directory / _ACCESS).read_text()))

    @property
    def routers(self) -> dict[str, str]:
        """Router to what it said of itself when it was kept; see microvm.py."""
        return dict(json.loads((self.directory / _ROUTERS).read_text()))

    def forget(self) -> None:
        """Remove it."""
        shutil.rmtree(self.directory, ignore_errors=True)


class Snapshots:
    """The snapshots under one cache directory."""

    def __init__(self, cache: Path) -> None:
        self._home = cache / "snapshots"

    def find(self, key: str) -> Snapshot | None:
        """The snapshot called ``key``; it counts as used now."""
        directory = self._home / key
        if not (directory / MEMORY).is_file():
            return None
        os.utime(directory)
        return Snapshot(directory)

    def keep(
        self, key: str, *, memory: Path, console: str, access: Access, routers: Mapping[str, str]
    ) -> None:
        """Take the file ``memory`` over as snapshot ``key``, and drop the oldest beyond the limit.

        The directory appears whole or not at all.
        """
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._home.chmod(0o700)
        scratch = Path(tempfile.mkdtemp(dir=self._home, prefix=".new-"))  # mode 0700
        try:
            texts = {
                CONSOLE: console,
                _ACCESS: json.dumps(asdict(access)),
                _ROUTERS: json.dumps(dict(routers)),
                _DIGEST: _sha256(memory),
            }
            for name, text in texts.items():
                (scratch / name).touch(mode=0o600)
                (scratch / name).write_text(text)
            shutil.move(memory, scratch / MEMORY)
            (scratch / MEMORY).chmod(0o600)
            shutil.rmtree(self._home / key, ignore_errors=True)
            scratch.rename(self._home / key)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        kept = sorted(self._home.glob("[!.]*"), key=lambda path: path.stat().st_mtime)
        for old in kept[:-KEPT_SNAPSHOTS]:
            shutil.rmtree(old, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def snapshot_key(parts: Sequence[str]) -> str:
    """A name made of everything that must be equal for a machine to go on as another."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
