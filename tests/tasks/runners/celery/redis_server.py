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
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.x509.oid import NameOID

_PATIENCE = 120
#: Two tests may choose the same free port at the same moment.
_TRIES = 5


@dataclass
class RedisServer:
    """A running server on 127.0.0.1; `url()` is what EGOVNET_BROKER is set to."""

    port: int
    password: str
    process: "subprocess.Popen[bytes]"
    log: Path

    #: The authority of its certificate, where it speaks TLS only.
    authority: Path | None = None

    def url(self, password: str | None = None) -> str:
        scheme = "rediss" if self.authority else "redis"
        return f"{scheme}://:{password or self.password}@127.0.0.1:{self.port}/0"

    def client(self, timeout: float | None = 5) -> Any:  # noqa: ANN401 -- its commands' types are unions with coroutines
        return redis.Redis(
            host="127.0.0.1",
            port=self.port,
            password=self.password,
            socket_timeout=timeout,
            ssl=self.authority is not None,
            ssl_ca_certs=str(self.authority) if self.authority else None,
        )

    def restart(self) -> None:
        """End it with kill -9 and start an empty one in its place."""
        self.process.kill()
        self.process.wait(10)
        directory = self.log.parent
        self.process = _process(directory, self.port, self.password, self.authority)
        deadline = time.monotonic() + _PATIENCE
        while not self.answers():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@contextmanager
def redis_server(*, tls: bool = False) -> Iterator[RedisServer]:
    """A new server with a password of its own; stopped, and its directory removed, at the end."""
    if shutil.which("redis-server") is None:
        pytest.fail("this machine has no redis-server; run: ./setup-host --tests", pytrace=False)
    directory = Path(tempfile.mkdtemp(prefix="egovnet-redis-"))
    try:
        server = _start(directory, secrets.token_urlsafe(16), tls=tls)
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


def _start(directory: Path, password: str, *, tls: bool) -> RedisServer:
    authority = _certificate(directory) if tls else None
    log = directory / "log"
    for _ in range(_TRIES):
        port = _free_port()
        process = _process(directory, port, password, authority)
        server = RedisServer(port, password, process, log, authority)
        deadline = time.monotonic() + _PATIENCE
        while process.poll() is None:
            if server.answers():
                return server
            if time.monotonic() > deadline:
                stop(server)
                break
            time.sleep(0.05)
    pytest.fail(f"Redis does not start:\n{log.read_text()[-2000:]}", pytrace=False)


def _process(
    directory: Path, port: int, password: str, authority: Path | None
) -> "subprocess.Popen[bytes]":
    # By its input, so that the list of processes does not show the password.
    config = (
        f"bind 127.0.0.1\nrequirepass {password}\ndir {directory}\n"
        'save ""\nappendonly no\ndaemonize no\n'
    )
    if authority is None:
        config += f"port {port}\n"
    else:
        config += (
            f"port 0\ntls-port {port}\ntls-auth-clients no\ntls-ca-cert-file {authority}\n"
            f"tls-cert-file {authority}\ntls-key-file {directory / 'key.pem'}\n"
        )
    with (directory / "log").open("ab") as written:
        process = subprocess.Popen(
            # It goes when this process does, also one that is killed.
            ["setpriv", "--pdeathsig", "TERM", "redis-server", "-"],
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=written,
        )
    assert process.stdin is not None
    process.stdin.write(config.encode())
    process.stdin.close()
    return process


def _certificate(directory: Path) -> Path:
    """A certificate for 127.0.0.1, signed by itself, which is therefore its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "certificate.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    secret = directory / "key.pem"
    secret.touch(mode=0o600)
    secret.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
