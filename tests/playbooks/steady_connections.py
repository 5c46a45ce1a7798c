"""Runs in a machine of the lab: TCP connections between hosts, one that stays open and new ones.

One process for all hosts of a machine, as starting programs is what it is slowest at. Where the
lab is of two machines it runs in both, and does what has its end there.

Standard input: {"stop": path, "every": seconds, "flows": [[node, address, node, address, port],
...]}. For each flow whose source is here, until the file `stop` is there: a line is sent every
`every` seconds over one connection that stays open, and in the same steps a new connection is
begun. Standard output: {flow's number: {"held": time of the last line that came back over the open
one, "gap": the longest time in which no new connection came about, "gap_end": its end, "made": new
connections that came about, "begun": time}, ...}. Times are of the machine's clock.
"""

import contextlib
import ctypes
import itertools
import json
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

_NEW_NETWORK = 0x40000000
#: Seconds after which a new connection is given up.
_LATE = 1.0
_RESET = struct.pack("ii", 1, 0)
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(node: str) -> None:
    with (Path("/run/netns") / node).open() as handle:
        if _libc.setns(handle.fileno(), _NEW_NETWORK):
            raise OSError(ctypes.get_errno(), f"cannot enter {node}")


class _Loop:
    """Readers of sockets."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._readers: dict[int, Callable[[], None]] = {}

    def watch(self, one: socket.socket, reader: Callable[[], None]) -> None:
        self._readers[one.fileno()] = reader
        self._poll.register(one.fileno(), select.EPOLLIN)

    def forget(self, one: socket.socket) -> None:
        if self._readers.pop(one.fileno(), None):
            self._poll.unregister(one.fileno())
        one.close()

    def serve(self, seconds: float) -> None:
        for handle, _ in self._poll.poll(max(seconds, 0.0)):
            if handle in self._readers:
                self._readers[handle]()


class _Listener:
    """A host's port that returns what it is told."""

    def __init__(self, loop: _Loop, node: str, to: tuple[str, int]) -> None:
        self._loop = loop
        _enter(node)
        self._listener = socket.socket(_family(to), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(to)
        self._listener.listen(64)
        loop.watch(self._listener, self._accept)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            one, _ = self._listener.accept()
            one.setblocking(False)
            self._loop.watch(one, lambda: self._return(one))

    def _return(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if data := one.recv(4096):
                one.send(data)
                return
        self._loop.forget(one)


class _Flow:
    """A host's connections to another's port."""

    def __init__(self, loop: _Loop, source: list[str], to: tuple[str, int]) -> None:
        self._loop, self._to = loop, to
        self._source, self._from = source
        self.begun = self.held = time.time()
        #: Begin of each new connection that came about.
        self.made: list[float] = []
        self._new: dict[socket.socket, float] = {}
        self._open = self._connect()
        loop.watch(self._open, self._held)

    def _connect(self) -> socket.socket:
        _enter(self._source)
        one = socket.socket(_family(self._to), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        one.bind((self._from, 0))
        one.connect_ex(self._to)
        return one

    def _held(self) -> None:
        with contextlib.suppress(OSError):
            if self._open.recv(4096):
                self.held = time.time()
                return
        self._loop.forget(self._open)

    def step(self) -> None:
        """A line over the open connection, and a new one begun."""
        with contextlib.suppress(OSError, ValueError):
            self._open.send(b".\n")
        now = time.time()
        for one, begun in list(self._new.items()):
            with contextlib.suppress(OSError):
                one.send(b".\n")
            if now - begun > _LATE:
                del self._new[one]
                self._loop.forget(one)
        one = self._connect()
        self._new[one] = now
        self._loop.watch(one, lambda: self._came(one))

    def _came(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if one.recv(4096):
                self.made.append(self._new.get(one, 0.0))
        self._new.pop(one, None)
        self._loop.forget(one)

    def result(self) -> dict[str, float]:
        """What standard output tells of it."""
        times = [self.begun, *sorted(begun for begun in self.made if begun), time.time() - _LATE]
        gap, end = max((b - a, b) for a, b in itertools.pairwise(times))
        return {
            "held": self.held,
            "gap": gap,
            "gap_end": end,
            "made": len(self.made),
            "begun": self.begun,
        }


def _is_here(node: str) -> bool:
    return (Path("/run/netns") / node).exists()


def _family(to: tuple[str, int]) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in to[0] else socket.AF_INET


def main() -> None:
    """Until the file is there."""
    asked = json.load(sys.stdin)
    loop = _Loop()
    ends = [(source, from_, node, (to, port)) for source, from_, node, to, port in asked["flows"]]
    listeners = [_Listener(loop, node, to) for _, _, node, to in ends if _is_here(node)]
    flows = {
        number: _Flow(loop, [source, from_], to)
        for number, (source, from_, _, to) in enumerate(ends)
        if _is_here(source)
    }
    stop = Path(asked["stop"])
    while not stop.exists():
        due = time.monotonic() + asked["every"]
        for flow in flows.values():
            flow.step()
        while (left := due - time.monotonic()) > 0:
            loop.serve(left)
    del listeners
    json.dump({number: flow.result() for number, flow in flows.items()}, sys.stdout)


if __name__ == "__main__":
    main()
