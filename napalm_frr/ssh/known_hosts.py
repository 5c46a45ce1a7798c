"""Files that many connections need, read once: known hosts and private keys.

A controller of thousands of routers would read and walk through each of them for every connection:
paramiko parses known hosts into a list, and tries a key file as each kind of key.
"""

from __future__ import annotations

import errno
import functools
import stat
from collections.abc import Iterable
from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

_HASHED = "|1|"


class KnownHosts:
    """The keys of known hosts by each name that the file spells out; hashed names besides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._plain: dict[str, list[paramiko.PKey]] = {}
        self._hashed: list[tuple[str, paramiko.PKey]] = []
        for line in map(str.strip, lines):
            if not line or line.startswith("#"):
                continue
            try:
                entry = HostKeyEntry.from_line(line)
            except (paramiko.SSHException, InvalidHostKey):
                continue  # a line that is none trusts nobody
            if entry is None or entry.key is None:
                continue
            for name in entry.hostnames:
                if name.startswith(_HASHED):
                    self._hashed.append((name, entry.key))
                else:
                    self._plain.setdefault(name, []).append(entry.key)

    def keys_of(self, name: str) -> list[paramiko.PKey]:
        """Each key that the file has for a host; none when it does not know it."""
        hashed = [k for h, k in self._hashed if paramiko.HostKeys.hash_host(name, h) == h]
        return [*self._plain.get(name, ()), *hashed]


def known_hosts(file: str) -> KnownHosts:
    """The file as it is now; nobody is known when it is not there."""
    try:
        return _read_hosts(file, _version(file))
    except OSError:
        return KnownHosts(())


def private_key(file: object) -> paramiko.PKey | None:
    """A key file's key; None for what paramiko is to deal with, and to complain of, itself."""
    if not isinstance(file, str) or Path(f"{file}-cert.pub").exists():
        return None
    try:
        return _read_key(file, _version(file))
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        return None


#: Bytes; a nation's routers are a megabyte. What is larger is no such file.
_MOST = 64 * 1024 * 1024


def _version(file: str) -> tuple[int, int, int]:
    """What changes when the file does.

    Raises:
        OSError: it is not there, no regular file (a FIFO would be waited for), or too large.
    """
    found = Path(file).stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST:
        raise OSError(errno.EINVAL, "no regular file, or too large", file)
    return found.st_mtime_ns, found.st_size, found.st_ino


@functools.lru_cache(maxsize=8)
def _read_hosts(file: str, _version: tuple[int, int, int]) -> KnownHosts:
    with Path(file).open(encoding="utf-8", errors="replace") as lines:
        return KnownHosts(lines)


@functools.lru_cache(maxsize=8)
def _read_key(file: str, _version: tuple[int, int, int]) -> paramiko.PKey:
    return paramiko.PKey.from_path(file)
