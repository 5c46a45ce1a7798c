"""Runs in the lab's guest, as root: what ifupdown2 and the kernel make of /etc/network/interfaces.

Standard input: a JSON list of texts. Standard output: a JSON object a line and text, with the
keys of `ip -json`: `said` (what ifreload printed), `code`, `addr`, `link`, `route`, `rule`.
Each text meets a network namespace of its own with the ports eth1, eth2, eth3 and lo.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile

sys.path.insert(0, "/usr/lib/egovnet")

import machine  # type: ignore[import-not-found]
from interfaces import preload_ifupdown2  # type: ignore[import-not-found]
from router import MANAGED_SYSCTLS  # type: ignore[import-not-found]

_PORTS = ("eth1", "eth2", "eth3")
#: Where something of a text could stay for the next; the first two keep what a package put there.
_KEPT, _MEMORY = ("/etc/network", "/etc/iproute2"), ("/run", "/var/tmp")  # noqa: S108 -- a name only
_ASKED = {
    "link": "ip -d -json link",
    "addr": "ip -json addr",
    "route4": "ip -4 -d -json route show table all",
    "route6": "ip -6 -d -json route show table all",
    "rule4": "ip -4 -json rule",
    "rule6": "ip -6 -json rule",
}
_SECONDS = 30


def main() -> None:
    ifreload = preload_ifupdown2()
    for text in json.load(sys.stdin):
        with TemporaryFile("w+") as answer:
            child = os.fork()
            if not child:
                code = 1
                with contextlib.suppress(Exception):
                    _in_its_own_place(text, ifreload, answer.fileno())
                    code = 0
                os._exit(code)
            os.waitpid(child, 0)
            answer.seek(0)
            print(answer.read() or '{"said": "no answer", "code": -1}', flush=True)


def _in_its_own_place(text: str, ifreload: Callable[[], int | None], answer: int) -> None:
    machine.check(machine.libc.unshare(machine.CLONE_NEWNS | machine.CLONE_NEWNET))
    machine.mount(None, "/", None, machine.MS_REC | machine.MS_PRIVATE)
    kept = {path: _files(Path(path)) for path in _KEPT}
    for path in (*_KEPT, *_MEMORY):
        machine.mount("tmpfs", path, "tmpfs")
    for files in kept.values():
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for directory in ("/run/network", "/run/lock", "/etc/iproute2/rt_tables.d"):
        Path(directory).mkdir(parents=True, exist_ok=True)
    machine.mount("sysfs", "/sys", "sysfs")  # of this network namespace
    for key, value in (*machine.ROUTER_SYSCTLS.items(), *MANAGED_SYSCTLS.items()):
        with contextlib.suppress(OSError):
            (Path("/proc/sys") / key).write_text(str(value))
    lines = [f"link add {port} type veth peer name far-{port}" for port in _PORTS]
    lines += ["link set lo up", *(f"link set far-{port} up" for port in _PORTS)]
    machine.run(["ip", "-batch", "-"], "\n".join(lines) + "\n")
    Path("/etc/network/interfaces").write_text(text)
    said, code = _reload(ifreload)
    found = {"said": said, "code": code}
    for name, command in _ASKED.items():
        done = subprocess.run(command.split(), capture_output=True, text=True, check=False)
        found[name] = json.loads(done.stdout or "[]")
    inputs = Path("/proc/sys/net/mpls/conf").glob("*/input")
    found["labels"] = {path.parent.name: path.read_text().strip() for path in inputs}
    os.write(answer, json.dumps(found).encode())


def _files(directory: Path) -> dict[Path, bytes]:
    """Files below a directory, but for the names that ifupdown2 gave the node's own tables."""
    found = (path for path in directory.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in found if path.parent.name != "rt_tables.d"}


def _reload(ifreload: Callable[[], int | None]) -> tuple[str, int]:
    with TemporaryFile("w+") as said:
        child = os.fork()
        if not child:
            code = 1
            try:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                sys.argv = ["/usr/sbin/ifreload", "-a"]
                code = int(ifreload() or 0)
                sys.stdout.flush()
                sys.stderr.flush()
            except SystemExit as end:
                code = int(end.code or 0) if not isinstance(end.code, str) else 1
            except BaseException as error:
                os.write(2, f"{error!r}".encode())
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return said.read(), os.waitstatus_to_exitcode(status)


main()
