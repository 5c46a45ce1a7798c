"""An SSH connection of paramiko's public interface, opened as NAPALM's optional arguments say.

- The host key is proved by `known_hosts`, or by the system's, before anything is sent: it is pinned
  there, or a certificate says whose it is (`prove_host`).
- AES-GCM (RFC 5647) comes first: other ciphers' authentication is done octet by octet in Python.
- No interactive shell is opened: that costs two round trips, and few need one.
"""

from __future__ import annotations

import functools
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
from napalm.base.exceptions import ConnectAuthError, ConnectionException, ConnectTimeoutError

from napalm_frr.errors import CertificateError, HostKeyError
from napalm_frr.ssh.known_hosts import KnownHosts, known_hosts, private_key
from napalm_frr.ssh.own_certificate import unreadable, what_ails_it
from napalm_frr.ssh.prove_host import HostKeyRefused, ProveHost, key_types
from napalm_frr.ssh.revoked_keys import revoked_keys

_SSH_PORT = 22
_NO_ANSWER = "no SSH answer in time"


@dataclass(frozen=True)
class Login:
    """Where to connect, and how to log in. Times are seconds."""

    host: str
    username: str
    password: str | None
    port: int
    connect_timeout: float
    auth_timeout: float
    banner_timeout: float
    keepalive: int
    #: Whether a host whose key is not known is refused.
    strict: bool
    #: A file; "" for none.
    known_hosts: str
    system_host_keys: bool
    #: What the host is called in its certificate; "": as it is reached.
    host_key_alias: str
    #: A file of keys and certificates that are revoked; "" for none.
    revoked_host_keys: str
    key_file: str | None
    passphrase: str | None
    #: Whether the user's own keys in `~/.ssh` are tried, too.
    use_keys: bool
    allow_agent: bool
    ssh_config_file: str | None
    #: A connection that is open already, in place of one to host and port.
    sock: Any

    @classmethod
    def of(
        cls, host: str, username: str, password: str, timeout: int, options: Mapping[str, Any]
    ) -> Login:
        """From what NAPALM gives a driver."""
        pinned = options.get("known_hosts")
        strict = bool(options.get("ssh_strict", pinned is not None))
        key_file = options.get("key_file") or None
        return cls(
            host=host,
            username=username,
            password=password or None,
            port=int(options.get("port") or _SSH_PORT),
            connect_timeout=options.get("conn_timeout", min(timeout, 20)),
            auth_timeout=options.get("auth_timeout", min(timeout, 30)),
            banner_timeout=options.get("banner_timeout", min(timeout, 20)),
            keepalive=options.get("keepalive", 15),
            strict=strict,
            known_hosts=str(Path(pinned)) if pinned else "",
            system_host_keys=bool(options.get("system_host_keys", strict and not pinned)),
            host_key_alias=options.get("host_key_alias") or "",
            revoked_host_keys=str(options.get("revoked_host_keys") or ""),
            key_file=str(Path(key_file).expanduser()) if key_file else None,
            passphrase=options.get("passphrase"),
            use_keys=bool(options.get("use_keys", key_file is not None)),
            allow_agent=bool(options.get("allow_agent", False)),
            ssh_config_file=options.get("ssh_config_file"),
            sock=options.get("sock"),
        )


def connect(login: Login) -> paramiko.SSHClient:
    """Connect, prove the host key and log in.

    Raises:
        HostKeyError, ConnectAuthError, ConnectTimeoutError, ConnectionException: it is not; each
            names the device and none holds a secret.
    """
    client = paramiko.SSHClient()
    try:
        _open(client, login)
    except BaseException as error:
        client.close()
        if isinstance(error, (OSError, EOFError, paramiko.SSHException)):
            # what paramiko says of a login that failed could repeat what it was given
            secret = isinstance(error, paramiko.AuthenticationException)
            raise _explained(login, error) from (None if secret else error)
        raise
    return client


def _open(client: paramiko.SSHClient, login: Login) -> None:
    host, port, username, sock = _by_ssh_config(login)
    prove = _proof(login, host, port)
    client.set_missing_host_key_policy(prove)
    key = None if login.passphrase else private_key(login.key_file)
    if key is None and (why := unreadable(login.key_file)):
        raise ConnectAuthError(f"{login.host}: {why}")
    client.connect(
        host,
        port=port,
        username=username,
        password=login.password,
        pkey=key,
        key_filename=login.key_file if key is None else None,
        passphrase=login.passphrase,
        look_for_keys=login.use_keys,
        allow_agent=login.allow_agent,
        timeout=login.connect_timeout,
        auth_timeout=login.auth_timeout,
        banner_timeout=login.banner_timeout,
        sock=sock,
        transport_factory=functools.partial(_transport, prove=prove),
    )
    transport = client.get_transport()
    if transport is None:
        raise EOFError
    transport.set_keepalive(login.keepalive)
    if isinstance(transport.sock, socket.socket):
        # A command is several small packets, which Nagle's algorithm (RFC 896) would hold back.
        transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


#: The user's own, as OpenSSH has it.
_SYSTEM_HOSTS = "~/.ssh/known_hosts"


def _proof(login: Login, host: str, port: int) -> ProveHost:
    """What is known of the host.

    Raises:
        HostKeyRefused: a file of what is revoked cannot be read whole.
    """
    files = [str(Path(_SYSTEM_HOSTS).expanduser())] if login.system_host_keys else []
    known: list[KnownHosts] = []
    for file in [*files, *filter(None, [login.known_hosts])]:
        known.append(known_hosts(file))
        if line := known[-1].unreadable:
            raise HostKeyRefused(
                f"nobody is known: {file}, line {line}, is to revoke a key and has none"
            )
    try:
        revoked = revoked_keys(login.revoked_host_keys)
    except CertificateError as error:
        raise HostKeyRefused(f"nobody is known: {error}") from error
    # as OpenSSH writes it into its files
    name = host if port == _SSH_PORT else f"[{host}]:{port}"
    alias = login.host_key_alias or host
    return ProveHost(alias, name, known, revoked, strict=login.strict)


def _transport(
    sock: Any,  # noqa: ANN401  # a socket, or what paramiko takes for one
    /,
    *,
    prove: ProveHost,
    disabled_algorithms: Mapping[str, Iterable[str]] | None = None,
    **others: Any,  # noqa: ANN401  # whatever else paramiko passes on
) -> paramiko.Transport:
    transport = paramiko.Transport(sock, disabled_algorithms=disabled_algorithms, **others)
    options = transport.get_security_options()
    options.ciphers = sorted(options.ciphers, key=lambda name: "-gcm@" not in name)
    options.key_types = key_types(options.key_types, prove)
    return transport


def _by_ssh_config(login: Login) -> tuple[str, int, str, Any]:
    """Host, port, user and socket, after OpenSSH's configuration file, as Netmiko reads it."""
    host, port, username, sock = login.host, login.port, login.username, login.sock
    file = Path(login.ssh_config_file).expanduser() if login.ssh_config_file else None
    if file is None or not file.exists():
        return host, port, username, sock
    found = paramiko.SSHConfig.from_path(str(file)).lookup(host)
    host = found.get("hostname", host)
    if port == _SSH_PORT:
        port = int(found.get("port", port))
    username = username or found.get("user", username)
    if "proxycommand" in found:
        sock = paramiko.ProxyCommand(found["proxycommand"])
    elif "proxyjump" in found:
        through = list(reversed(found["proxyjump"].split(",")))
        if len(through) > 1:
            raise ConnectionException(
                f"{login.host}: ProxyJump with more than one hop is not supported"
            )
        sock = paramiko.ProxyCommand(f"ssh -W {host}:{port} {through[0]}")
    return host, port, username, sock


def _explained(login: Login, error: Exception) -> ConnectionException:
    """NAPALM's error for what paramiko or the operating system raised."""
    kinds: tuple[tuple[type[Exception], type[ConnectionException], str], ...] = (
        (
            paramiko.AuthenticationException,
            ConnectAuthError,
            f"refused user {login.username!r} with this password or key"
            + what_ails_it(login.key_file),
        ),
        (HostKeyRefused, HostKeyError, str(error)),
        (socket.gaierror, ConnectionException, "the name has no address"),
        (EOFError, ConnectionException, "the connection failed (EOFError)"),
        (TimeoutError, ConnectTimeoutError, _NO_ANSWER),
        (OSError, ConnectionException, f"no connection: {_reason(error)}"),
        (Exception, ConnectTimeoutError, _NO_ANSWER),
    )
    kind, words = next((kind, words) for of, kind, words in kinds if isinstance(error, of))
    return kind(f"{login.host}: {words}")


def _reason(error: Exception) -> str:
    """Why there is no connection; paramiko gathers one error for each address that it tried."""
    found = getattr(error, "strerror", None)
    tried = getattr(error, "errors", {})
    return found or next((str(inner) for inner in tried.values()), type(error).__name__)
