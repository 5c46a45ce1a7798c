"""Run by `tests.isolation.kernel_firewall` in namespaces of its own: a firewall of Linux's kernel
with a host behind each of its interfaces. Standard library alone; requests and answers are lines of
JSON.
"""

import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

_HOST = "import sys, json; exec(json.loads(sys.stdin.readline()))"
#: Address and port.
End = tuple[str, int]
_NUMBERS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}


def run(*words: str, check: bool = True) -> None:
    """A command of the system; fails where it does."""
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr}")


def send(protocol: str, source: End, target: End) -> None:
    """One packet that opens a connection; nobody waits for an answer."""
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setblocking(False)
        one.bind(tuple(source))
        if protocol == "tcp":
            one.connect_ex(tuple(target))
            time.sleep(0.05)
        else:
            one.sendto(b"x", tuple(target))


def arrives(listener: socket.socket, source: End, target: End, seconds: float) -> bool:
    """Whether a packet with these addresses and ports came; the first is enough."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if not select.select([listener], [], [], left)[0]:
            break
        packet = listener.recv(2048)
        begin = (packet[0] & 15) * 4
        ends = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
        ports = struct.unpack("!HH", packet[begin : begin + 4])
        if (ends[0], ports[0], ends[1], ports[1]) == (*source, *target):
            return True
    return False


def host() -> None:
    """A host behind an interface: takes addresses, sends, listens."""
    run("ip", "link", "set", "lo", "up")
    listener = None
    for line in sys.stdin:
        request = json.loads(line)
        answer = None
        if "start" in request:
            run("ip", "address", "add", request["start"], "dev", "port0")
            run("ip", "link", "set", "port0", "up")
            run("ip", "route", "add", "default", "via", request["via"])
        elif "address" in request:
            run("ip", "address", "replace", f"{request['address']}/32", "dev", "lo")
        elif "gone" in request:
            run("ip", "address", "del", f"{request['gone']}/32", "dev", "lo", check=False)
        elif "listen" in request:
            number = _NUMBERS[request["listen"]]
            listener = socket.socket(socket.AF_INET, socket.SOCK_RAW, number)
        elif "send" in request:
            send(request["send"], request["source"], request["target"])
        elif "arrives" in request:
            answer = arrives(listener, request["source"], request["target"], request["arrives"])
            listener.close()
        print(json.dumps(answer), flush=True)


class Host:
    """The process in a network namespace of its own."""

    def __init__(self, program: str) -> None:
        words = ["unshare", "--net", "python3", "-u", "-c", _HOST]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, text=True, stdin=pipe, stdout=pipe)
        self.process.stdin.write(json.dumps(f"{program}\nhost()") + "\n")
        self.ask(ready=1)

    def ask(self, **request: object) -> object:
        """A request to it, and its answer."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Firewall:
    """This namespace."""

    def __init__(self, program: str, links: dict[str, tuple[str, str]]) -> None:
        self.hosts: dict[str, Host] = {}
        self.peers: dict[str, str] = {}
        for name, (own, peer) in links.items():
            one = self.hosts[name] = Host(program)
            pid = str(one.process.pid)
            run("ip", "link", "add", name, "type", "veth", "peer", "name", "port0", "netns", pid)
            run("ip", "address", "add", own, "dev", name)
            run("ip", "link", "set", name, "up")
            one.ask(start=peer, via=own.split("/")[0])
            self.peers[name] = peer.split("/")[0]
        settings = Path("/proc/sys/net/ipv4")
        (settings / "ip_forward").write_text("1")
        for name in ("all", "default", *links):
            (settings / "conf" / name / "rp_filter").write_text("0")

    def load(self, text: str) -> str:
        """Filter by `text` from now on; what nft says against it."""
        whole = f"flush ruleset\n{text}"
        words = ["nft", "-f", "-"]
        return subprocess.run(
            words, check=False, input=whole, capture_output=True, text=True
        ).stderr

    def passes(
        self, protocol: str, ways: list[str], source: End, target: End, seconds: float
    ) -> object:
        """Whether a packet that comes in by the first of `ways` arrives behind the second."""
        sender, receiver = (self.hosts[name] for name in ways)
        for name, end in zip(ways, (source, target), strict=True):
            run("ip", "route", "replace", f"{end[0]}/32", "via", self.peers[name], "dev", name)
            self.hosts[name].ask(address=end[0])
        receiver.ask(listen=protocol)
        sender.ask(send=protocol, source=source, target=target)
        found = receiver.ask(arrives=seconds, source=source, target=target)
        for name, end in zip(ways, (source, target), strict=True):
            self.hosts[name].ask(gone=end[0])
            run("ip", "route", "del", f"{end[0]}/32", check=False)
        return found


def firewall(program: str) -> None:
    """Reads requests until there are no more."""
    os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    this = None
    for line in sys.stdin:
        request = json.loads(line)
        if "links" in request:
            this = Firewall(program, request["links"])
            answer = "ready"
        elif "load" in request:
            answer = this.load(request["load"])
        else:
            answer = this.passes(**request)
        print(json.dumps(answer), flush=True)
