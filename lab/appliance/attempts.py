"""What is tried between two nodes, and how far it has come; see connections.py."""

import contextlib
import socket
import struct
from typing import Any

import machine

_RESET = struct.pack("ii", 1, 0)


def version_of(address: str) -> int:
    """4 or 6."""
    return 6 if ":" in address else 4


def family(version: int) -> socket.AddressFamily:
    """As sockets call a version of IP."""
    return socket.AF_INET6 if version == 6 else socket.AF_INET


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Attempt:
    """One attempt, and how far it has come."""

    def __init__(self, number: int, asked: dict[str, Any]) -> None:
        self.number = number
        self.source: str = asked["source"]
        self.source_address: str = asked["source_address"]
        self.target: str = asked["target"]
        self.target_address: str = asked["target_address"]
        self.protocol: str = asked["protocol"]
        self.port: int = asked["port"] or 0
        self.expected: bool = asked["expected"]
        self.version = version_of(self.target_address)
        self.line = f"egovnet {number}\n".encode()
        self.begins_here, self.ends_here = (
            machine.is_here(self.source),
            machine.is_here(self.target),
        )
        self.socket: socket.socket | None = None
        self.answered = self.arrived = self.refused = self.told = False
        #: By which address the target saw it, where that is not the source's own.
        self.seen_from = ""
        self.sent_at = self.ends_at = 0.0

    @property
    def seen(self) -> str:
        """What is reported of it."""
        if not self.answered and not self.arrived:
            return "refused" if self.refused else "nothing"
        word = "answered" if self.answered else "arrived"
        return f"{word} {self.seen_from}" if self.seen_from else word

    def came_from(self, address: str) -> bool:
        """Whether an address is the source's own, however it is written."""
        pack = family(self.version)
        return socket.inet_pton(pack, address) == socket.inet_pton(pack, self.source_address)

    def close(self) -> None:
        """Close its socket; a connection is reset, so that no firewall remembers it for days."""
        if self.socket is not None:
            if self.protocol == "tcp":
                with contextlib.suppress(OSError):
                    self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.socket.close()
            self.socket = None
