"""Commands in the virtual machine, over its control SSH server."""

from __future__ import annotations

import json
import shlex
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from egovnet.lab.backend import Completed
from egovnet.lab.errors import GuestError

if TYPE_CHECKING:
    import paramiko

CONNECT_SECONDS = 15.0
TIMED_OUT = 124
_RESTART = ("python3", "-I", "-S", "/usr/lib/egovnet/restart.py")
_GRACE_SECONDS = 10.0
"""How much longer than the command's own limit we wait for the answer to arrive."""


class ControlChannel:
    """One SSH connection to the guest's root namespace, opened when first needed and kept.

    Safe to use from several threads: each command has a channel of its own.
    """

    def __init__(self, address: tuple[str, int], directory: Path) -> None:
        self.address = address
        self._directory = directory
        self._client: paramiko.SSHClient | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connection; the next command opens another."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def exec(self, node: str, command: str | Sequence[str], timeout: float) -> Completed:
        """Run a command in ``node``; ``timeout`` in seconds is kept in the guest as well."""
        line = command if isinstance(command, str) else shlex.join(command)
        argv = ["timeout", "-k", "1", str(timeout), "/usr/lib/egovnet/node-exec", node, line]
        return self._run(shlex.join(argv), "", timeout)

    def machine(self, line: str, text_in: str, timeout: float) -> Completed:
        """Run a shell line in the machine that all nodes live in, with ``text_in`` as its input."""
        return self._run(line, text_in, timeout)

    def restart(self, node: str, timeout: float) -> Completed:
        """Cut ``node``'s power and boot it again; its fault is in ``stderr``."""
        return self._run(shlex.join([*_RESTART, node]), "", timeout)

    def exec_many(self, commands: Mapping[str, str], timeout: float) -> dict[str, Completed]:
        """Run one command per node, all at once, in one round trip."""
        request = json.dumps({"timeout": timeout, "commands": dict(commands)})
        done = self._run("/usr/lib/egovnet/exec-many", request, timeout)
        if done.exit_code != 0:
            raise GuestError(
                f"the guest could not run {len(commands)} commands: {done.stderr.strip()}",
                where="lab exec",
                next_step="look at the lab's console.log",
            )
        answers = json.loads(done.stdout)
        return {node: Completed(**answer) for node, answer in answers.items()}

    def _run(self, line: str, text_in: str, timeout: float) -> Completed:
        import paramiko  # noqa: PLC0415 -- who only boots a lab has no use for it

        deadline = time.monotonic() + timeout + _GRACE_SECONDS
        try:
            channel = self._connected().open_session(timeout=CONNECT_SECONDS)
            channel.exec_command(line)
            channel.settimeout(timeout + _GRACE_SECONDS)
            if text_in:
                channel.sendall(text_in.encode())
            channel.shutdown_write()
            stdout, stderr = _read_both(channel, deadline)
            if time.monotonic() > deadline:
                channel.close()
                return Completed(stdout, stderr, TIMED_OUT)
            return Completed(stdout, stderr, channel.recv_exit_status())
        except (paramiko.SSHException, OSError, EOFError) as error:
            self.close()
            raise GuestError(
                f"the virtual machine does not answer: {error}",
                where=f"{self.address[0]}:{self.address[1]}",
                next_step="see egovnet lab status; egovnet lab up --reconfigure starts afresh",
            ) from error

    def _connected(self) -> paramiko.Transport:
        import paramiko  # noqa: PLC0415 -- see above

        with self._lock:
            transport = self._client.get_transport() if self._client else None
            if transport is not None and transport.is_active():
                return transport
            client = paramiko.SSHClient()
            client.load_host_keys(str(self._directory / "known_hosts"))
            client.set_missing_host_key_policy(paramiko.RejectPolicy())
            client.connect(
                self.address[0],
                port=self.address[1],
                username="root",
                key_filename=str(self._directory / "id_ed25519"),
                look_for_keys=False,
                allow_agent=False,
                timeout=CONNECT_SECONDS,
                banner_timeout=CONNECT_SECONDS,
            )
            transport = client.get_transport()
            if transport is None:
                raise EOFError("the connection closed at once")
            self._client = client
            return transport


def _read_both(channel: paramiko.Channel, deadline: float) -> tuple[str, str]:
    """Read standard output and error side by side, so that neither fills up and blocks."""
    errors: list[bytes] = []

    def read_errors() -> None:
        while True:
            try:
                data = channel.recv_stderr(65536)
            except TimeoutError:
                # nothing to complain of; how long the command may run, the other one knows
                if channel.closed:
                    return
                continue
            if not data:
                return
            errors.append(data)

    reader = threading.Thread(target=read_errors, daemon=True)
    reader.start()
    output: list[bytes] = []
    try:
        while data := channel.recv(65536):
            output.append(data)
    except TimeoutError:
        channel.close()
    reader.join(max(0.1, deadline - time.monotonic()))
    return b"".join(output).decode(errors="replace"), b"".join(errors).decode(errors="replace")
