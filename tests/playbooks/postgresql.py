"""A throw-away PostgreSQL server of Debian's: real locks, real passwords, gone with the tests."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "egovnet"
_PATIENCE = 60
#: Two tests may choose the same free port at the same moment.
_TRIES = 5


@dataclass
class PostgresServer:
    """A running server on 127.0.0.1, which lets `egovnet` in by password only."""

    port: int
    password: str
    process: "subprocess.Popen[bytes]"
    log: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str = "postgres", password: str | None = None) -> str:
        """What EGOVNET_JOURNAL is set to, password included."""
        return URL.create(
            "postgresql+psycopg",
            _USER,
            self.password if password is None else password,
            "127.0.0.1",
            self.port,
            database,
        ).render_as_string(hide_password=False)

    def fresh(self) -> str:
        """URL of a new, empty database."""
        name = f"journal{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement beside the code under test; its rows, if it has any."""
        with self._connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def answers(self) -> bool:
        """Whether it lets one in."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=_USER,
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A new server with a password of its own; stopped, and its directory removed, at the end."""
    programs = _programs()
    user = _unprivileged()
    directory = Path(tempfile.mkdtemp(prefix="egovnet-postgresql-"))
    try:
        password = secrets.token_urlsafe(16)
        _initialise(programs, directory, user, password)
        server = _start(programs, directory, user, password)
        try:
            yield server
        finally:
            _stop(server)
    finally:
        shutil.rmtree(directory)


def _programs() -> Path:
    """The newest server's programs; a test never passes for want of them."""
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    if elsewhere := shutil.which("initdb"):
        return Path(elsewhere).resolve().parent
    pytest.fail("this machine has no PostgreSQL server; run: ./setup-host --tests", pytrace=False)


def _unprivileged() -> dict[str, Any]:
    """Arguments of Popen: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.fail("as root, a user postgres or nobody is needed to run PostgreSQL", pytrace=False)


def _initialise(programs: Path, directory: Path, user: dict[str, Any], password: str) -> None:
    secret = directory / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if user:
        for path in (directory, secret):
            os.chown(path, user["user"], user["group"])
    done = subprocess.run(
        [
            programs / "initdb",
            *("--pgdata", directory / "data"),
            *("--username", _USER, "--pwfile", secret, "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
        ],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        **user,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    secret.unlink()


def _start(programs: Path, directory: Path, user: dict[str, Any], password: str) -> PostgresServer:
    log = directory / "log"
    for _ in range(_TRIES):
        port = _free_port()
        with log.open("ab") as written:
            process = subprocess.Popen(
                [
                    # It goes when this process does, also one that is killed.
                    *("setpriv", "--pdeathsig", "INT"),
                    *(programs / "postgres", "-D", directory / "data"),
                    *("-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"),
                    # No socket in a directory that others share; nothing here outlives a crash.
                    *("-c", "unix_socket_directories=", "-c", "fsync=off"),
                    *("-c", "max_connections=100", "-c", "log_statement=none"),
                ],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                **user,
            )
        server = PostgresServer(port, password, process, log)
        deadline = time.monotonic() + _PATIENCE
        while process.poll() is None:
            if server.answers():
                return server
            if time.monotonic() > deadline:
                _stop(server)
                break
            time.sleep(0.05)
    pytest.fail(f"PostgreSQL does not start:\n{log.read_text()[-2000:]}", pytrace=False)


def _stop(server: PostgresServer) -> None:
    """End it by its own process: at once, but in order ("fast"); never leave it behind."""
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGINT)
    try:
        server.process.wait(30)
    except subprocess.TimeoutExpired:
        server.process.send_signal(signal.SIGQUIT)
        server.process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
