"""Files that many connections need, read once: known hosts and private keys.

A controller of thousands of routers would read and walk through each of them for every connection:
paramiko parses known hosts into a list, and tries a key file as each kind of key.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from napalm_frr.errors import CertificateError
from napalm_frr.ssh.files import version
from napalm_frr.ssh.wire import Fields

_HASHED = "|1|"
_AUTHORITY, _REVOKED = "@cert-authority", "@revoked"


class KnownHosts:
    """The keys of known hosts by each name that the file spells out; hashed names besides.

    And with the markers of sshd(8): authorities, each with the patterns of the hosts whose
    certificates it signs, and keys that are revoked, of whatever host.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._plain: dict[str, list[paramiko.PKey]] = {}
        self._hashed: list[tuple[str, paramiko.PKey]] = []
        self._authorities: list[tuple[str, bytes]] = []
        self.revoked: set[bytes] = set()
        """Public keys, as the wire has them, that are no host's and no authority's any more."""
        self.unreadable = 0
        """Number of the last line that is to revoke a key and has none; 0: there is no such line.
        """
        for number, line in enumerate(map(str.strip, lines), 1):
            if not line or line.startswith("#"):
                continue
            marker = line.split()[0]
            if marker == _REVOKED:
                self._revoke(number, line)
                continue
            try:
                entry = HostKeyEntry.from_line(line.removeprefix(_AUTHORITY).lstrip())
            except (paramiko.SSHException, InvalidHostKey):
                continue  # a line that is none trusts nobody
            if entry is None or entry.key is None:
                continue
            if marker == _AUTHORITY:
                self._authorities.append((",".join(entry.hostnames), entry.key.asbytes()))
                continue
            for name in entry.hostnames:
                if name.startswith(_HASHED):
                    self._hashed.append((name, entry.key))
                else:
                    self._plain.setdefault(name, []).append(entry.key)

    def _revoke(self, number: int, line: str) -> None:
        try:
            _marker, _names, kind, key, *_ = line.split()
            blob = base64.b64decode(key, validate=True)
            if Fields(blob).text() != kind:
                raise CertificateError
        except ValueError:
            self.unreadable = number
        else:
            self.revoked.add(blob)

    def keys_of(self, name: str) -> list[paramiko.PKey]:
        """Each key that the file has for a host; none when it does not know it."""
        hashed = [k for h, k in self._hashed if paramiko.HostKeys.hash_host(name, h) == h]
        found = [*self._plain.get(name, ()), *hashed]
        return [key for key in found if key.asbytes() not in self.revoked]

    def authorities_of(self, name: str) -> frozenset[bytes]:
        """Public keys that sign the certificate of a host."""
        found = (key for patterns, key in self._authorities if _matches(patterns, name))
        return frozenset(found) - self.revoked


def _matches(patterns: str, name: str) -> bool:
    """A pattern list of ssh_config(5): `*` and `?`, and `!` for what it is not for."""
    found = False
    for pattern in patterns.split(","):
        wanted = pattern.removeprefix("!")
        if fnmatchcase(name.lower(), wanted.lower().replace("[", "[[]")):
            if wanted != pattern:
                return False
            found = True
    return found


def known_hosts(file: str) -> KnownHosts:
    """The file as it is now; nobody is known when it is not there."""
    try:
        return _read_hosts(file, version(file))
    except OSError:
        return KnownHosts(())


def private_key(file: object) -> paramiko.PKey | None:
    """A key file's key, with the certificate beside it where there is one (`FILE-cert.pub`); None
    for what paramiko is to deal with, and to complain of, itself."""
    if not isinstance(file, str):
        return None
    try:
        beside = f"{file}-cert.pub"
        certified = version(beside) if Path(beside).exists() else None
        return _read_key(file, version(file), certified)
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        return None


@functools.lru_cache(maxsize=8)
def _read_hosts(file: str, _version: tuple[int, int, int]) -> KnownHosts:
    with Path(file).open(encoding="utf-8", errors="replace") as lines:
        return KnownHosts(lines)


@functools.lru_cache(maxsize=8)
def _read_key(
    file: str, _version: tuple[int, int, int], _certified: tuple[int, int, int] | None
) -> paramiko.PKey:
    return paramiko.PKey.from_path(file)
