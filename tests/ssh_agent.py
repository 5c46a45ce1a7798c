"""An ssh-agent of a test's own, and a PKCS#11 token whose keys it has."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from egovnet.playbooks.signatures.ssh_signature import public_half

#: SoftHSM, a token in software: ssh-agent takes modules of /usr/lib only.
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
_PIN = "290417"


@contextlib.contextmanager
def ssh_agent(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One without keys, which SSH_AUTH_SOCK names until the block ends."""
    socket = directory / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as agent:
        try:
            with monkeypatch.context() as patched:
                patched.setenv("SSH_AUTH_SOCK", str(socket))
                while not socket.exists():
                    assert agent.poll() is None
                yield socket
        finally:
            agent.terminate()


def make_token(directory: Path, monkeypatch: pytest.MonkeyPatch, label: str) -> Path:
    """A token with one key, P-256, which never leaves it; the file of its public half."""
    settings = directory / "softhsm2.conf"
    (directory / "tokens").mkdir()
    settings.write_text(f"directories.tokendir = {directory / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = directory / "to-import.pem"
    file.write_bytes(key)
    new = ("--init-token", "--free", "--label", label, "--pin", _PIN, "--so-pin", _PIN)
    _token(*new)
    _token("--import", file, "--token", label, "--label", label, "--id", "01", "--pin", _PIN)
    file.unlink()
    public = directory / f"{label}.pub"
    shown = subprocess.run(["ssh-keygen", "-D", MODULE], check=True, capture_output=True, text=True)
    public.write_text(shown.stdout.splitlines()[0] + "\n", encoding="utf-8")
    assert public_half(public)
    return public


def plug_in(directory: Path) -> None:
    """Give the agent the token's keys, as its owner does with the PIN."""
    ask = directory / "pin"
    ask.write_text(f"#!/bin/sh\necho {_PIN}\n", encoding="utf-8")
    ask.chmod(0o700)
    asked = {"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force"}
    _add("-s", MODULE, **asked)


def pull_out() -> None:
    """Take the token's keys from the agent."""
    _add("-e", MODULE)


def _add(*words: str | Path, **environment: str) -> None:
    subprocess.run(
        ["ssh-add", "-q", *words],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


def _token(*words: str | Path) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
