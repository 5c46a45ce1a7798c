"""Run by `tests.isolation.kernel_gateway` in namespaces of its own: an Internet gateway of Linux's
kernel, with its zone on one side and the Internet on the other. Standard library alone; requests
and answers are lines of JSON.

A server answers each client with the address that it sees it by, so that a client knows what
became of its source.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

_HOST = "import sys, json; exec(json.loads(sys.stdin.readline()))"
_KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def run(*words: str, text: str = "") -> str:
    """A command of the system, and what it says against it."""
    return subprocess.run(words, check=False, input=text, capture_output=True, text=True).stderr


def must(*words: str) -> None:
    """A command that has to succeed."""
    if said := run(*words):
        raise RuntimeError(f"{' '.join(words)}: {said}")


def made(protocol: str, address: str, port: int) -> socket.socket:
    """A socket that is bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = socket.socket(family, _KINDS[protocol])
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((address, port))
    return one


def serve(protocol: str, address: str, port: int, seen: list[str]) -> None:
    """Answer everybody with the address and port that they have here."""
    one = made(protocol, address, port)
    if protocol == "tcp":
        one.listen()
        while True:
            client, (who, its, *_) = one.accept()
            seen.append(who)
            client.sendall(f"{who} {its}".encode())
            client.close()
    while True:
        _, peer = one.recvfrom(64)
        seen.append(peer[0])
        one.sendto(f"{peer[0]} {peer[1]}".encode(), peer)


def asks(protocol: str, source: str, target: str, port: int, seconds: float) -> str:
    """What the server at the other end says; "" where nothing comes back, "refused" where an error
    does."""
    with made(protocol, source, 0) as one:
        one.settimeout(seconds)
        try:
            one.connect((target, port))
            if protocol == "udp":
                one.send(b"?")
            return one.recv(64).decode()
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return ""


def host() -> None:
    """A host: takes addresses and routes, serves, asks."""
    must("ip", "link", "set", "lo", "up")
    seen: list[str] = []
    for line in sys.stdin:
        request = json.loads(line)
        answer = None
        if "commands" in request:
            for command in request["commands"]:
                must(*command.split())
        elif "serve" in request:
            for end in request["serve"]:
                threading.Thread(target=serve, args=(*end, seen), daemon=True).start()
        elif "asks" in request:
            answer = asks(*request["asks"])
        elif "seen" in request:
            answer = list(seen)
            seen.clear()
        print(json.dumps(answer), flush=True)


class Host:
    """The process in a network namespace of its own."""

    def __init__(self, program: str) -> None:
        words = ["unshare", "--net", "python3", "-u", "-c", _HOST]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, text=True, stdin=pipe, stdout=pipe)
        self.process.stdin.write(json.dumps(f"{program}\nhost()") + "\n")
        self.process.stdin.flush()
        self.ask(seen=1)

    def ask(self, **request: object) -> object:
        """A request to it, and its answer."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def gateway(program: str) -> None:
    """Reads requests until there are no more."""
    os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    hosts: dict[str, Host] = {}
    for line in sys.stdin:
        request = json.loads(line)
        answer: object = "ready"
        if "host" in request:
            answer = hosts[request.pop("host")].ask(**request)
        elif "links" in request:
            for name in request["links"]:
                one = hosts[name] = Host(program)
                end = ("peer", "name", "port0", "netns", str(one.process.pid))
                must("ip", "link", "add", name, "type", "veth", *end)
            for family in ("ipv4", "ipv6"):
                settings = Path("/proc/sys/net") / family
                forwarding = "ip_forward" if family == "ipv4" else "conf/all/forwarding"
                (settings / forwarding).write_text("1")
        elif "commands" in request:
            for command in request["commands"]:
                must(*command.split())
        elif "load" in request:
            answer = run("nft", "-f", "-", text=f"flush ruleset\n{request['load']}")
        else:
            words = ("nft", request["list"], "list", "ruleset")
            answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        print(json.dumps(answer), flush=True)
