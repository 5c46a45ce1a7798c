#!/usr/bin/python3 -IS
"""Try connections between nodes with real sockets; JSON in on stdin, JSON out on stdout.

In:  {"patience": seconds, "silence": seconds, "attempts": [{"source": node, "source_address": text,
     "target": node, "target_address": text, "protocol": "tcp" | "udp" | "icmp",
     "port": number | null, "expected": true | false}, ...],
     "addresses": {node: [address, ...]}}
Out: one word an attempt, in order: "answered", "arrived", "refused" or "nothing".

A socket belongs to the network namespace that its process was in when it was made. So one process
stands in all nodes in turn, opens each source's and each target's socket there, and then serves
them all: a program started in each node would cost 6 to 9 ms apiece, and its listener another.

"answered": a TCP connection was made and a line came back over it; a datagram, or an echo
request, was answered by its target. "arrived": that did not come about, and the target's node was
reached all the same, seen there by the listener or by a raw socket: a way in one direction.
"refused": somebody on the way said no. Whoever is expected to answer is asked until `patience` is
over, anybody else until `silence` is; in both, whoever is silent is asked more than once.

"addresses" are those that nodes have besides their own until all is done, on eth1.
"""

import contextlib
import errno
import json
import os
import resource
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

sys.path.insert(0, "/usr/lib/egovnet")  # the interpreter is isolated from where its script lies

import boot

AT_ONCE = 128
"""Attempts that are under way together: all nodes share the machine's processors."""
AGAIN_SECONDS = 0.6
"""After how long a silent target is asked again. TCP asks by itself after 1 s (RFC 6298)."""
GAP = 8
"""How many attempts are sent before answers are looked for."""
_FILES = 8 * AT_ONCE
_ECHO = {4: 8, 6: 128}
_ECHO_REPLY = {4: 0, 6: 129}
_NUMBERS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}
_RESET = struct.pack("ii", 1, 0)

Reader = Callable[[], None]


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
        self.socket: socket.socket | None = None
        self.answered = self.arrived = self.refused = self.told = False
        self.sent_at = self.ends_at = 0.0

    @property
    def seen(self) -> str:
        """What is said of it."""
        if self.answered:
            return "answered"
        return "arrived" if self.arrived else "refused" if self.refused else "nothing"

    def close(self) -> None:
        """Close its socket; a connection is reset, so that no firewall remembers it for days."""
        if self.socket is not None:
            if self.protocol == "tcp":
                with contextlib.suppress(OSError):
                    self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.socket.close()
            self.socket = None


class Round:
    """Some attempts that are under way together, with their listeners."""

    def __init__(self, attempts: list[Attempt], patience: float, silence: float) -> None:
        self.attempts = attempts
        self.patience, self.silence = patience, silence
        self._poll = select.epoll()
        self._readers: dict[int, Reader] = {}
        self._sockets: list[socket.socket] = []
        #: (target's node, protocol, version, source address, its port) -> attempt.
        self._by_name: dict[tuple[str, str, int, str, int], Attempt] = {}

    def run(self) -> None:
        """Listen, send, wait; every socket is closed at the end."""
        try:
            self._listen()
            for place in range(0, len(self.attempts), GAP):
                for attempt in self.attempts[place : place + GAP]:
                    self._send(attempt)
                self._serve(0.0)
            for attempt in self.attempts:
                wait = self.patience if attempt.expected else self.silence
                attempt.ends_at = time.monotonic() + wait
            while self._waiting():
                self._serve(0.05)
        finally:
            for attempt in self.attempts:
                attempt.close()
            for each in self._sockets:
                each.close()
            self._poll.close()

    def _waiting(self) -> bool:
        """Whether an answer may still come; whoever was silent for long enough is asked again."""
        now = time.monotonic()
        left = [one for one in self.attempts if not one.answered and now < one.ends_at]
        for attempt in left:
            if now - attempt.sent_at >= AGAIN_SECONDS:
                self._send(attempt)
        return bool(left)

    def _serve(self, seconds: float) -> None:
        for handle, _ in self._poll.poll(seconds):
            if handle in self._readers:
                self._readers[handle]()

    def _watch(self, one: socket.socket, events: int, reader: Reader) -> None:
        self._readers[one.fileno()] = reader
        self._poll.register(one.fileno(), events)

    def _forget(self, one: socket.socket) -> None:
        self._readers.pop(one.fileno(), None)
        with contextlib.suppress(OSError):
            self._poll.unregister(one.fileno())

    # -- targets -------------------------------------------------------------------------------

    def _listen(self) -> None:
        seen: set[tuple[object, ...]] = set()
        for attempt in sorted(self.attempts, key=lambda one: one.target):
            listener = (attempt.target, attempt.protocol, attempt.target_address, attempt.port)
            watcher = (attempt.target, attempt.protocol, attempt.version)
            if {listener, watcher} <= seen:
                continue
            boot.enter_network(attempt.target)
            if attempt.protocol != "icmp" and listener not in seen:
                self._listen_at(attempt)
            if watcher not in seen:
                self._watch_arrivals(attempt)
            seen |= {listener, watcher}

    def _listen_at(self, attempt: Attempt) -> None:
        stream = attempt.protocol == "tcp"
        kind = socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
        listener = socket.socket(family(attempt.version), kind | socket.SOCK_NONBLOCK)
        self._sockets.append(listener)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((attempt.target_address, attempt.port))
        except OSError as error:
            at = f"{attempt.target_address} {attempt.protocol}/{attempt.port}"
            raise OSError(error.errno, f"{attempt.target} listens not at {at}: {error}") from error
        if stream:
            listener.listen(AT_ONCE)
        reader = self._accept if stream else self._return_datagrams
        self._watch(listener, select.EPOLLIN, lambda: reader(listener))

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            accepted, _ = listener.accept()
            accepted.setblocking(False)
            self._sockets.append(accepted)
            self._watch(accepted, select.EPOLLIN, lambda: self._return_line(accepted))

    def _return_line(self, accepted: socket.socket) -> None:
        try:
            line = accepted.recv(64)
            if line:
                accepted.send(line)
                return
        except OSError:
            pass
        self._forget(accepted)

    @staticmethod
    def _return_datagrams(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                datagram, sender = listener.recvfrom(64)
                listener.sendto(datagram, sender)

    def _watch_arrivals(self, attempt: Attempt) -> None:
        """A raw socket sees what comes in before the node says anything to it."""
        number = _NUMBERS.get(attempt.protocol)
        if number is None:
            number = socket.IPPROTO_ICMP if attempt.version == 4 else socket.IPPROTO_ICMPV6
        raw = socket.socket(family(attempt.version), socket.SOCK_RAW | socket.SOCK_NONBLOCK, number)
        self._sockets.append(raw)
        node, protocol, version = attempt.target, attempt.protocol, attempt.version
        self._watch(raw, select.EPOLLIN, lambda: self._arrivals(raw, node, protocol, version))

    def _arrivals(self, raw: socket.socket, node: str, protocol: str, version: int) -> None:
        with contextlib.suppress(OSError):
            while True:
                packet, sender = raw.recvfrom(256)
                # a raw socket of IPv4 gives the IP header, too (raw(7)), one of IPv6 does not
                body = packet[(packet[0] & 15) * 4 :] if version == 4 else packet
                if protocol == "icmp":
                    if body[0] != _ECHO[version]:
                        continue
                    (name,) = struct.unpack("!H", body[4:6])
                else:
                    (name,) = struct.unpack("!H", body[:2])
                found = self._by_name.get((node, protocol, version, sender[0], name))
                if found is not None:
                    found.arrived = True

    # -- sources -------------------------------------------------------------------------------

    def _send(self, attempt: Attempt) -> None:
        attempt.sent_at = time.monotonic()
        try:
            if attempt.socket is None:
                boot.enter_network(attempt.source)
                {"tcp": self._connect, "udp": self._open_datagram, "icmp": self._open_icmp}[
                    attempt.protocol
                ](attempt)
            if attempt.protocol == "udp" and attempt.socket is not None:
                attempt.socket.send(attempt.line)
            elif attempt.protocol == "icmp" and attempt.socket is not None:
                self._send_echo(attempt, attempt.socket)
        except OSError as error:
            self._failed(attempt, error.errno or 0)

    def _named(self, attempt: Attempt, name: int) -> None:
        key = (attempt.target, attempt.protocol, attempt.version, attempt.source_address, name)
        self._by_name[key] = attempt

    def _connect(self, attempt: Attempt) -> None:
        kind = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
        attempt.socket = one = socket.socket(family(attempt.version), kind)
        one.bind((attempt.source_address, 0))
        self._named(attempt, one.getsockname()[1])
        attempt.told = False
        code = one.connect_ex((attempt.target_address, attempt.port))
        if code not in (0, errno.EINPROGRESS):
            raise OSError(code, os.strerror(code))
        # not before: of a socket that is not on its way anywhere it is said that it hung up
        events = select.EPOLLIN | select.EPOLLOUT | select.EPOLLET
        self._watch(one, events, lambda: self._connected(attempt, one))

    def _connected(self, attempt: Attempt, one: socket.socket) -> None:
        if code := one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._failed(attempt, code)
            return
        try:
            if one.recv(64) == attempt.line:
                attempt.answered = True
                self._forget(one)
            return
        except BlockingIOError:
            pass
        except OSError as error:
            self._failed(attempt, error.errno or 0)
            return
        with contextlib.suppress(OSError):  # not connected yet
            if not attempt.told:
                one.getpeername()
                one.send(attempt.line)
                attempt.told = True

    def _open_datagram(self, attempt: Attempt) -> None:
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        attempt.socket = one = socket.socket(family(attempt.version), kind)
        one.bind((attempt.source_address, 0))
        self._named(attempt, one.getsockname()[1])
        one.connect((attempt.target_address, attempt.port))
        self._watch(one, select.EPOLLIN, lambda: self._answered(attempt, one))

    def _answered(self, attempt: Attempt, one: socket.socket) -> None:
        try:
            attempt.answered |= one.recv(64) == attempt.line
        except OSError as error:
            self._failed(attempt, error.errno or 0)

    def _open_icmp(self, attempt: Attempt) -> None:
        number = socket.IPPROTO_ICMP if attempt.version == 4 else socket.IPPROTO_ICMPV6
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        attempt.socket = one = socket.socket(family(attempt.version), kind, number)
        one.bind((attempt.source_address, 0))
        one.connect((attempt.target_address, 0))
        self._named(attempt, self._identifier(attempt))
        self._watch(one, select.EPOLLIN, lambda: self._echo_reply(attempt, one))

    @staticmethod
    def _identifier(attempt: Attempt) -> int:
        return (os.getpid() * 7 + attempt.number) & 0xFFFF

    def _send_echo(self, attempt: Attempt, one: socket.socket) -> None:
        kind, name = _ECHO[attempt.version], self._identifier(attempt)
        line = attempt.line + b"\n" * (len(attempt.line) % 2)
        packet = struct.pack("!BBHHH", kind, 0, 0, name, 1) + line
        # the kernel puts the sum of ICMPv6 in (RFC 3542 section 3.1), and not that of ICMP
        total = checksum(packet) if attempt.version == 4 else 0
        one.send(packet[:2] + struct.pack("!H", total) + packet[4:])

    def _echo_reply(self, attempt: Attempt, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                packet = one.recv(256)
                body = packet[(packet[0] & 15) * 4 :] if attempt.version == 4 else packet
                kind, name = body[0], struct.unpack("!H", body[4:6])[0]
                if (kind, name) == (_ECHO_REPLY[attempt.version], self._identifier(attempt)):
                    attempt.answered = True

    def _failed(self, attempt: Attempt, code: int) -> None:
        """Somebody said no, or there is no way from the source: it is asked again later."""
        if attempt.answered:
            return
        attempt.refused |= code in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH)
        if attempt.socket is not None:
            self._forget(attempt.socket)
        attempt.close()


def change_addresses(verb: str, addresses: dict[str, list[str]]) -> None:
    """Give nodes addresses, or take them away again: one `ip` for each node."""
    for node, own in addresses.items():
        boot.enter_network(node)
        ends = (f"{address}/{128 if version_of(address) == 6 else 32}" for address in own)
        orders = "".join(f"address {verb} {end} dev eth1\n" for end in ends)
        boot.run(["ip", "-batch", "-"], orders)


def slices(attempts: list[Attempt]) -> Iterator[list[Attempt]]:
    """Those under way together."""
    for place in range(0, len(attempts), AT_ONCE):
        yield attempts[place : place + AT_ONCE]


def main() -> int:
    """Try all attempts of the request; a node that is not there is said on stderr."""
    request = json.load(sys.stdin)
    attempts = [Attempt(number, asked) for number, asked in enumerate(request["attempts"])]
    addresses: dict[str, list[str]] = request["addresses"]
    nodes = {name for one in attempts for name in (one.source, one.target)} | addresses.keys()
    if missing := sorted(name for name in nodes if not (boot.NETNS / name).exists()):
        print(f"no node {', '.join(missing)}", file=sys.stderr)
        return 125
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, _FILES), hard))
    try:
        change_addresses("replace", addresses)
        for some in slices(attempts):
            Round(some, request["patience"], request["silence"]).run()
    except OSError as error:
        print(error.strerror, file=sys.stderr)
        return 1
    finally:
        change_addresses("del", addresses)
    json.dump([one.seen for one in attempts], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
