"""Hosts of a lab that ask a server by which address and port it sees them."""

import json
import shlex
from collections.abc import Sequence

from egovnet.lab.backend import Backend

PORT = 8443
_SERVES = f"""
import socket
one = socket.create_server(("::", {PORT}), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    came, (address, port, *_) = one.accept()
    came.sendall(f"{{address.removeprefix('::ffff:')}} {{port}}".encode())
    came.close()
"""
_ASKS = f"""
import json, socket, sys
found = []
for own, target in json.loads(sys.argv[1]):
    with socket.create_connection((target, {PORT}), 8, (own, 0)) as one:
        address, port = one.recv(100).decode().split()
    found.append([address, int(port)])
print(json.dumps(found))
"""


def serve(lab: Backend, node: str) -> None:
    """Let `node` answer until the lab is down."""
    words = shlex.join(["python3", "-IS", "-c", _SERVES])
    done = lab.exec(node, f"({words} >/run/serves 2>&1 </dev/null &) ; sleep 2")
    assert done.exit_code == 0, done.stderr


def seen_as(lab: Backend, node: str, ways: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
    """Address and port that the server saw, for each (own address, server)."""
    done = lab.exec(node, shlex.join(["python3", "-IS", "-c", _ASKS, json.dumps(ways)]))
    assert done.exit_code == 0, done.stderr
    return [(address, port) for address, port in json.loads(done.stdout)]
