"""Hosts, switches and static customer edges: a network namespace each, and no process."""

import fcntl
import socket
import struct
import traceback
from collections.abc import Sequence
from pathlib import Path

from machine import (
    CLONE_NEWNET,
    ROUTER_SYSCTLS,
    Node,
    check,
    enter_network,
    libc,
    run,
    say,
    write_sysctls,
)


def start_plain_nodes(nodes: Sequence[Node]) -> None:
    """Hosts, switches and static customer edges, one after the other in this process."""
    with Path("/proc/self/ns/net").open() as own:
        for node in nodes:
            try:
                start_plain_node(node)
            except Exception as error:  # the host must hear of any fault, whatever it is
                traceback.print_exc()
                say(f"failed: {node['name']}: {error}")
        check(libc.setns(own.fileno(), CLONE_NEWNET))


def start_plain_node(node: Node) -> None:
    """A host, a switch or a static customer edge: addresses and routes, no process stays."""
    enter_network(node["name"])
    if node["kind"] == "ce":
        write_sysctls(ROUTER_SYSCTLS)
    if node["kind"] == "switch":
        ports = [name for _, name in socket.if_nameindex() if name != "lo"]
        lines = ["link add br0 type bridge forward_delay 0 mcast_snooping 0"]
        lines += [f"link set {port} master br0" for port in ports]
        run(["ip", "-batch", "-"], "\n".join(lines) + "\n")
    interfaces_up()
    if node["commands"]:
        run_commands(node["commands"])


def interfaces_up() -> None:
    """Set every interface of the namespace up, as `ip link set ... up` would."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for _, name in socket.if_nameindex():
            request = struct.pack("16sH14x", name.encode(), 0x1)  # IFF_UP
            fcntl.ioctl(control, 0x8914, request)  # SIOCSIFFLAGS


def run_commands(commands: Sequence[str]) -> None:
    """Run a node's boot commands; those that only call `ip` go to one process together."""
    words = [command.split() for command in commands]
    if all(map(_may_be_batched, words)):
        # a batch line carries no options; the addresses say which family is meant
        lines = [" ".join(x for x in w[1:] if x not in ("-4", "-6")) for w in words]
        run(["ip", "-batch", "-"], "\n".join(lines) + "\n")
    else:
        run(["sh", "-e"], "\n".join(commands) + "\n")


def _may_be_batched(words: Sequence[str]) -> bool:
    """Whether it is an `ip` without anything of a shell; `ip rule` knows a family by -6 alone."""
    special = set(" ".join(words)) & set("|&;<>$`\"'()*?{}\\")
    return words[:1] == ["ip"] and "rule" not in words and not special
