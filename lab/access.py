"""Keys and passwords of one lab: made when it comes up, thrown away when it goes down."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from egovnet.lab.state import write_private
from egovnet.lab.topology import Topology

CONTROL = "control"
"""Name of the SSH server in the virtual machine's root namespace."""


@dataclass(frozen=True)
class Access:
    """What the guest must hold so that the files written for clients fit."""

    password: str
    authorized_key: str
    """Public key line of the lab's client key."""
    host_keys: dict[str, str]
    """Node name (and ``control``) to OpenSSH private key text."""


def make_access(
    topology: Topology, directory: Path, control_forward: tuple[str, int] | None
) -> Access:
    """Make fresh keys and write ``id_ed25519``, ``known_hosts`` and ``credentials.yaml``.

    Files are readable by their owner only; paths in ``credentials.yaml`` are absolute.
    """
    directory = directory.absolute()
    client = Ed25519PrivateKey.generate()
    host_keys: dict[str, str] = {}
    known_hosts: list[str] = []
    servers = [(node.name, node.forward) for node in topology.routers()]
    if control_forward is not None:
        servers.append((CONTROL, control_forward))
    for name, forward in servers:
        key = Ed25519PrivateKey.generate()
        host_keys[name] = _private_text(key)
        if forward is not None:
            known_hosts.append(f"[{forward[0]}]:{forward[1]} {_public_line(key)}\n")
    password = secrets.token_urlsafe(18)
    write_private(directory / "id_ed25519", _private_text(client))
    write_private(directory / "known_hosts", "".join(known_hosts))
    credentials = {
        "username": "root",
        "ssh-key": str(directory / "id_ed25519"),
        "password": password,
        "known-hosts": str(directory / "known_hosts"),
    }
    write_private(directory / "credentials.yaml", yaml.safe_dump(credentials, sort_keys=False))
    return Access(password, _public_line(client) + " egovnet-lab\n", host_keys)


def _private_text(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    ).decode()


def _public_line(key: Ed25519PrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
    )
