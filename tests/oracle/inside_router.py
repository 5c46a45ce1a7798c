"""Run in a network namespace of its own: a router with three ports, and whoever sends by them.

Standard library only: it runs in the oracle's root, with Debian's Python. It reads one JSON object,
{"text": a ruleset, "rounds": [[packet, ...], ...]}, and prints for each packet whether it left the
router by the port of its target. A packet is [version, source, target, protocol, first, second]:
addresses as numbers from 0 to 31, whose remainder by 3 is the port that they are behind, and two
ports, or ICMP's type and identifier; then whether it is an answer, which TCP says of itself.
"""

import json
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

#: (version, source, target, protocol, first, second, whether it answers).
Packet = tuple[int, int, int, str, int, int, bool]
PORTS = 3
COUNT = 32
SECONDS = 0.25
PREFIX = {4: bytes([10, 0, 0, 0]), 6: bytes([10]) + bytes(15)}
ETHER = {4: 0x0800, 6: 0x86DD}
NUMBERS = {"tcp": 6, "udp": 17}


def address(version: int, number: int) -> bytes:
    """An address as octets."""
    return PREFIX[version][:-1] + bytes([number])


def written(version: int, number: int) -> str:
    """An address as text."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    return socket.inet_ntop(family, address(version, number))


def mac(kind: int, port: int) -> bytes:
    """A hardware address: of the router's side (1) or of the hosts' (2)."""
    return bytes([2, 0, 0, 0, kind, port])


def text_of(octets: bytes) -> str:
    """A hardware address as text."""
    return ":".join(f"{octet:02x}" for octet in octets)


def checksum(data: bytes) -> int:
    """RFC 1071's."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(packet: Packet) -> tuple[int, bytes]:
    """(the port that it is sent to, the packet in Ethernet)."""
    version, source, target, protocol, first, second, answers = packet
    one, other = address(version, source), address(version, target)
    if protocol == "icmp":
        number = 1 if version == 4 else 58
        body = struct.pack("!BBHHH", first, 0, 0, second, 1) + bytes(8)
        place = 2
    else:
        number = NUMBERS[protocol]
        if protocol == "udp":
            body, place = struct.pack("!HHHH", first, second, 12, 0) + bytes(4), 6
        else:
            flags = 0x12 if answers else 0x02
            body = struct.pack(
                "!HHIIBBHHH", first, second, 1000, 1001 if answers else 0, 0x50, flags, 8192, 0, 0
            )
            place = 16
    pseudo = one + other + struct.pack("!IHBB", len(body), 0, 0, number)
    if version == 4:
        pseudo = one + other + struct.pack("!BBH", 0, number, len(body))
    total = checksum((b"" if number == 1 else pseudo) + body)
    body = body[:place] + struct.pack("!H", total or 0xFFFF) + body[place + 2 :]
    if version == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 7, 0, 64, number, 0) + one + other
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    else:
        head = struct.pack("!IHBB", 0x60000000, len(body), number, 64) + one + other
    port = source % PORTS + 1
    return port, mac(1, port) + mac(2, port) + struct.pack("!H", ETHER[version]) + head + body


def key(data: bytes) -> tuple[bytes, int, bytes]:
    """What tells a packet on its way from another: addresses, protocol, and its first octets."""
    version = data[14] >> 4
    if version == 4:
        return data[26:34], data[23], data[34:40]
    return data[22:54], data[20], data[54:60]


def send_rounds() -> None:
    """Of the hosts: what arrives there of each round's packets."""
    sys.stdin.readline()  # the ports are here
    sockets = {}
    for port in range(1, PORTS + 1):
        one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        one.bind((f"h{port}", 0))
        one.setblocking(False)
        sockets[port] = one
    print("ready", flush=True)
    for line in sys.stdin:
        packets = json.loads(line)
        wanted = {}
        for index, packet in enumerate(packets):
            port, data = frame(packet)
            wanted[packet[2] % PORTS + 1, key(data)] = index
            sockets[port].send(data)
        seen = [False] * len(packets)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and not all(seen):
            for port, one in sockets.items():
                try:
                    while True:
                        data, about = one.recvfrom(2048)
                        if about[2] != socket.PACKET_OUTGOING and len(data) > 40:
                            index = wanted.get((port, key(data)))
                            if index is not None:
                                seen[index] = True
                except BlockingIOError:
                    pass
            time.sleep(0.005)
        print(json.dumps(seen), flush=True)


def run(*words: str, given: str) -> None:
    """Run a command; the script ends where it fails."""
    done = subprocess.run(words, text=True, capture_output=True, check=False, input=given)
    if done.returncode:
        sys.exit(f"{words}: {done.stderr}")


def lines_of_network(hosts: int) -> Iterator[str]:
    """What `ip` is told: ports, and the way to each address."""
    for port in range(1, PORTS + 1):
        own, other = text_of(mac(1, port)), text_of(mac(2, port))
        yield f"link add eth{port} address {own} type veth peer name h{port} address {other}"
        yield f"link set h{port} netns {hosts}"
        yield f"link set eth{port} up"
        yield f"address add 198.18.{port}.1/24 dev eth{port}"
        yield f"address add 2001:db8:{port}::1/64 dev eth{port} nodad"
        yield f"neigh replace 198.18.{port}.2 lladdr {other} dev eth{port} nud permanent"
        yield f"neigh replace 2001:db8:{port}::2 lladdr {other} dev eth{port} nud permanent"
    for number in range(COUNT):
        port = number % PORTS + 1
        yield f"route add {written(4, number)}/32 via 198.18.{port}.2 dev eth{port} onlink"
        yield f"route add {written(6, number)}/128 via 2001:db8:{port}::2 dev eth{port}"


def main() -> None:
    """Of the router: ports, ruleset, and what came of each round."""
    order = json.load(sys.stdin)
    for path, value in (
        ("ipv4/ip_forward", 1),
        ("ipv6/conf/all/forwarding", 1),
        ("ipv4/conf/all/rp_filter", 0),
        ("ipv4/conf/default/rp_filter", 0),
        ("ipv4/conf/all/send_redirects", 0),
        ("ipv4/conf/default/send_redirects", 0),
        ("ipv4/icmp_ratelimit", 0),
    ):
        Path(f"/proc/sys/net/{path}").write_text(str(value), encoding="utf-8")
    hosts = subprocess.Popen(
        ["unshare", "-n", "sh", "-c", "echo; read x; for p in 1 2 3; do "
         "sysctl -qw net.ipv6.conf.h$p.disable_ipv6=1; ip link set h$p up; done; "
         f"exec python3 {Path(__file__).resolve()} hosts"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert hosts.stdin
    assert hosts.stdout
    hosts.stdout.readline()  # it is in its namespace
    network = "".join(f"{line}\n" for line in lines_of_network(hosts.pid))
    run("ip", "-batch", "-", given=network)
    run("nft", "-f", "-", given=order["text"])
    hosts.stdin.write("\n\n")
    hosts.stdin.flush()
    hosts.stdout.readline()
    answers = []
    for packets in order["rounds"]:
        hosts.stdin.write(json.dumps(packets) + "\n")
        hosts.stdin.flush()
        answers.append(json.loads(hosts.stdout.readline()))
    hosts.stdin.close()
    hosts.wait()
    print(json.dumps(answers))


if __name__ == "__main__":
    send_rounds() if sys.argv[1:] == ["hosts"] else main()
