"""The machine that nodes live in: where they are found, its kernel's calls, and its console."""

import ctypes
import os
import subprocess
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Node = dict[str, Any]
"""A node as guest_payload.py describes it."""

LAB = Path("/lab")
NODES = Path("/nodes")
PIDS = Path("/run/egovnet")
NETNS = Path("/run/netns")
MACHINES = Path("/run/egovnet.machines")
"""Where the lab is two machines: the control address of this one and of the other."""
POPULATE = Path("/usr/lib/egovnet/populate.so")
"""Only under User Mode Linux: a library for short programs, see lab/populate_library.py. Daemons go
without, as it would make them as large as the address space that they reserve."""
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x4000000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
ROUTER_SYSCTLS = {
    # who is not root may ping, as systemd sets it on Debian
    "net/ipv4/ping_group_range": "0 2147483647",
    "net/ipv4/ip_forward": 1,
    "net/ipv6/conf/all/forwarding": 1,
    "net/ipv6/conf/default/forwarding": 1,
}

libc = ctypes.CDLL(None, use_errno=True)
libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]


def check(result: int) -> None:
    """Raise what the last C call set errno to."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mount(
    source: str | None,
    target: str | Path,
    kind: str | None = None,
    flags: int = 0,
    data: str | None = None,
) -> None:
    """mount(2) with text arguments."""
    encoded = [value.encode() if value else None for value in (source, str(target), kind)]
    try:
        check(libc.mount(*encoded, flags, data.encode() if data else None))
    except OSError as error:
        raise OSError(
            error.errno, f"mount {kind or source} on {target}: {error.strerror}"
        ) from error


def unmount(target: str | Path) -> None:
    """umount2(2), at once also where it is in use."""
    check(libc.umount2(str(target).encode(), MNT_DETACH))


def say(text: str) -> None:
    """Write one line for the host, with the seconds since the kernel started."""
    uptime = Path("/proc/uptime").read_text().split()[0]
    os.write(1, f"egovnet: {uptime} {text}\n".encode())


def write_sysctls(values: Mapping[str, int | str]) -> None:
    """Set kernel parameters of the namespace we are in; a missing one is an error."""
    for key, value in values.items():
        (Path("/proc/sys") / key).write_text(str(value))


def run(argv: Sequence[str], text_in: str | None = None) -> str:
    """Run a program; returns what it printed, and raises what it said when it failed."""
    done = subprocess.run(argv, input=text_in, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def is_here(node: str) -> bool:
    """Whether a node lives in this machine."""
    return (NETNS / node).exists()


def enter_network(name: str) -> None:
    """Move this process into a node's network namespace."""
    with (NETNS / name).open() as handle:
        check(libc.setns(handle.fileno(), CLONE_NEWNET))


def in_child(work: Callable[[Node], None], node: Node) -> int:
    """Fork and do ``work``; returns the child's number."""
    child = os.fork()
    if child:
        return child
    code = 0
    try:
        work(node)
    except Exception as error:  # the host must hear of any fault, whatever it is
        traceback.print_exc()
        say(f"failed: {node['name']}: {error}")
        code = 1
    os._exit(code)
