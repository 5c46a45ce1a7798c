"""SSH in front of emulated routers: one listening address each, all in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import asyncssh

from egovnet.lab.emulated.agent.agent import Agent
from egovnet.lab.emulated.control_plane.control_plane import ControlPlane
from egovnet.lab.emulated.faults import Hang, RefuseConnections, RefuseLogin
from egovnet.lab.emulated.router.router import Router
from egovnet.lab.emulated.ssh.delayed_transport import DelayedTransport
from egovnet.lab.emulated.ssh.programs import Done
from egovnet.lab.emulated.ssh.shell import SessionDropped, Shell, wants_input

# what paramiko and OpenSSH agree on with it costs the least of what both have
_KEX = ["curve25519-sha256", "curve25519-sha256@libssh.org"]
_CIPHERS = ["aes128-ctr", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"]
_MACS = ["hmac-sha2-256", "hmac-sha2-256-etm@openssh.com"]
BACKLOG = 1024
# paramiko's send_ignore sends octets that are no SSH string (RFC 4253 section 11.2); OpenSSH
# ignores it, asyncssh ends the connection unless the server calls itself a Cisco
_VERSION = "emulated_FRR_not_Cisco"


@dataclass(frozen=True)
class Login:
    """Who may log in to every router: a key, and a password when it is not empty."""

    users: tuple[str, ...]
    public_key: str
    password: str = ""


class Station:
    """One router with its agent, its shell, and the connections to it.

    `address` is where it listens; `host_key` an OpenSSH private key.
    """

    def __init__(
        self,
        router: Router,
        plane: ControlPlane,
        address: tuple[str, int],
        host_key: str,
        login: Login,
    ) -> None:
        self.router = router
        self.agent = Agent(router)
        self.shell = Shell(router, self.agent, plane)
        self.address = address
        self.latency = 0.0
        """Seconds of a round trip."""
        self.login = login
        self._host_key = host_key
        self._certificate = ""
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._doors: set[_Door] = set()
        self._down = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.authorized = asyncssh.import_public_key(login.public_key)
        router.on_restart.append(self._power_lost)

    async def open(self) -> None:
        """Listen; raises OSError when the address is not free."""
        if self._acceptor is not None:
            return
        self._acceptor = await asyncssh.listen(
            *self.address,
            tunnel=_Gate(self),
            server_factory=lambda: _Server(self),
            server_host_keys=[asyncssh.import_private_key(self._host_key)],
            server_host_certs=[self._certificate.encode()] if self._certificate else (),
            kex_algs=_KEX,
            encryption_algs=_CIPHERS,
            mac_algs=_MACS,
            compression_algs=["none"],
            encoding=None,
            line_editor=False,
            allow_scp=False,
            agent_forwarding=False,
            login_timeout=120,
            server_version=_VERSION,
        )

    def close(self) -> None:
        """Stop listening: connections are refused."""
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None

    async def present(self, host_key: str, certificate: str) -> str:
        """Be, from the next connection on, who has this private key and certificate; "" for a key:
        the one that it has. Returns the key that it had."""
        before = self._host_key
        self._host_key, self._certificate = host_key or before, certificate
        if self._acceptor is not None:
            self.close()
            await self.open()
        return before

    def drop_connections(self) -> None:
        """Break every connection."""
        for door in list(self._doors):
            door.break_off()

    async def apply_faults(self) -> None:
        """Listen, or not, as the router's script of faults demands."""
        if self._down:
            return
        if self.router.script.has(RefuseConnections, how="refused"):
            self.close()
        else:
            await self.open()

    def _power_lost(self, down: float) -> None:
        self.agent.kill()
        self.drop_connections()
        if down:
            self._down += 1
            self.router.powered = False
            self.close()
            asyncio.get_running_loop().call_later(down, self._power_back)

    def _power_back(self) -> None:
        self._down -= 1
        if not self._down:
            self.router.powered = True
            self.router.note()
        task = asyncio.ensure_future(self.apply_faults())
        # else the loop, which keeps no tasks, may drop it
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def entered(self, door: _Door) -> None:
        """A connection was made."""
        self._doors.add(door)

    def left(self, door: _Door) -> None:
        """A connection ended."""
        self._doors.discard(door)


class _Gate:
    """Accepts the connections of a station; asyncssh calls it a tunnel."""

    def __init__(self, station: Station) -> None:
        self._station = station

    async def create_server(
        self, make: Callable[[str, int], Any], host: str, port: int
    ) -> asyncio.AbstractServer:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: _Door(self._station, make), host, port, backlog=BACKLOG, reuse_address=True
        )


class _Door(asyncio.Protocol):
    """One TCP connection, before the SSH connection on it and beside it."""

    def __init__(self, station: Station, make: Callable[[str, int], Any]) -> None:
        self._station = station
        self._make = make
        self._connection: Any = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast("asyncio.Transport", transport)
        self._station.entered(self)
        script = self._station.router.script
        if script.faults:
            if script.firing(RefuseConnections, how="closed"):
                transport.abort()
                return
            hangs = script.firing(Hang, at="connect")
            if hangs:
                if hangs[0].seconds:
                    loop = asyncio.get_running_loop()
                    loop.call_later(hangs[0].seconds, self._begin, transport)
                return
        self._begin(transport)

    def _begin(self, transport: asyncio.Transport) -> None:
        if transport.is_closing():
            return
        self._connection = self._make("", 0)
        self._connection.connection_made(DelayedTransport(transport, self._station.latency))

    def data_received(self, data: bytes) -> None:
        if self._connection is not None:
            self._connection.data_received(data)

    def eof_received(self) -> None:
        if self._connection is not None:
            self._connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._station.left(self)
        if self._connection is not None:
            self._connection.connection_lost(exc)

    def break_off(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class _Server(asyncssh.SSHServer):
    """The login of a router."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._refused = False

    async def begin_auth(self, username: str) -> bool:
        script = self._station.router.script
        if script.faults:
            for hang in script.firing(Hang, at="login"):
                await asyncio.sleep(hang.seconds or 10**9)
            self._refused = self._refused or bool(script.firing(RefuseLogin))
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        station = self._station
        return (
            not self._refused
            and username in station.login.users
            and bool(key.public_data == station.authorized.public_data)
        )

    def validate_password(self, username: str, password: str) -> bool:
        login = self._station.login
        known = bool(login.password) and password == login.password
        return known and username in login.users and not self._refused

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Session(self._station)


class _Session(asyncssh.SSHServerSession[bytes]):
    """One channel: a command, or the interactive shell."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._channel: Any = None
        self._command: str | None = None
        self._input: list[bytes] = []
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, chan: Any) -> None:  # noqa: ANN401 -- asyncssh's channel
        self._channel = chan

    def shell_requested(self) -> bool:
        return True

    def pty_requested(self, *arguments: Any) -> bool:  # noqa: ANN401 -- size and modes, unused
        return True

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return True

    def session_started(self) -> None:
        if self._command is None:
            script = self._station.router.script
            hangs = script.firing(Hang, at="prompt") if script.faults else []
            if hangs:
                if hangs[0].seconds:
                    asyncio.get_running_loop().call_later(hangs[0].seconds, self._prompt)
            else:
                self._prompt()
        elif not wants_input(self._command):
            self._start(self._command, "")

    def data_received(self, data: bytes, datatype: Any) -> None:  # noqa: ANN401 -- asyncssh's
        if self._command is not None:
            self._input.append(data)
            return
        self._input.append(data)
        typed = b"".join(self._input).replace(b"\r", b"\n")
        *lines, rest = typed.split(b"\n")
        self._input = [rest]
        for line in lines:
            self._channel.write(line + b"\r\n")
            self._start(line.decode(errors="replace"), "")

    def eof_received(self) -> bool:
        if self._command is not None and self._task is None:
            stdin = b"".join(self._input).decode(errors="surrogateescape")
            self._start(self._command, stdin)
        elif self._command is None:
            self._channel.exit(0)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        # the shell's processes end with the session; a commit's own is not among them
        if self._task is not None:
            self._task.cancel()

    def _prompt(self) -> None:
        if not self._channel.is_closing():
            self._channel.write(f"root@{self._station.router.hostname}:~# ".encode())

    def _start(self, command: str, stdin: str) -> None:
        before = self._task
        self._task = asyncio.ensure_future(self._run(command, stdin, before))

    async def _run(self, command: str, stdin: str, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            done = await self._station.shell.run(command, stdin)
        except SessionDropped:
            self._channel.get_connection().abort()
            return
        except (ValueError, IndexError) as error:
            done = Done("", f"sh: {error}\n", 2)
        if self._channel.is_closing():
            return
        if self._command is None:
            if command.split()[:1] in (["exit"], ["logout"]):
                self._channel.exit(0)
                return
            output = (done.stdout + done.stderr).replace("\n", "\r\n")
            self._channel.write(output.encode(errors="surrogateescape"))
            self._prompt()
            return
        if done.stdout:
            self._channel.write(done.stdout.encode(errors="surrogateescape"))
        if done.stderr:
            self._channel.write_stderr(done.stderr.encode(errors="surrogateescape"))
        self._channel.exit(done.code)
