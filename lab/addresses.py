"""Loopback addresses of one lab: those its topology asks for, or free ones beside them.

The whole of 127.0.0.0/8 is this machine, so a second lab of the same network moves by one in the
second number: 127.20.20.11 becomes 127.21.20.11. Ports and the other numbers stay.
"""

from __future__ import annotations

import contextlib
import fcntl
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from pathlib import Path

from egovnet.lab.errors import AddressInUseError
from egovnet.lab.topology import Topology

Address = tuple[str, int]
"""A loopback address, or a name, and a TCP port."""

_LOOPBACK = IPv4Network("127.0.0.0/8")
_STEP = 1 << 16
_MOST_MOVES = 200
_LOCK_FILE = "addresses.lock"


@dataclass(frozen=True)
class Addresses:
    """Where a lab answers on this machine."""

    control: Address | None
    """The SSH server of the guest's root namespace, where there is one."""
    routers: dict[str, Address]
    """Router to the address of its SSH server."""
    more_controls: tuple[Address, ...] = ()
    """Where the lab is spread over several machines: those of the second and further ones."""

    @property
    def controls(self) -> tuple[Address, ...]:
        """The root namespace's SSH server of each machine."""
        return (() if self.control is None else (self.control,)) + self.more_controls


def free_addresses(topology: Topology, *, machines: int = 1) -> Addresses:
    """Addresses on which nothing listens, as near as can be to those ``topology`` asks for.

    Raises AddressInUseError when they are taken and cannot be moved, all moves are taken, or
    they are no addresses of this machine.
    """
    wanted = {node.name: node.forward for node in topology.routers() if node.forward is not None}
    taken = [address for address in wanted.values() if not is_free(address)]
    if not taken:
        return _with_controls(wanted, machines)
    if all(_is_loopback(host) for host, _ in wanted.values()):
        for move in range(1, _MOST_MOVES):
            moved = {name: _moved(address, move) for name, address in wanted.items()}
            if all(is_free(address) for address in moved.values()):
                return _with_controls(moved, machines)
    elsewhere = [(host, port) for host, port in taken if not is_free((host, 0))]
    host, port = (*elsewhere, *taken)[0]
    if elsewhere:
        raise AddressInUseError(
            "not an address of this machine",
            where=f"{host}:{port}",
            next_step="routers of a lab answer on this machine: give them hostnames of "
            "127.0.0.0/8 in hosts.yaml, and port 2222 in defaults.yaml",
        )
    raise AddressInUseError(
        "another program listens there, and no other loopback addresses are free",
        where=f"{host}:{port}",
        next_step="end it (another lab: egovnet lab down), or change the inventory's hosts.yaml",
    )


def moved_words(routers: Mapping[str, Address]) -> str:
    """That a lab is not where its topology wants it, and where it is."""
    host, port = next(iter(routers.values()))
    return f"its addresses are taken by another lab: the first router is {host}:{port}"


def is_free(address: Address) -> bool:
    """Whether a TCP server could listen on ``address`` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
        return True


@contextmanager
def one_at_a_time(directory: Path) -> Iterator[None]:
    """Hold this user's lock over the choice of addresses, until what was chosen is in use."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / _LOCK_FILE).open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _with_controls(routers: dict[str, Address], machines: int) -> Addresses:
    first = _control(routers)
    more: list[Address] = []
    with contextlib.ExitStack() as held:  # so that none is found twice
        for _ in range(1, machines):
            probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            probe.bind((first[0], 0))
            more.append((first[0], int(probe.getsockname()[1])))
    return Addresses(first, routers, tuple(more))


def _control(routers: dict[str, Address]) -> Address:
    """Beside the routers: number 2 of their /24, on their port or on any that is free."""
    host, port = next(iter(routers.values()), ("127.0.0.1", 0))
    if not _is_loopback(host):
        host = "127.0.0.1"
    beside = (str(IPv4Network(f"{host}/24", strict=False)[2]), port)
    if beside not in routers.values() and is_free(beside):
        return beside
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((beside[0], 0))
        return beside[0], int(probe.getsockname()[1])


def _is_loopback(host: str) -> bool:
    try:
        return IPv4Address(host) in _LOOPBACK
    except AddressValueError:
        return False


def _moved(address: Address, move: int) -> Address:
    room = int(_LOOPBACK[-1]) - int(_LOOPBACK[0]) + 1
    offset = (int(IPv4Address(address[0])) - int(_LOOPBACK[0]) + move * _STEP) % room
    return str(_LOOPBACK[offset]), address[1]
