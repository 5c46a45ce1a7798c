"""The SSH session to a router: Netmiko opens it; commands run beside its interactive shell.

That shell is for people's commands and for other tools that share the connection, and opens when
one of them asks for it. The driver's own commands each get a channel of the same connection (RFC
4254, section 6.5): exact exit codes, input as it is, no prompt to guess, a time limit each.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
from napalm.base.exceptions import (
    CommandTimeoutException,
    ConnectAuthError,
    ConnectionClosedException,
    ConnectionException,
    ConnectTimeoutError,
)
from netmiko.exceptions import (
    NetmikoAuthenticationException,
    NetmikoBaseException,
    NetmikoTimeoutException,
    ReadException,
)

from napalm_frr.errors import HostKeyError
from napalm_frr.ssh.pinned_ssh import PinnedLinuxSSH

_PASSED_ON = (
    "port",
    "use_keys",
    "key_file",
    "passphrase",
    "allow_agent",
    "ssh_config_file",
    "sock",
)
_BLOCK = 65536


@dataclass(frozen=True)
class Completed:
    """A command that ended."""

    stdout: str
    stderr: str
    exit_code: int


class Session:
    """One SSH connection. Not for two threads at once."""

    def __init__(
        self, hostname: str, username: str, password: str, timeout: int, options: Mapping[str, Any]
    ) -> None:
        self.device = hostname
        self._netmiko: Any = None
        self._shell_answers = False
        self._timeout = timeout
        known_hosts = options.get("known_hosts")
        strict = bool(options.get("ssh_strict", known_hosts is not None))
        self._arguments: dict[str, Any] = {
            "device_type": "linux",
            "host": hostname,
            "username": username,
            "password": password or None,
            "conn_timeout": options.get("conn_timeout", min(timeout, 20)),
            "auth_timeout": options.get("auth_timeout", min(timeout, 30)),
            "banner_timeout": options.get("banner_timeout", min(timeout, 20)),
            "read_timeout_override": options.get("read_timeout_override"),
            "keepalive": options.get("keepalive", 15),
            "ssh_strict": strict,
            "system_host_keys": bool(options.get("system_host_keys", strict and not known_hosts)),
            "auto_connect": False,
        }
        self._known_hosts = str(Path(known_hosts)) if known_hosts else ""
        self._arguments |= {name: options[name] for name in _PASSED_ON if name in options}
        if self._arguments.get("key_file"):
            self._arguments.setdefault("use_keys", True)

    def open(self) -> None:
        """Connect, prove the host key and log in.

        Raises HostKeyError, ConnectAuthError, ConnectTimeoutError or ConnectionException; each
        names the
        device and none holds a secret.
        """
        netmiko = PinnedLinuxSSH(**self._arguments)
        netmiko.known_hosts = self._known_hosts
        try:
            netmiko.establish_connection()
        except NetmikoAuthenticationException as error:
            raise ConnectAuthError(
                f"{self.device}: refused user {self._arguments['username']!r} with this password "
                "or key"
            ) from _without_text(error)
        except NetmikoTimeoutException as error:
            raise self._why_unreachable(error) from _without_text(error)
        except (
            NetmikoBaseException,
            ReadException,
            OSError,
            EOFError,
            paramiko.SSHException,
        ) as error:
            raise ConnectionException(
                f"{self.device}: the connection failed ({type(error).__name__})"
            ) from _without_text(error)
        self._netmiko, self._shell_answers = netmiko, False
        transport = self._transport()
        if transport is not None and isinstance(transport.sock, socket.socket):
            # A command is several small packets, which Nagle's algorithm (RFC 896) would hold back.
            transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """End the session; harmless when it is gone already."""
        netmiko, self._netmiko = self._netmiko, None
        if netmiko is not None:
            netmiko.paramiko_cleanup()

    @property
    def netmiko(self) -> Any:  # noqa: ANN401  # netmiko publishes no types
        """Netmiko's connection with its interactive shell, which has shown a prompt; None when
        closed.

        Raises ConnectTimeoutError when there is no prompt in time, ConnectionException.
        """
        if self._netmiko is not None and not self._shell_answers:
            try:
                self._wait_for_prompt(self._netmiko)
            except (NetmikoBaseException, OSError, EOFError, paramiko.SSHException) as error:
                raise ConnectionException(
                    f"{self.device}: the shell failed ({type(error).__name__})"
                ) from error
            self._shell_answers = True
        return self._netmiko

    def is_alive(self) -> bool:
        """Whether the connection still stands, asked of the other side."""
        transport = self._transport()
        if transport is None or not transport.is_active():
            return False
        try:
            transport.send_ignore()
        except (OSError, EOFError, paramiko.SSHException):
            return False
        return bool(transport.is_active())

    def run(self, command: str, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        """Run a shell command with this input; ``timeout`` in seconds, NAPALM's own when None.

        Raises ConnectionClosedException when the session is or goes away, CommandTimeoutException
        when
        the command does not end in time (it may still run on the router).
        """
        limit = self._timeout if timeout is None else timeout
        deadline = time.monotonic() + limit
        transport = self._transport()
        if transport is None or not transport.is_active():
            raise ConnectionClosedException(f"{self.device}: there is no session")
        shown = command.split("\n", maxsplit=1)[0][:80]
        try:
            with transport.open_session(timeout=limit) as channel:
                channel.settimeout(limit)
                channel.exec_command(command)
                channel.sendall(stdin)
                channel.shutdown_write()
                stdout = _read_all(channel.recv, channel, deadline)
                stderr = _read_all(channel.recv_stderr, channel, deadline)
                if not channel.status_event.wait(max(deadline - time.monotonic(), 0.1)):
                    raise TimeoutError
                exit_code = channel.recv_exit_status()
        except TimeoutError as error:
            raise CommandTimeoutException(
                f"{self.device}: no end after {limit:g} s of {shown!r}"
            ) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise ConnectionClosedException(
                f"{self.device}: the session dropped during {shown!r}"
            ) from error
        if exit_code < 0:  # the channel closed without the command's result
            raise ConnectionClosedException(f"{self.device}: the session dropped during {shown!r}")
        return Completed(
            stdout.decode(errors="surrogateescape"), stderr.decode(errors="replace"), exit_code
        )

    def _transport(self) -> paramiko.Transport | None:
        client = getattr(self._netmiko, "remote_conn_pre", None)
        return client.get_transport() if client is not None else None

    def _wait_for_prompt(self, netmiko: Any) -> None:  # noqa: ANN401  # netmiko publishes no types
        """A login that shows no prompt is a device one cannot work on: say so within the time
        limit."""
        seen = ""
        deadline = time.monotonic() + self._timeout
        while not seen.rstrip().endswith(("#", "$", ">")):
            if time.monotonic() > deadline:
                self.close()
                raise ConnectTimeoutError(
                    f"{self.device}: logged in, but no prompt after {self._timeout} s"
                )
            time.sleep(0.02)
            seen += netmiko.read_channel()
        netmiko.ansi_escape_codes = True
        netmiko.base_prompt = seen.rstrip().splitlines()[-1].rstrip("#$> ")

    def _why_unreachable(self, error: NetmikoTimeoutException) -> ConnectionException:
        cause = error.__context__
        if isinstance(cause, paramiko.BadHostKeyException):
            return HostKeyError(
                f"{self.device}: its host key is not the pinned one; it is another machine or "
                "was rebuilt"
            )
        if isinstance(cause, paramiko.SSHException) and "known_hosts" in str(cause):
            return HostKeyError(f"{self.device}: its host key is not among the known hosts")
        if isinstance(cause, socket.gaierror):
            return ConnectionException(f"{self.device}: the name has no address")
        if isinstance(cause, OSError) and not isinstance(cause, TimeoutError):
            reason = cause.strerror or next(
                (str(inner) for inner in getattr(cause, "errors", {}).values()),
                type(cause).__name__,
            )
            return ConnectionException(f"{self.device}: no connection: {reason}")
        return ConnectTimeoutError(f"{self.device}: no SSH answer in time")


def _read_all(receive: Callable[[int], bytes], channel: paramiko.Channel, deadline: float) -> bytes:
    blocks: list[bytes] = []
    while True:
        channel.settimeout(max(deadline - time.monotonic(), 0.001))
        block = receive(_BLOCK)
        if not block:
            return b"".join(blocks)
        blocks.append(block)


def _without_text(error: BaseException) -> BaseException | None:
    """The cause, unless its text could repeat what we were given to log in with."""
    return None if isinstance(error, NetmikoAuthenticationException) else error
