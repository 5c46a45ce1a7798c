#!/usr/bin/python3 -IS
"""restart.py NODE: cut the power of one router of the lab, and boot it again from its own files.

What it had in memory is lost: its processes get signal 9, its network namespace goes with all that
was made in it, /run and /tmp are emptied. Its cables stay plugged in, its file system stays. Two
things differ from a real power cut: what was written and not yet synced is not lost, as the file
system is the machine's; and /proc/uptime goes on, as the kernel does.
"""

import contextlib
import fcntl
import json
import os
import shutil
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, "/usr/lib/egovnet")  # the interpreter is isolated from where its script lies

import interfaces
import machine
import router

CUT_SECONDS = 10.0


def main() -> int:
    """Restart the node named by the first argument; what went wrong goes to stderr."""
    name = sys.argv[1]
    os.environ.pop("LD_PRELOAD", None)  # of the session that started us, and not of daemons
    try:
        node = json.loads((machine.PIDS / f"{name}.json").read_text())
    except FileNotFoundError:
        print(f"{name} has no processes of its own to restart", file=sys.stderr)
        return 125
    with (machine.PIDS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        managed = node["kind"] == "router"
        ifupdown2_main = interfaces.preload_ifupdown2() if managed else None
        answer = os.dup(2)
        use_console()
        try:
            cut_power(node)
            trouble = boot_again(node, ifupdown2_main, [answer, lock.fileno()])
        except (OSError, RuntimeError) as error:
            trouble = str(error)
        if trouble:
            os.write(answer, f"{trouble}\n".encode())
        return 1 if trouble else 0


def use_console() -> None:
    """What the router says while it boots goes where it went the first time."""
    console = os.open("/dev/console", os.O_WRONLY | os.O_NOCTTY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (console, 1), (console, 2)):
        os.dup2(source, target)
    os.close(console)
    os.close(nothing)


def cut_power(node: machine.Node) -> None:
    """Take the cables into a new network namespace, end everything, forget what was in memory."""
    name = node["name"]
    machine.say(f"node {name} down")
    machine.check(machine.libc.unshare(machine.CLONE_NEWNET))
    # first, so that no dying process can say goodbye to its peers
    moves = [f"link set {port} netns {os.getpid()}\n" for port in node["ports"]]
    machine.run(["ip", "-netns", name, "-batch", "-"], "".join(moves))
    first = int((machine.PIDS / f"{name}.pid").read_text())
    with contextlib.suppress(ProcessLookupError):  # it had not come up from the last restart
        os.kill(first, 9)
    wait_for_end(first)
    forget_vlans(name)
    machine.run(["ip", "link", "set", "lo", "up"])
    machine.unmount(machine.NETNS / name)
    machine.mount("/proc/self/ns/net", machine.NETNS / name, None, machine.MS_BIND)
    for memory in ("run", "tmp", "var/tmp/frr"):
        shutil.rmtree(machine.NODES / name / "upper" / memory, ignore_errors=True)


def forget_vlans(name: str) -> None:
    """A VLAN stays in the namespace that its port has left, and the port cannot get it again."""
    told = machine.run(["ip", "-netns", name, "-brief", "link", "show", "type", "vlan"])
    vlans = [line.split("@")[0] for line in told.splitlines()]
    machine.run(["ip", "-netns", name, "-batch", "-"], "".join(f"link del {v}\n" for v in vlans))


def wait_for_end(process: int) -> None:
    """Until a router's first process is gone, and with it all others: the kernel sees to that."""
    deadline = time.monotonic() + CUT_SECONDS
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.01)
    raise RuntimeError(f"process {process} did not end in {CUT_SECONDS:.0f} s")


def boot_again(
    node: machine.Node, ifupdown2_main: interfaces.Main | None, not_its: list[int]
) -> str:
    """Start the router; returns "" when it is ready, else what went wrong.

    ``not_its`` are descriptors that the router's first process must not keep.
    """
    listening, telling = os.pipe()

    def start(node: machine.Node) -> None:
        for descriptor in (listening, *not_its):
            os.close(descriptor)
        try:
            router.start_router(node, ifupdown2_main)
            os.write(telling, b"ready")
        except Exception:  # whoever waits must hear of any fault, whatever it is
            os.write(telling, traceback.format_exc().encode())
            raise
        finally:
            os.close(telling)

    router.isolate_router(node, start)
    os.close(telling)
    with os.fdopen(listening) as stream:
        said = stream.read()
    return "" if said == "ready" else said or "its first process ended"


if __name__ == "__main__":
    sys.exit(main())
