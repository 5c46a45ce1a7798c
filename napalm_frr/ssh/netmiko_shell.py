"""Netmiko over a connection that is open, for people and tools that share it.

Netmiko gets what it would have made itself, by its public attributes: the SSH client and an
interactive shell in it.
"""

from __future__ import annotations

import time
from typing import Any

import paramiko
from napalm.base.exceptions import ConnectionException, ConnectTimeoutError
from netmiko.channel import SSHChannel
from netmiko.exceptions import NetmikoBaseException, ReadException
from netmiko.linux import LinuxSSH

from napalm_frr.ssh.connect import Login

#: Columns and lines of the terminal, as Netmiko asks for them.
_WIDTH, _HEIGHT = 511, 1000
_POLL = 0.02


def open_shell(
    client: paramiko.SSHClient, login: Login, timeout: float, read_timeout: float | None
) -> Any:  # noqa: ANN401  # netmiko publishes no types
    """Netmiko's connection, whose shell has shown a prompt; `timeout` in seconds.

    A login that shows no prompt is a device one cannot work on.

    Raises:
        ConnectTimeoutError: there is none in time.
        ConnectionException: the shell cannot be opened or goes away.
    """
    try:
        return _open(client, login, timeout, read_timeout)
    except (NetmikoBaseException, ReadException, OSError, EOFError, paramiko.SSHException) as error:
        raise ConnectionException(
            f"{login.host}: the shell failed ({type(error).__name__})"
        ) from error


def _open(
    client: paramiko.SSHClient, login: Login, timeout: float, read_timeout: float | None
) -> Any:  # noqa: ANN401  # netmiko publishes no types
    netmiko = LinuxSSH(
        host=login.host,
        username=login.username,
        password=login.password,
        port=login.port,
        keepalive=login.keepalive,
        read_timeout_override=read_timeout,
        auto_connect=False,
    )
    netmiko.remote_conn_pre = client
    shell = client.invoke_shell(term="vt100", width=_WIDTH, height=_HEIGHT)
    shell.settimeout(netmiko.blocking_timeout)
    netmiko.remote_conn = shell
    netmiko.channel = SSHChannel(conn=shell, encoding=netmiko.encoding)
    seen = ""
    deadline = time.monotonic() + timeout
    while not seen.rstrip().endswith(("#", "$", ">")):
        if time.monotonic() > deadline:
            raise ConnectTimeoutError(f"{login.host}: logged in, but no prompt after {timeout:g} s")
        time.sleep(_POLL)
        seen += netmiko.read_channel()
    netmiko.ansi_escape_codes = True
    netmiko.base_prompt = seen.rstrip().splitlines()[-1].rstrip("#$> ")
    return netmiko
