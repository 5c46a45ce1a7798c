"""A throw-away Redis server of Debian's, with a password, gone with the tests."""

import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

_PATIENCE = 30
#: Two tests may choose the same free port at the same moment.
_TRIES = 5


@dataclass
class RedisServer:
    """A running server on 127.0.0.1; `url()` is what EGOVNET_BROKER is set to."""

    port: int
    password: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def url(self, password: str | None = None) -> str:
        return f"redis://:{password or self.password}@127.0.0.1:{self.port}/0"

    def client(self) -> Any:  # noqa: ANN401 -- its commands' types are unions with coroutines
        return redis.Redis(port=self.port, password=self.password, socket_timeout=5)

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A new server with a password of its own; stopped, and its directory removed, at the end."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("this machine has no redis-server; run: ./setup-host --tests", pytrace=False)
    directory = Path(tempfile.mkdtemp(prefix="egovnet-redis-"))
    try:
        server = _start(program, directory, secrets.token_urlsafe(16))
        try:
            yield server
        finally:
            stop(server)
    finally:
        shutil.rmtree(directory)


def stop(server: RedisServer) -> None:
    """End it by its own process; never leave it behind."""
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait(10)


def _start(program: str, directory: Path, password: str) -> RedisServer:
    log = directory / "log"
    for _ in range(_TRIES):
        port = _free_port()
        # By its input, so that the list of processes does not show the password.
        config = (
            f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {directory}\n"
            'save ""\nappendonly no\ndaemonize no\n'
        )
        with log.open("ab") as written:
            process = subprocess.Popen(
                # It goes when this process does, also one that is killed.
                ["setpriv", "--pdeathsig", "TERM", program, "-"],
                stdin=subprocess.PIPE,
                stdout=written,
                stderr=written,
            )
        assert process.stdin is not None
        process.stdin.write(config.encode())
        process.stdin.close()
        server = RedisServer(port, password, process, log)
        deadline = time.monotonic() + _PATIENCE
        while process.poll() is None:
            if server.answers():
                return server
            if time.monotonic() > deadline:
                stop(server)
                break
            time.sleep(0.05)
    pytest.fail(f"Redis does not start:\n{log.read_text()[-2000:]}", pytrace=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
