"""The programs that an emulated router has, besides those of its shell and the driver's agent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from egovnet.lab.emulated.control_plane.control_plane import ControlPlane
from egovnet.lab.emulated.linux import ip_commands
from egovnet.lab.emulated.router.router import Router
from egovnet.lab.emulated.ssh.show_commands import show, silent_daemon


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0


Program: TypeAlias = Callable[[Router, ControlPlane, list[str]], Awaitable[Done]]
"""Called with the words after its name."""


async def _sleep(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    await asyncio.sleep(float(words[0]))
    return Done()


async def _echo(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    return Done(" ".join(words) + "\n")


async def _true(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    return Done()


async def _false(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    return Done(code=1)


async def _exit(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    return Done(code=int(words[0]) if words else 0)


async def _hostname(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    return Done(f"{router.hostname}\n")


async def _cat(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    out, errors = [], []
    for name in words:
        text = _file(router, name)
        if text is None:
            errors.append(f"cat: {name}: No such file or directory\n")
        else:
            out.append(text)
    return Done("".join(out), "".join(errors), 1 if errors else 0)


def _file(router: Router, name: str) -> str | None:
    up = time.monotonic() - router.booted_at
    files = {
        "/etc/hostname": f"{router.files.hostname}\n",
        "/etc/network/interfaces": router.files.interfaces,
        "/etc/frr/frr.conf": router.files.frr,
        "/proc/uptime": f"{up:.2f} {up:.2f}\n",
        "/proc/sys/kernel/random/boot_id": f"{router.boot_id}\n",
        "/proc/stat": f"cpu  {up * 100:.0f} 0 0 {up * 300:.0f} 0 0 0 0 0 0\n"
        f"cpu0 {up * 100:.0f} 0 0 {up * 300:.0f} 0 0 0 0 0 0\n",
        "/proc/meminfo": "MemTotal:        1000000 kB\nMemFree:          500000 kB\n"
        "MemAvailable:     600000 kB\n",
        "/sys/class/dmi/id/product_name": "emulated router\n",
    }
    return files.get(name)


async def _vtysh(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    commands = [words[n + 1] for n, word in enumerate(words[:-1]) if word == "-c"]
    echo = "-E" in words
    out: list[str] = []
    for command in commands:
        if echo:
            out.append(f"{router.hostname}# {command}\n")
        dead = silent_daemon(router, command)
        if dead:  # vtysh ends at the first question that fails
            return Done("".join(out), f"{dead} is not running\n", 1)
        output, code = show(plane, router, command)
        out.append(output)
        if code:
            return Done("".join(out), "", code)
    return Done("".join(out))


async def _ip(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    before = router.linux.version
    done = Done(*ip_commands.run(router.linux, words))
    if router.linux.version != before:
        router.note()
    return done


async def _ifreload(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    """`ifreload -a`, by hand."""
    out, well = router.ifreload(router.files.interfaces)
    return Done(out, "", 0 if well else 1)


async def _getent(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    if words == ["passwd"]:
        return Done("root:x:0:0:root:/root:/bin/bash\n")
    return Done("sudo:x:27:\n") if words == ["group", "sudo"] else Done(code=2)


async def _env(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    """Another program, in an environment that makes no difference here."""
    rest = [word for word in words if "=" not in word.partition(" ")[0]]
    program = PROGRAMS.get(rest[0])
    if program is None:
        return Done("", f"env: '{rest[0]}': No such file or directory\n", 127)
    return await program(router, plane, rest[1:])


async def _bridge(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    """There is none."""
    return Done("[]\n")


async def _nft(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    if [word for word in words if word != "-s"] == ["list", "ruleset"]:
        return Done(router.filter)
    return Done("", "an emulated router lists its ruleset, and nothing else\n", 1)


async def _no_packets(router: Router, plane: ControlPlane, words: list[str]) -> Done:
    return Done("", "an emulated router sends no packets\n", 2)


PROGRAMS: dict[str, Program] = {
    "sleep": _sleep,
    "echo": _echo,
    "true": _true,
    "false": _false,
    "exit": _exit,
    "hostname": _hostname,
    "cat": _cat,
    "vtysh": _vtysh,
    "ip": _ip,
    "ifreload": _ifreload,
    "getent": _getent,
    "env": _env,
    "bridge": _bridge,
    "nft": _nft,
    "ping": _no_packets,
    "traceroute": _no_packets,
}
