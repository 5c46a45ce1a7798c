"""Keys and passwords of one lab: made when it comes up, thrown away when it goes down."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from egovnet.lab.addresses import Addresses
from egovnet.lab.state import write_private
from egovnet.lab.topology import Topology

ACCOUNT = "egovnet"
"""Whom egovnet logs in to routers as: it runs the driver's agent, and nothing else as root."""
CONTROL = "control"
"""Name of the SSH server in the virtual machine's root namespace."""
CREDENTIALS_FILE = "credentials.yaml"


@dataclass(frozen=True)
class Access:
    """What the guest must hold so that the files written for clients fit."""

    password: str
    authorized_key: str
    """Public key line of the lab's client key."""
    host_keys: dict[str, str]
    """Node name (and ``control``) to OpenSSH private key text."""

    client_key: str
    """Private key of the lab's client, as OpenSSH writes it."""


def make_access(
    topology: Topology, directory: Path, control_forward: tuple[str, int] | None
) -> Access:
    """Fresh keys, and the files for clients of a lab that answers where its topology says."""
    access = fresh_access(topology)
    wanted = {node.name: node.forward for node in topology.routers() if node.forward is not None}
    write_access(access, topology, Addresses(control_forward, wanted), directory)
    return access


def fresh_access(topology: Topology) -> Access:
    """Fresh keys for the client, every router and the control server, and a password."""
    client = Ed25519PrivateKey.generate()
    names = [*(node.name for node in topology.routers()), CONTROL]
    return Access(
        password=secrets.token_urlsafe(18),
        authorized_key=_public_line(client) + " egovnet-lab\n",
        host_keys={name: _private_text(Ed25519PrivateKey.generate()) for name in names},
        client_key=_private_text(client),
    )


def write_access(access: Access, topology: Topology, addresses: Addresses, directory: Path) -> None:
    """Write ``id_ed25519``, ``known_hosts`` and ``credentials.yaml`` for clients.

    Files are readable by their owner only; paths in ``credentials.yaml`` are absolute. Where the
    lab had to move away from the topology's addresses, it says under ``addresses`` where to.
    """
    directory = directory.absolute()
    servers = [*addresses.routers.items(), *((CONTROL, each) for each in addresses.controls)]
    known_hosts = [
        f"[{host}]:{port} {_public_of(access.host_keys[name])}\n" for name, (host, port) in servers
    ]
    write_private(directory / "id_ed25519", access.client_key)
    write_private(directory / "known_hosts", "".join(known_hosts))
    credentials: dict[str, object] = {
        "username": ACCOUNT,
        "ssh-key": str(directory / "id_ed25519"),
        "password": access.password,
        "known-hosts": str(directory / "known_hosts"),
    }
    moved = {
        node.name: list(addresses.routers[node.name])
        for node in topology.routers()
        if addresses.routers.get(node.name) != node.forward
    }
    if moved:
        credentials["addresses"] = moved
    write_private(directory / CREDENTIALS_FILE, yaml.safe_dump(credentials, sort_keys=False))


def _public_of(private: str) -> str:
    key = serialization.load_ssh_private_key(private.encode(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("the lab's keys are Ed25519 keys")
    return _public_line(key)


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
