"""Connections between hosts of two VPNs with the same addresses and the same ports.

Each client opens one to its own VPN's server and keeps it until it is told to end, so that routers
have all of them at once, however slow the machine is.
"""

import contextlib
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from egovnet.lab.backend import Backend

PORT = 443
#: A client that nobody ends, ends by itself.
_KEPT_SECONDS = 600
_ANSWER_SECONDS = 20
_SERVES = f"""
import socket, sys
one = socket.create_server(("::", {PORT}), family=socket.AF_INET6, dualstack_ipv6=True)
held = []
while True:
    came, _ = one.accept()
    came.sendall(sys.argv[1].encode())
    held.append(came)
"""
_ASKS = f"""
import json, socket, sys, time
own, target, port = json.loads(sys.argv[1])
with socket.create_connection((target, {PORT}), 8, (own, port)) as one:
    print(one.recv(100).decode(), flush=True)
    time.sleep({_KEPT_SECONDS})
"""
#: A SYN with ACK and without a connection: an answer, as far as its flags say.
_ANSWERS = f"""
import json, socket, struct, sys
own, target, port = json.loads(sys.argv[1])
four = ":" not in own
family = socket.AF_INET if four else socket.AF_INET6
a, b = (socket.inet_pton(family, each) for each in (own, target))
segment = struct.pack("!HHIIBBHHH", {PORT}, port, 1, 1, 5 << 4, 0x12, 1024, 0, 0)
text = a + b + struct.pack("!HH" if four else "!IxxxB", *((6, 20) if four else (20, 6))) + segment
total = sum(struct.unpack(f"!{{len(text) // 2}}H", text))
while total >> 16:
    total = (total & 0xFFFF) + (total >> 16)
segment = segment[:16] + struct.pack("!H", ~total & 0xFFFF) + segment[18:]
with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP) as one:
    one.bind((own, 0))
    for _ in range(3):
        one.sendto(segment, (target, 0))
"""


@dataclass(frozen=True)
class Ends:
    """Both ends of a connection, by their addresses, and the port of who opens it."""

    client: str
    server: str
    port: int


def serve(lab: Backend, names: Mapping[str, str]) -> None:
    """Let each node say its name to whoever connects, until the lab is down."""
    commands = {
        node: f"({shlex.join(['python3', '-IS', '-c', _SERVES, name])} "
        ">/dev/null 2>&1 </dev/null &) ; sleep 2"
        for node, name in names.items()
    }
    for done in lab.exec_many(commands).values():
        assert done.exit_code == 0, done.stderr


@contextlib.contextmanager
def answered_by(lab: Backend, nodes: list[str], ends: Ends) -> Iterator[dict[str, str]]:
    """Node -> name of who answered it ("": nobody); connections are open until the block ends."""
    told = json.dumps([ends.client, ends.server, ends.port])
    asks = shlex.join(["python3", "-IS", "-c", _ASKS, told])
    # the first line is the process, the second what the server said
    commands = {
        node: f"rm -f {_answer(node)}; setsid {asks} >{_answer(node)} 2>&1 </dev/null & echo $!; "
        f"for i in $(seq {10 * _ANSWER_SECONDS}); do [ -s {_answer(node)} ] && break; sleep .1; "
        f"done; cat {_answer(node)}"
        for node in nodes
    }
    came = {node: done.stdout.split() for node, done in lab.exec_many(commands).items()}
    try:
        yield {node: " ".join(words[1:]) for node, words in came.items()}
    finally:
        lab.exec_many({node: f"kill {words[0]}" for node, words in came.items()})


def _answer(node: str) -> str:
    """A file for each node: hosts of one machine share its files."""
    return f"/run/answer-{node}"


def answer_unasked(lab: Backend, node: str, ends: Ends) -> None:
    """Let a server's node send what looks like an answer on a connection."""
    told = json.dumps([ends.server, ends.client, ends.port])
    done = lab.exec(node, shlex.join(["python3", "-IS", "-c", _ANSWERS, told]))
    assert done.exit_code == 0, done.stderr
