"""Runs in the lab's machine: echo requests between sites' hosts, and how long none was answered.

One process for all hosts, as starting programs is what a lab's machine is slowest at.

Standard input: {"every": seconds, "stop": path, "flows": [[node, source, target], ...]}. It sends
until the file `stop` is there. Standard output: [{"sent": n, "answered": n, "gap": seconds, "gaps":
[[begin, seconds], ...]}, ...]
in the order of the flows: the longest time in which every request that was sent was lost.
"""

import contextlib
import ctypes
import json
import os
import select
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

_NEW_NETWORK = 0x40000000
#: SO_RCVBUFFORCE of <asm-generic/socket.h>.
_FORCED_BUFFER = 33
#: Seconds in which a last answer may come.
_LATE = 1.0
#: Gaps that are told of a flow.
_TOLD = 20
_libc = ctypes.CDLL(None, use_errno=True)


class _Flow:
    """Echo requests from one host to another, by a socket in the host's network namespace."""

    def __init__(self, number: int, node: str, source: str, target: str) -> None:
        with (Path("/run/netns") / node).open() as handle:
            if _libc.setns(handle.fileno(), _NEW_NETWORK):
                raise OSError(ctypes.get_errno(), f"cannot enter {node}")
        self.v6 = ":" in target
        self.number, self.target = number, target
        family, protocol = (
            (socket.AF_INET6, socket.IPPROTO_ICMPV6)
            if self.v6
            else (socket.AF_INET, socket.IPPROTO_ICMP)
        )
        self.socket = socket.socket(family, socket.SOCK_RAW, protocol)
        # what the machine has no time to look at in a second of load is not lost
        self.socket.setsockopt(socket.SOL_SOCKET, _FORCED_BUFFER, 8 << 20)
        self.socket.bind((source, 0))
        self.socket.setblocking(False)
        self.sent: list[float] = []
        self.answered: set[int] = set()

    def send(self) -> None:
        """One request more; an error (no route) is a loss."""
        sequence = len(self.sent)
        self.sent.append(time.monotonic())
        kind, checksum = (128, 0) if self.v6 else (8, 0)
        identity = 0x4700 + self.number
        if not self.v6:
            total = 0x0800 + identity + (sequence & 0xFFFF)
            total = (total & 0xFFFF) + (total >> 16)
            checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
        packet = struct.pack("!BBHHH", kind, 0, checksum, identity, sequence & 0xFFFF)
        with contextlib.suppress(OSError):
            self.socket.sendto(packet, (self.target, 0))

    def take(self) -> None:
        """Note the answers that came in."""
        while True:
            try:
                packet = self.socket.recv(2048)
            except BlockingIOError:
                return
            at = 0 if self.v6 else (packet[0] & 15) * 4
            kind, identity, sequence = struct.unpack_from("!BxxxHH", packet, at)
            if kind == (129 if self.v6 else 0) and identity == 0x4700 + self.number:
                self.answered.add(sequence)

    def result(self, every: float) -> dict[str, Any]:
        """The flow's line of the output: the longest run of requests that were lost, from the
        first of them to the next that was answered."""
        longest, first = 0.0, None
        gaps: list[tuple[float, float]] = []
        for number, at in enumerate([*self.sent, self.sent[-1] + every]):
            if number < len(self.sent) and number not in self.answered:
                first = at if first is None else first
            elif first is not None:
                gaps.append((round(first - self.sent[0], 2), round(at - first, 2)))
                longest, first = max(longest, at - first), None
        return {
            "sent": len(self.sent),
            "answered": len(self.answered),
            "gap": round(longest, 3),
            "gaps": gaps[:_TOLD],
        }


def main() -> None:
    """Send, take, and say."""
    asked = json.load(sys.stdin)
    every, stop = asked["every"], Path(asked["stop"])
    flows = [_Flow(number, *words) for number, words in enumerate(asked["flows"])]
    due = time.monotonic()
    ends = None
    while ends is None or time.monotonic() < ends:
        if ends is None and time.monotonic() >= due:
            # never several at once for those that are late: a burst is dropped by any queue
            due = max(due + every, time.monotonic())
            for flow in flows:
                flow.send()
            if stop.exists():
                ends = time.monotonic() + _LATE
        wait = _LATE if ends is not None else max(0.0, due - time.monotonic())
        for ready in select.select([flow.socket for flow in flows], [], [], min(wait, 0.1))[0]:
            next(flow for flow in flows if flow.socket is ready).take()
    print(json.dumps([flow.result(every) for flow in flows]), flush=True)
    os._exit(0)


main()
