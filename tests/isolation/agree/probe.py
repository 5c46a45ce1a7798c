"""Runs once in the lab's machine: what routers hold, and what sites' hosts hear of each other.

One process for all nodes, as starting programs is what a lab's machine is slowest at: it enters
the network namespaces one by one, and sockets stay in the one that they were opened in.

Standard input: {"seconds": s, "hosts": {node: [addresses to send to]}, "routers": [nodes]}.
Standard output: {"hosts": {node: {"answered": [...], "arrived": [...]}}, "routers": {node:
{"4" and "6": its links, routes and rules as `ip -d -o` prints them}}}. `answered` are addresses
that replied, `arrived` sources of echo requests that came in: one way alone is seen too.
"""

import contextlib
import ctypes
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_ROUNDS = 3
#: Bytes of an IPv4 header and an echo's.
_SHORTEST = 28
_NEW_NETWORK = 0x40000000
_EVERYTHING = 0x0003
_REQUESTS, _REPLIES = {(1, 8), (58, 128)}, {(1, 0), (58, 129)}
#: Family -> what `ip` is asked for it, in one process.
_ASKED = {"4": "link show\nroute show table all\nrule show\n"}
_ASKED["6"] = _ASKED["4"].partition("\n")[2]
_libc = ctypes.CDLL(None, use_errno=True)


class _Host:
    """A site's host: its sockets, and what it heard."""

    def __init__(self, name: str, targets: list[str]) -> None:
        _enter(name)
        self.targets = targets
        self.listener = socket.socket(
            socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_EVERYTHING)
        )
        self.senders = {
            4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
            6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
        }
        self.answered: set[str] = set()
        self.arrived: set[str] = set()

    def send(self, number: int) -> None:
        """An echo request to every target that has not answered."""
        for target in self.targets:
            if target in self.answered:
                continue
            version = 6 if ":" in target else 4
            rest = struct.pack("!HH", 4711, number)
            checksum = ~(0x0800 + 4711 + number) & 0xFFFF
            kind, checksum = (128, 0) if version == 6 else (8, checksum)
            with contextlib.suppress(OSError):  # unreachable: an answer, and it is no
                self.senders[version].sendto(
                    struct.pack("!BBH", kind, 0, checksum) + rest, (target, 0)
                )

    def take(self) -> None:
        """Note what came in; other packets than echoes are nothing to us."""
        packet, where = self.listener.recvfrom(2048)
        if where[2] == socket.PACKET_OUTGOING or len(packet) < _SHORTEST:
            return
        if packet[0] >> 4 == 4:
            size, protocol = (packet[0] & 15) * 4, packet[9]
            source = socket.inet_ntop(socket.AF_INET, packet[12:16])
        else:
            size, protocol = 40, packet[6]
            source = socket.inet_ntop(socket.AF_INET6, packet[8:24])
        kind = protocol, packet[size] if len(packet) > size else -1
        if kind in _REPLIES:
            self.answered.add(source)
        elif kind in _REQUESTS:
            self.arrived.add(source)


def _enter(name: str) -> None:
    with (Path("/run/netns") / name).open() as handle:
        if _libc.setns(handle.fileno(), _NEW_NETWORK):
            raise OSError(ctypes.get_errno(), f"cannot enter {name}")


def _held(name: str) -> dict[str, str]:
    """What a router holds."""
    _enter(name)
    return {
        family: subprocess.run(
            ["ip", f"-{family}", "-d", "-o", "-batch", "-"],
            input=lines,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        for family, lines in _ASKED.items()
    }


def main() -> None:
    """Listen, send, and ask the routers in between."""
    asked: dict[str, Any] = json.load(sys.stdin)
    os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    hosts = {name: _Host(name, targets) for name, targets in asked["hosts"].items()}
    by_socket = {host.listener: host for host in hosts.values()}
    routers: dict[str, dict[str, str]] = {}
    waiting = list(asked["routers"])
    begun, sent = time.monotonic(), 0
    while (now := time.monotonic() - begun) < asked["seconds"] or sent < _ROUNDS:
        if now >= sent * asked["seconds"] / _ROUNDS:
            sent += 1
            for host in hosts.values():
                host.send(sent)
        elif waiting:
            name = waiting.pop()
            routers[name] = _held(name)
        for ready in select.select(list(by_socket), [], [], 0.0 if waiting else 0.05)[0]:
            by_socket[ready].take()
    for name in waiting:
        routers[name] = _held(name)
    while ready := select.select(list(by_socket), [], [], 0.3)[0]:
        for each in ready:
            by_socket[each].take()
        if time.monotonic() - begun > 3 * asked["seconds"] + 5:
            break
    heard = {
        name: {"answered": sorted(host.answered), "arrived": sorted(host.arrived)}
        for name, host in hosts.items()
    }
    print(json.dumps({"hosts": heard, "routers": routers}))


main()
