"""The SSH session to a router: its commands run beside the interactive shell.

That shell is for people's commands and for other tools that share the connection, and opens when
one of them asks for it. The driver's own commands each get a channel of the same connection (RFC
4254, section 6.5): exact exit codes, input as it is, no prompt to guess, a time limit each.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import paramiko
from napalm.base.exceptions import (
    CommandErrorException,
    CommandTimeoutException,
    ConnectionClosedException,
    ConnectTimeoutError,
)

from napalm_frr.ssh.connect import Login, connect

_BLOCK = 65536
_KEEPALIVE = "keepalive@openssh.com"
#: Octets that a command may print, some million routes. A router that prints without end would
#: fill the controller's memory before its time is up.
_MOST = 512 * 1024 * 1024


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
        self._timeout = timeout
        self._login = Login.of(hostname, username, password, timeout, options)
        self._read_timeout: float | None = options.get("read_timeout_override")
        self._client: paramiko.SSHClient | None = None
        self._netmiko: Any = None

    def open(self) -> None:
        """Connect, prove the host key and log in.

        Raises:
            HostKeyError, ConnectAuthError, ConnectTimeoutError, ConnectionException: it is not;
                each
                names the device and none holds a secret.
        """
        self._client = connect(self._login)

    def close(self) -> None:
        """End the session; harmless when it is gone already."""
        client, self._client, self._netmiko = self._client, None, None
        if client is not None:
            client.close()

    @property
    def connection(self) -> object:
        """What stands for this session until it is opened anew."""
        return self._client

    @property
    def netmiko(self) -> Any:  # noqa: ANN401  # netmiko publishes no types
        """Netmiko's connection with its interactive shell, which has shown a prompt; None when
        closed.

        Raises:
            ConnectTimeoutError: there is no prompt in time.
            ConnectionException: the shell cannot be opened.
        """
        if self._client is not None and self._netmiko is None:
            from napalm_frr.ssh.netmiko_shell import open_shell  # noqa: PLC0415  # few ask for it

            try:
                self._netmiko = open_shell(
                    self._client, self._login, self._timeout, self._read_timeout
                )
            except ConnectTimeoutError:
                self.close()
                raise
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

    def answers_within(self, seconds: float) -> bool:
        """Whether the SSH server on the other side answers in this session in that time.

        It is asked what OpenSSH's clients ask to keep a session alive (a global request, RFC 4254
        section 4), which it answers by itself: a command would be two programs more on the router.
        """
        transport = self._transport()
        if transport is None or not transport.is_active():
            return False
        # paramiko waits for the answer as long as the connection stands
        asking = threading.Thread(
            target=transport.global_request, args=(_KEEPALIVE, None, True), daemon=True
        )
        asking.start()
        asking.join(seconds)
        return not asking.is_alive() and transport.is_active()

    def run(
        self, command: str, *, stdin: bytes = b"", timeout: float | None = None, named: str = ""
    ) -> Completed:
        """Run a shell command with this input; `timeout` in seconds, NAPALM's own when None.

        `named` is what errors call it in place of its own beginning.

        Raises:
            ConnectionClosedException: the session is or goes away.
            CommandTimeoutException: the command does not end in time; it may still run on the
                router.
            CommandErrorException: it prints more than any command of ours does.
        """
        limit = self._timeout if timeout is None else timeout
        deadline = time.monotonic() + limit
        transport = self._transport()
        if transport is None or not transport.is_active():
            raise ConnectionClosedException(f"{self.device}: there is no session")
        shown = repr(named or command.split("\n", maxsplit=1)[0][:80])
        try:
            with transport.open_session(timeout=limit) as channel:
                channel.settimeout(limit)
                channel.exec_command(command)
                channel.sendall(stdin)
                channel.shutdown_write()
                asked = f"{self.device}: {shown}"
                stdout = _read_all(channel.recv, channel, deadline, asked)
                stderr = _read_all(channel.recv_stderr, channel, deadline, asked)
                if not channel.status_event.wait(max(deadline - time.monotonic(), 0.1)):
                    raise TimeoutError
                exit_code = channel.recv_exit_status()
        except TimeoutError as error:
            raise CommandTimeoutException(
                f"{self.device}: no end after {limit:g} s of {shown}"
            ) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise ConnectionClosedException(
                f"{self.device}: the session dropped during {shown}"
            ) from error
        if exit_code < 0:  # the channel closed without the command's result
            raise ConnectionClosedException(f"{self.device}: the session dropped during {shown}")
        return Completed(
            stdout.decode(errors="surrogateescape"), stderr.decode(errors="replace"), exit_code
        )

    def _transport(self) -> paramiko.Transport | None:
        return self._client.get_transport() if self._client is not None else None


def _read_all(
    receive: Callable[[int], bytes], channel: paramiko.Channel, deadline: float, asked: str
) -> bytes:
    blocks: list[bytes] = []
    received = 0
    while True:
        channel.settimeout(max(deadline - time.monotonic(), 0.001))
        block = receive(_BLOCK)
        if not block:
            return b"".join(blocks)
        received += len(block)
        if received > _MOST:
            raise CommandErrorException(f"{asked}: more than {_MOST >> 20} MB came")
        blocks.append(block)
