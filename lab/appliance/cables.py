"""Cables to the other machine, where the lab is spread over two: their ports, and their carrier.

A node's port is a veth, as of a cable inside the machine. Its other end, ``x2``, is joined by a
bridge to ``vec2``, a wire to the other machine. A wire has no carrier, so both machines tell each
other over the management network which of their ports are up: where the far one is down, ``x2``
is set down, and the node sees its port without carrier, as it would on one machine.
"""

import contextlib
import fcntl
import select
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MTU = 10000
"""Of what is between two ports, in bytes: more than any port's of an inventory; see uml.py."""
TCP_PORT = 6640
RETRY_SECONDS = 0.2

_RTMGRP_LINK = 1
_NEWLINK = 16
_IFF_UP = 0x1
_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914


def link_orders(cables: Sequence[Sequence[Any]]) -> list[str]:
    """Lines for `ip -batch` that make the ports of ``cables``: each a number, a node, a port."""
    lines = []
    for number, node, port in cables:
        lines += [
            f"link add name x{number} mtu {MTU} type veth peer name {port} netns {node}",
            # a switch would keep the frames between bridges to itself (LLDP and others): all but
            # 01:80:c2:00:00:00 to :02, which Linux does not let pass
            f"link add name cable{number} mtu {MTU} type bridge forward_delay 0 ageing_time 0"
            " mcast_snooping 0 group_fwd_mask 0xfff8",
            f"link set x{number} master cable{number}",
            f"link set vec{number} master cable{number}",
        ]
    return lines


def plug_in(cables: Sequence[Sequence[Any]]) -> None:
    """Set up what is between the ports; the machine itself says nothing on it."""
    for number, _, _ in cables:
        for name in (f"x{number}", f"vec{number}", f"cable{number}"):
            Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
            Near(name).set_up(up=True)


class Near:
    """The end in our root namespace of a veth whose other end is a node's port."""

    def __init__(self, name: str) -> None:
        self.name = name

    def set_up(self, *, up: bool) -> None:
        """Set it up or down; while it is down the node's port has no carrier."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            request = struct.pack("16sH14x", self.name.encode(), 0)
            _, flags = struct.unpack("16sH14x", fcntl.ioctl(control, _SIOCGIFFLAGS, request))
            flags = flags | _IFF_UP if up else flags & ~_IFF_UP
            fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", self.name.encode(), flags))

    def has_carrier(self) -> bool:
        """Whether the node's port is up; only to be asked while this end is."""
        return Path(f"/sys/class/net/{self.name}/carrier").read_text().strip() == "1"


class Carrier:
    """What one machine knows of its cables' ends.

    While ``x2`` is down the port behind it cannot be seen. So it is only set down while that port
    is up, and its last word to the other side was "up": both sides are never blind at once.
    """

    def __init__(self, near: Mapping[int, Near]) -> None:
        self.near = near
        """Cable to our end of it, which is up."""
        self.told = dict.fromkeys(near, True)
        """Cable to what the other side believes of our port; both begin with "up"."""
        self.far = dict.fromkeys(near, True)
        """Cable to what the other side said of its port."""
        self.blind = dict.fromkeys(near, False)
        """Cable to whether our end is down, as the far port is."""

    def step(self) -> bytes:
        """Act on how the ports are now; returns what the other side must be told."""
        words = b""
        for number, near in self.near.items():
            if self.blind[number] and self.far[number]:
                near.set_up(up=True)
                self.blind[number] = False
            if self.blind[number]:
                continue
            up = near.has_carrier()
            if up != self.told[number]:
                self.told[number] = up
                words += struct.pack("!H?", number, up)
            if up and not self.far[number]:
                near.set_up(up=False)
                self.blind[number] = True
        return words

    def hear(self, words: bytes) -> None:
        """Take in what the other side said: three bytes a word."""
        for number, up in struct.iter_unpack("!H?", words):
            self.far[number] = up


def keep_carrier(cables: Sequence[Sequence[Any]], own: str, other: str) -> None:
    """Carry the state of ports between the machines; returns when the other one is gone."""
    carrier = Carrier({number: Near(f"x{number}") for number, _, _ in cables})
    peer = met(own, other, TCP_PORT)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as events:
        events.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        events.bind((0, _RTMGRP_LINK))
        heard = b""
        while True:
            peer.sendall(carrier.step())
            for ready in select.select([events, peer], [], [])[0]:
                if ready is events:
                    with contextlib.suppress(OSError):  # some were lost: we look at all anyway
                        events.recv(1 << 16)
                else:
                    data = peer.recv(4096)
                    if not data:
                        return  # the other machine has ended, and with it the lab
                    heard += data
                    whole = len(heard) - len(heard) % 3
                    carrier.hear(heard[:whole])
                    heard = heard[whole:]


def met(own: str, other: str, port: int) -> socket.socket:
    """A connection to the other machine's process, as soon as it is there.

    ``own`` and ``other`` are the machines' control addresses: the smaller one waits for the other.
    """
    if socket.inet_aton(own) < socket.inet_aton(other):
        with socket.create_server((own, port)) as server:
            peer, _ = server.accept()
    else:
        while True:
            try:
                peer = socket.create_connection((other, port), timeout=5)
                break
            except OSError:
                time.sleep(RETRY_SECONDS)
        peer.settimeout(None)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer
