"""Netmiko's Linux connection that costs a controller of thousands of routers little.

- Known hosts are read once and looked up by name; paramiko parses the file and walks through it
  for each connection: quadratic in the network.
- A key file is read once; paramiko tries it as each kind of key, for each connection.
- AES-GCM (RFC 5647) comes first: other ciphers' authentication is done octet by octet in Python.
- The interactive shell opens when somebody uses it: two round trips that few need.
"""

from __future__ import annotations

import functools
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import paramiko
from netmiko.linux import LinuxSSH
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

_SSH_PORT = 22
_HASHED = "|1|"


class PinnedLinuxSSH(LinuxSSH):
    """As Netmiko's, and trusts the keys that ``known_hosts`` (a file) has for its host."""

    known_hosts: str = ""

    def _get_ssh_client_instance(self) -> paramiko.SSHClient:
        return _Client()

    def _build_ssh_client(self) -> paramiko.SSHClient:
        client: paramiko.SSHClient = super()._build_ssh_client()
        if self.known_hosts:
            # the name as paramiko looks it up
            name = self.host if self.port == _SSH_PORT else f"[{self.host}]:{self.port}"
            for key in _known_hosts(self.known_hosts).keys_of(name):
                client.get_host_keys().add(name, key.get_name(), key)
        return client

    def _connect_params_dict(self) -> dict[str, Any]:
        params: dict[str, Any] = super()._connect_params_dict()
        params["transport_factory"] = _transport
        key = _private_key(params["key_filename"]) if not params["passphrase"] else None
        if key is not None and params["pkey"] is None:
            params["pkey"], params["key_filename"] = key, None
        return params


class _Client(paramiko.SSHClient):
    def invoke_shell(  # noqa: PLR0917  # paramiko's arguments
        self,
        term: str = "vt100",
        width: int = 80,
        height: int = 24,
        width_pixels: int = 0,
        height_pixels: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401  # in place of a channel
        size = (term, width, height, width_pixels, height_pixels, environment)
        return _LaterShell(self, functools.partial(super().invoke_shell, *size))


class _LaterShell:
    """The channel of an interactive shell, opened when something of it is used."""

    def __init__(
        self, client: paramiko.SSHClient, open_shell: functools.partial[paramiko.Channel]
    ) -> None:
        self.transport = client.get_transport()
        self._open = open_shell
        self._channel: paramiko.Channel | None = None
        self._timeout: float | None = None

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout
        if self._channel is not None:
            self._channel.settimeout(timeout)

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # any attribute of a channel
        if self._channel is None:
            self._channel = self._open()
            self._channel.settimeout(self._timeout)
        return getattr(self._channel, name)


def _transport(
    sock: socket.socket, disabled_algorithms: Mapping[str, Iterable[str]] | None = None
) -> paramiko.Transport:
    transport = paramiko.Transport(sock, disabled_algorithms=disabled_algorithms)
    options = transport.get_security_options()
    options.ciphers = sorted(options.ciphers, key=lambda name: "-gcm@" not in name)
    return transport


# -- files that many connections need ---------------------------------------------------------


class _KnownHosts:
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


def _known_hosts(file: str) -> _KnownHosts:
    """The file as it is now; nobody is known when it is not there."""
    try:
        return _read_hosts(file, _version(file))
    except OSError:
        return _KnownHosts(())


def _private_key(file: object) -> paramiko.PKey | None:
    """A key file's key; None for what paramiko is to deal with, and to complain of, itself."""
    if not isinstance(file, str) or Path(f"{file}-cert.pub").exists():
        return None
    try:
        return _read_key(file, _version(file))
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        return None


def _version(file: str) -> tuple[int, int, int]:
    found = Path(file).stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


@functools.lru_cache(maxsize=8)
def _read_hosts(file: str, _version: tuple[int, int, int]) -> _KnownHosts:
    with Path(file).open(encoding="utf-8", errors="replace") as lines:
        return _KnownHosts(lines)


@functools.lru_cache(maxsize=8)
def _read_key(file: str, _version: tuple[int, int, int]) -> paramiko.PKey:
    return paramiko.PKey.from_path(file)
