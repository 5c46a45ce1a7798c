"""Netmiko's Linux connection with host keys that are read once, not once a connection.

Paramiko parses the whole file of known hosts for each connection: quadratic in the network.
"""

from __future__ import annotations

import functools
from pathlib import Path

import paramiko
from netmiko.linux import LinuxSSH

_SSH_PORT = 22


class PinnedLinuxSSH(LinuxSSH):
    """As Netmiko's, and trusts the keys that ``known_hosts`` (a file) has for its host."""

    known_hosts: str = ""

    def _build_ssh_client(self) -> paramiko.SSHClient:
        client: paramiko.SSHClient = super()._build_ssh_client()
        if self.known_hosts:
            # the name as paramiko looks it up
            name = self.host if self.port == _SSH_PORT else f"[{self.host}]:{self.port}"
            for kind, key in (_keys_of(self.known_hosts).lookup(name) or {}).items():
                client.get_host_keys().add(name, kind, key)
        return client


def _keys_of(file: str) -> paramiko.HostKeys:
    """The file's keys as it is now; none when it is not there."""
    try:
        found = Path(file).stat()
    except OSError:
        return paramiko.HostKeys()
    return _read(file, found.st_mtime_ns, found.st_size, found.st_ino)


@functools.lru_cache(maxsize=8)
def _read(file: str, _mtime: int, _size: int, _inode: int) -> paramiko.HostKeys:
    return paramiko.HostKeys(file)
