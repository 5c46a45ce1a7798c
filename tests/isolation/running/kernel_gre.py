"""Whether this machine's kernel lets GRE pass in clear, by policies that it is given.

A process in a network of its own, of one cable: a line of JSON in (policies as
`ip xfrm policy update` takes them), a line out (the addresses that a packet left for in clear, or
from which one that came in clear was taken). It needs no root where user namespaces do.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

OWN = "10.255.0.2"
_SETUP = (
    "ip link set lo up; ip link add d0 address 02:00:00:00:00:0a type veth peer name d1; "
    "ip link set d1 up; ip link set d0 up arp off; "
    f"ip address add {OWN}/32 dev d0; ip route add default dev d0"
)
_HOST = """
import json, select, socket, struct, subprocess, sys
seen = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
seen.bind(("d0", 3))
taken = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
cable = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
cable.bind(("d1", 0))
own, mac = socket.inet_aton(sys.argv[1]), bytes.fromhex("02000000000a")
def comes_in(other):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 29, 0, 0, 64, 47, 0) + socket.inet_aton(other) + own
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xffff) + (total >> 16)
    head = head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + head[12:]
    cable.send(mac + mac[:5] + b"\\1" + b"\\x08\\0" + head + b"\\0\\0\\x88\\x47clear")
def leaves_for(other):
    try:
        sender.sendto(b"\\0\\0\\x88\\x47clear", (other, 0))
    except OSError:
        pass
sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
sender.bind((sys.argv[1], 0))
sender.setblocking(False)
for line in sys.stdin:
    asked = json.loads(line)
    commands = ["xfrm policy flush", "xfrm policy flush ptype sub", "xfrm state flush"]
    commands += ["xfrm policy update " + one for one in asked["policies"]]
    done = subprocess.run(["ip", "-batch", "-"], input="\\n".join(commands) + "\\n", text=True,
                          capture_output=True)
    listed = subprocess.run(["ip", "-o", "xfrm", "policy", "list"], text=True, capture_output=True)
    passed = []
    at, send = (seen, leaves_for) if asked["way"] == "out" else (taken, comes_in)
    for other in asked["others"]:
        while select.select([at], [], [], 0)[0]:
            at.recv(2048)
        send(other)
        while select.select([at], [], [], 0.02)[0]:
            packet = at.recv(2048)
            if packet[9:10] == b"\\x2f" and b"clear" in packet:
                passed.append(other)
                break
    said = {"passed": passed, "listed": listed.stdout, "errors": done.stderr}
    print(json.dumps(said), flush=True)
"""


class Kernel:
    """The process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, policies: list[str], others: list[str], way: str = "out") -> tuple[set[str], str]:
        """(addresses that GRE left for in clear, or came from, what `ip -o xfrm policy` lists)."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(
            json.dumps({"policies": policies, "others": others, "way": way}) + "\n"
        )
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        assert not said["errors"], said["errors"]
        return set(said["passed"]), said["listed"]


@contextmanager
def kernel() -> Iterator[Kernel]:
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    script = f'{_SETUP} && exec "$0" -c "$1" {OWN}'
    words = ["unshare", *own, "--net", "sh", "-c", script, sys.executable, _HOST]
    with subprocess.Popen(words, stdin=-1, stdout=-1, text=True) as process:
        try:
            yield Kernel(process)
        finally:
            process.kill()
