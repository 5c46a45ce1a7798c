#!/usr/bin/python3 -IS
"""Try connections between nodes with real sockets; JSON in on stdin, JSON out on stdout.

In:  {"patience": seconds, "silence": seconds, "attempts": [{"source": node, "source_address": text,
     "target": node, "target_address": text, "protocol": "tcp" | "udp" | "icmp",
     "port": number | null, "expected": true | false}, ...],
     "addresses": {node: [address, ...]}, "meet": port | null}
Out: one word an attempt, in order: "answered", "arrived", "refused" or "nothing"; null where its
     source lives in the other machine. After a blank the address by which the target saw it, where
     somebody on the way has translated the source's own.

A socket belongs to the network namespace that its process was in when it was made. So one process
stands in all nodes in turn, opens each source's and each target's socket there, and then serves
them all: a program started in each node would cost 6 to 9 ms apiece, and its listener another.

"answered": a TCP connection was made and a line came back over it; a datagram, or an echo
request, was answered by its target. "arrived": that did not come about, and the target's node was
reached all the same, seen there by the listener or by a raw socket: a way in one direction.
"refused": somebody on the way said no. Whoever is expected to answer is asked until `patience` is
over, anybody else until `silence` is; in both, whoever is silent is asked more than once.

"addresses" are those that nodes have besides their own until all is done, on eth1.

Where the nodes live in two machines this runs in both, with the same request: each opens the
sockets of its own nodes. They "meet" on a TCP port, wait for each other's listeners, and tell each
other by which port an attempt left, what arrived, and from which address.
"""

import contextlib
import errno
import json
import os
import re
import resource
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator

sys.path.insert(0, "/usr/lib/egovnet")  # the interpreter is isolated from where its script lies

import machine
from attempts import Attempt, checksum, family, version_of
from other_machine import OtherEndedError, OtherMachine

OTHER_ENDED = 3
AT_ONCE = 128
"""Attempts that are under way together: all nodes share the machine's processors."""
AGAIN_SECONDS = 0.6
"""After how long a silent target is asked again. TCP asks by itself after 1 s (RFC 6298)."""
GAP = 8
"""How many attempts are sent before answers are looked for."""
_FILES = 8 * AT_ONCE
_ECHO = {4: 8, 6: 128}
_ECHO_REPLY = {4: 0, 6: 129}
_LINE = re.compile(rb"egovnet (\d+)\n")
_NUMBERS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}

Reader = Callable[[], None]


class Round:
    """Some attempts that are under way together, with their listeners."""

    def __init__(
        self,
        attempts: list[Attempt],
        patience: float,
        silence: float,
        other: OtherMachine | None = None,
    ) -> None:
        self.attempts = attempts
        self._by_number = {one.number: one for one in attempts}
        self._ours = [one for one in attempts if one.begins_here]
        self._other = other
        self.patience, self.silence = patience, silence
        self._poll = select.epoll()
        self._readers: dict[int, Reader] = {}
        self._sockets: list[socket.socket] = []
        #: (target's node, protocol, version, source address, its port) -> attempt.
        self._by_name: dict[tuple[str, str, int, str, int], Attempt] = {}
        #: Names of packets that arrived, and that the other machine has not told yet.
        self._strangers: set[tuple[str, str, int, str, int]] = set()

    def run(self) -> None:
        """Listen, send, wait; every socket is closed at the end."""
        try:
            self._listen()
            self._meet("listening")
            for place in range(0, len(self._ours), GAP):
                for attempt in self._ours[place : place + GAP]:
                    self._send(attempt)
                self._serve(0.0)
            for attempt in self._ours:
                wait = self.patience if attempt.expected else self.silence
                attempt.ends_at = time.monotonic() + wait
            while self._waiting():
                self._serve(0.05)
            self._meet("done")
            self._tell_arrivals()
        finally:
            if self._other is not None:
                self._forget(self._other.socket)
            for attempt in self.attempts:
                attempt.close()
            for each in self._sockets:
                each.close()
            self._poll.close()

    def _waiting(self) -> bool:
        """Whether an answer may still come; whoever was silent for long enough is asked again."""
        now = time.monotonic()
        left = [one for one in self._ours if not one.answered and now < one.ends_at]
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

    # -- the other machine ---------------------------------------------------------------------

    def _meet(self, stage: str) -> None:
        """Wait until the other machine's program is as far, and serve its attempts meanwhile."""
        if self._other is not None:
            if self._other.socket.fileno() not in self._readers:
                self._watch(self._other.socket, select.EPOLLIN, self._hear)
            first = self.attempts[0].number
            self._other.meet((first, stage), lambda: self._serve(0.05))

    def _tell_arrivals(self) -> None:
        if self._other is not None:
            theirs = [one for one in self.attempts if one.arrived and not one.begins_here]
            self._other.tell(arrived=[one.number for one in theirs])
            self._meet("told")

    def _hear(self) -> None:
        for words in self._other.hear() if self._other is not None else ():
            for number in words.get("arrived", ()):
                self._by_number[number].arrived = True
            if "named" in words:
                number, name = words["named"]
                self._know(self._by_number[number], name)
            if "seen_from" in words:
                number, address = words["seen_from"]
                self._by_number[number].seen_from = address

    def _know(self, attempt: Attempt, name: int) -> None:
        """Whose packets come from this port, or with this identifier."""
        key = (attempt.target, attempt.protocol, attempt.version, attempt.source_address, name)
        self._by_name[key] = attempt
        attempt.arrived |= key in self._strangers

    # -- targets -------------------------------------------------------------------------------

    def _listen(self) -> None:
        seen: set[tuple[object, ...]] = set()
        for attempt in sorted(self.attempts, key=lambda one: one.target):
            if not attempt.ends_here:
                continue
            listener = (attempt.target, attempt.protocol, attempt.target_address, attempt.port)
            watcher = (attempt.target, attempt.protocol, attempt.version)
            if {listener, watcher} <= seen:
                continue
            machine.enter_network(attempt.target)
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
            accepted, (client, *_) = listener.accept()
            accepted.setblocking(False)
            self._sockets.append(accepted)
            self._watch(accepted, select.EPOLLIN, lambda: self._return_line(accepted, client))

    def _return_line(self, accepted: socket.socket, client: str) -> None:
        try:
            line = accepted.recv(64)
            if line:
                self._came(line, client)
                accepted.send(line)
                return
        except OSError:
            pass
        self._forget(accepted)

    def _return_datagrams(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                datagram, sender = listener.recvfrom(64)
                self._came(datagram, sender[0])
                listener.sendto(datagram, sender)

    def _came(self, line: bytes, client: str) -> None:
        """A line of an attempt came to its target, from an address that may be translated."""
        found = _LINE.match(line)
        attempt = self._by_number.get(int(found[1])) if found else None
        if attempt is None:
            return
        attempt.arrived = True
        if attempt.came_from(client):
            return
        attempt.seen_from = client
        if self._other is not None and not attempt.begins_here:
            self._other.tell(seen_from=[attempt.number, client])

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
                    self._came(body[8:], sender[0])
                else:
                    (name,) = struct.unpack("!H", body[:2])
                key = (node, protocol, version, sender[0], name)
                found = self._by_name.get(key)
                if found is not None:
                    found.arrived = True
                elif self._other is not None:
                    self._strangers.add(key)

    # -- sources -------------------------------------------------------------------------------

    def _send(self, attempt: Attempt) -> None:
        attempt.sent_at = time.monotonic()
        try:
            if attempt.socket is None:
                machine.enter_network(attempt.source)
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
        if attempt.ends_here or self._other is None:
            self._know(attempt, name)
        else:
            self._other.tell(named=[attempt.number, name])

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
        if not machine.is_here(node):
            continue
        machine.enter_network(node)
        ends = (f"{address}/{128 if version_of(address) == 6 else 32}" for address in own)
        orders = "".join(f"address {verb} {end} dev eth1\n" for end in ends)
        machine.run(["ip", "-batch", "-"], orders)


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
    missing = sorted(name for name in nodes if not machine.is_here(name))
    if missing and request["meet"] is None:
        print(f"no node {', '.join(missing)}", file=sys.stderr)
        return 125
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, _FILES), hard))
    try:
        other = None if request["meet"] is None else OtherMachine(request["meet"])
        change_addresses("replace", addresses)
        for some in slices(attempts):
            Round(some, request["patience"], request["silence"], other).run()
    except OtherEndedError as error:
        print(error, file=sys.stderr)
        return OTHER_ENDED
    except OSError as error:
        print(error.strerror, file=sys.stderr)
        return 1
    finally:
        change_addresses("del", addresses)
    json.dump([one.seen if one.begins_here else None for one in attempts], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
