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
_NUMBERS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP, "icmp": socket.IPPROTO_ICMP}


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


def send_error(kind: list[int], source: str, target: str, about: list[End]) -> None:
    """An error of ICMP about a packet of UDP, which had the ends `about`."""
    ends = b"".join(socket.inet_aton(address) for address, _ in about)
    inner = struct.pack("!BBHHHBBH", 0x45, 0, 28, 1, 0, 64, socket.IPPROTO_UDP, 0) + ends
    inner += struct.pack("!HHHH", about[0][1], about[1][1], 8, 0)
    begin, rest = struct.pack("!BB", *kind), struct.pack("!HH", 0, 1400)
    total = sum(struct.unpack("!18H", begin + bytes(2) + rest + inner))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = struct.pack("!H", 0xFFFF - ((total & 0xFFFF) + (total >> 16)))
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as one:
        one.bind((source, 0))
        one.sendto(begin + checksum + rest + inner, (target, 0))


def error_arrives(listener: socket.socket, kind: list[int], source: str, seconds: float) -> bool:
    """Whether an error of ICMP of this type and code came from `source`."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if not select.select([listener], [], [], left)[0]:
            break
        packet = listener.recv(2048)
        begin = (packet[0] & 15) * 4
        if list(packet[begin : begin + 2]) == kind and packet[12:16] == socket.inet_aton(source):
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
        elif "error" in request:
            send_error(request["error"], request["source"], request["target"], request["about"])
        elif "error_arrives" in request:
            ends = request["error_arrives"], request["source"], request["seconds"]
            answer = error_arrives(listener, *ends)
            listener.close()
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
        addresses = dict(zip(ways, (source[0], target[0]), strict=True))
        self._have(addresses)
        receiver.ask(listen=protocol)
        sender.ask(send=protocol, source=source, target=target)
        found = receiver.ask(arrives=seconds, source=source, target=target)
        self._lose(addresses)
        return found

    def error_passes(
        self,
        opened: list[End],
        ways: list[str],
        error: dict[str, object],
        back: list[str],
        seconds: float,
    ) -> object:
        """Whether an error that comes in by the first of `back` arrives behind the second one.

        Before it `opened` is sent, by the first of `ways` to the second.
        """
        addresses = {ways[0]: opened[0][0], ways[1]: opened[1][0]}
        self._have(addresses)
        self.hosts[ways[0]].ask(send="udp", source=opened[0], target=opened[1])
        sender, receiver = (self.hosts[name] for name in back)
        sender.ask(address=error["source"])
        receiver.ask(listen="icmp")
        sender.ask(
            error=error["kind"],
            source=error["source"],
            target=error["target"],
            about=error["about"],
        )
        found = receiver.ask(error_arrives=error["kind"], source=error["source"], seconds=seconds)
        sender.ask(gone=error["source"])
        self._lose(addresses)
        return found

    def _have(self, addresses: dict[str, str]) -> None:
        for name, address in addresses.items():
            run("ip", "route", "replace", f"{address}/32", "via", self.peers[name], "dev", name)
            self.hosts[name].ask(address=address)

    def _lose(self, addresses: dict[str, str]) -> None:
        for name, address in addresses.items():
            self.hosts[name].ask(gone=address)
            run("ip", "route", "del", f"{address}/32", check=False)


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
        elif "error" in request:
            answer = this.error_passes(**request)
        else:
            answer = this.passes(**request)
        print(json.dumps(answer), flush=True)
