"""The shell of an emulated router: what the driver and its getters ask, and no other program."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shlex
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from egovnet.lab.emulated import ip_commands
from egovnet.lab.emulated.agent import Agent, UsageError
from egovnet.lab.emulated.control_answers import route_digest
from egovnet.lab.emulated.faults import VERBS, DropSession, Hang, Slow
from egovnet.lab.emulated.router import Router
from egovnet.lab.emulated.vtysh_commands import show, silent_daemon

#: How the kernel's routes of some tables are asked for: one digest of "TABLE PREFIX" lines.
_ROUTES_DIGEST = re.compile(
    r"ip -N -(?P<version>[46]) route show table all type unicast \| awk -v t='(?P<tables>[ \d]*)'"
    r".* \| LC_ALL=C sort -u \| awk .* \| sha256sum"
)
#: How an answer is asked for that is sent only where its digest is not one that was seen.
_UNLESS_SEEN = re.compile(
    r"said=\$\(\n(?P<script>.*)\n\)\n"
    r"seen=\$\(printf '%s\\n' \"\$said\" \| awk '/(?P<unread>.*)/ && !/(?P<read>.*)/ \{ next \} 1' "
    r"\| sha256sum\)\necho \"%%state \$seen\"\n"
    r"test \"\$seen\" = \"(?P<seen>[0-9a-f]*)  -\" \|\| printf '%s\\n' \"\$said\"\n",
    re.DOTALL,
)
_CALL = re.compile(
    r"test -r (?P<path>\S+) \|\| exit 97; EGOVNET_STATE=(?P<state>\S+) (exec )?sh \S+ "
    r"(?P<words>.+?)( \|\| exit \$\?\n(?P<then>.+))?$",
    re.DOTALL,
)
_INSTALL = re.compile(r"umask 077 && mkdir -p .* && cat > (?P<path>\S+)\.\$\$ && mv ")
_SUDO = re.compile(r'sudo -n (env SSH_CONNECTION="\$SSH_CONNECTION" )?')
MISSING = 97
NOT_FOUND = 127
FOREVER = 10**9


class SessionDropped(Exception):  # noqa: N818 -- it says what happens
    """The connection is to break now, without an answer."""


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0


def wants_input(command: str) -> bool:
    """Whether a command reads its input to the end before it does anything."""
    return bool(_INSTALL.search(command)) or "%%" in command or bool(_CALL.search(command))


class Shell:
    """Runs command lines on one router."""

    def __init__(self, router: Router, agent: Agent) -> None:
        self._router = router
        self._agent = agent

    async def run(self, command: str, stdin: str = "") -> Done:
        """Run a line; raises SessionDropped when a fault says so."""
        sudo = _SUDO.match(command)
        if sudo:
            command = command[sudo.end() :]
        call = _CALL.match(command)
        if call:
            if call["path"] not in self._agent.disk.agents:
                return Done(code=MISSING)
            done = await self._agent_call(shlex.split(call["words"]), stdin)
            if done.code or not call["then"]:
                return done
            more = await self._line(call["then"])
            return Done(done.stdout + more.stdout, done.stderr + more.stderr, more.code)
        install = _INSTALL.match(command)
        if install:
            self._agent.disk.agents.add(install["path"])
            return Done()
        return await self._line(command)

    async def _agent_call(self, words: list[str], stdin: str) -> Done:
        verb, arguments = words[0], words[1:]
        script = self._router.script
        self._agent.counts[verb] += 1
        if verb in VERBS and script.faults:
            if script.firing(DropSession, verb=verb, when="before"):
                raise SessionDropped
            for hang in script.firing(Hang, at=verb):
                await asyncio.sleep(hang.seconds or FOREVER)
            for slow in (*script.firing(Slow, verb=verb), *script.firing(Slow, verb="any")):
                await asyncio.sleep(slow.seconds)
        try:
            output = await self._agent.call(verb, arguments, stdin)
        except UsageError:
            return Done("%%egovnet status=usage\n", "", 2)
        if script.faults and script.firing(DropSession, verb=verb, when="after"):
            raise SessionDropped
        return Done(output)

    async def _line(self, line: str) -> Done:
        if asked := _UNLESS_SEEN.fullmatch(line):
            return _unless_seen(asked, await self._line(asked["script"]))
        out: list[str] = []
        errors: list[str] = []
        code = 0
        for joint, command in split_commands(line):
            if (joint == "&&" and code) or (joint == "||" and not code):
                continue
            quiet = re.search(r"\s*2>\s*/dev/null$", command)
            done = await self._command(command[: quiet.start()] if quiet else command)
            out.append(done.stdout)
            if not quiet:
                errors.append(done.stderr)
            code = done.code
            if command.split()[:1] == ["exit"]:
                break
        return Done("".join(out), "".join(errors), code)

    async def _command(self, command: str) -> Done:
        if command.startswith("{") and command.endswith("}"):
            return await self._line(command[1:-1].strip().removesuffix(";"))
        if digest := _ROUTES_DIGEST.fullmatch(command):
            return Done(route_digest(self._router, digest["version"], digest["tables"]))
        name = command.split(None, 1)[0]
        if name in ("for", "while", "if", "(") or _has_pipe(command):
            return Done("", "sh: an emulated router has no such shell\n", NOT_FOUND)
        words = shlex.split(command)
        if words[:2] == ["sh", "-c"] and len(words) == 3:
            return await self._line(words[2])
        program = _PROGRAMS.get(words[0])
        if program is None:
            return Done("", f"sh: 1: {words[0]}: not found\n", NOT_FOUND)
        return await program(self._router, words[1:])


def _unless_seen(asked: re.Match[str], done: Done) -> Done:
    said = done.stdout.rstrip("\n") + "\n"
    unread, read = re.compile(asked["unread"]), re.compile(asked["read"])
    lines = (s for s in said.splitlines(keepends=True) if not unread.search(s) or read.search(s))
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return Done(f"%%state {digest}  -\n{'' if digest == asked['seen'] else said}", done.stderr)


def split_commands(line: str) -> list[tuple[str, str]]:
    """The commands of a line with what stands before each: ``;``, ``&&`` or ``||``."""
    found: list[tuple[str, str]] = []
    joint, begin, depth, quote, place = ";", 0, 0, "", 0
    while place < len(line):
        sign = line[place]
        if quote:
            if sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        elif sign == "{" and line[place : place + 2] in ("{ ", "{\n"):
            depth += 1
        elif sign == "}" and depth:
            depth -= 1
        elif not depth and (sign in ";\n" or line[place : place + 2] in ("&&", "||")):
            size = 1 if sign in ";\n" else 2
            if not _is_open(line[begin:place]):
                found.append((joint, line[begin:place].strip()))
                joint, begin = (";" if sign == "\n" else line[place : place + size]), place + size
            place += size - 1
        place += 1
    found.append((joint, line[begin:].strip()))
    return [(joint, command) for joint, command in found if command]


def _is_open(command: str) -> bool:
    """Whether a loop or condition has not come to its end."""
    words = command.split()
    if not words or words[0] not in ("for", "while", "if"):
        return False
    return words[-1] not in ("done", "fi") and not re.search(r"\b(done|fi)\b[^'\"]*$", command)


def _has_pipe(command: str) -> bool:
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
    return "|" in bare or "`" in bare or "$(" in bare


async def _sleep(router: Router, words: list[str]) -> Done:
    await asyncio.sleep(float(words[0]))
    return Done()


async def _echo(router: Router, words: list[str]) -> Done:
    return Done(" ".join(words) + "\n")


async def _true(router: Router, words: list[str]) -> Done:
    return Done()


async def _false(router: Router, words: list[str]) -> Done:
    return Done(code=1)


async def _exit(router: Router, words: list[str]) -> Done:
    return Done(code=int(words[0]) if words else 0)


async def _hostname(router: Router, words: list[str]) -> Done:
    return Done(f"{router.hostname}\n")


async def _cat(router: Router, words: list[str]) -> Done:
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


async def _vtysh(router: Router, words: list[str]) -> Done:
    commands = [words[n + 1] for n, word in enumerate(words[:-1]) if word == "-c"]
    echo = "-E" in words
    out: list[str] = []
    for command in commands:
        if echo:
            out.append(f"{router.hostname}# {command}\n")
        dead = silent_daemon(router, command)
        if dead:  # vtysh ends at the first question that fails
            return Done("".join(out), f"{dead} is not running\n", 1)
        output, code = show(router, command)
        out.append(output)
        if code:
            return Done("".join(out), "", code)
    return Done("".join(out))


async def _ip(router: Router, words: list[str]) -> Done:
    return Done(*ip_commands.run(router, words))


async def _getent(router: Router, words: list[str]) -> Done:
    if words == ["passwd"]:
        return Done("root:x:0:0:root:/root:/bin/bash\n")
    return Done("sudo:x:27:\n") if words == ["group", "sudo"] else Done(code=2)


async def _no_packets(router: Router, words: list[str]) -> Done:
    return Done("", "an emulated router sends no packets\n", 2)


_PROGRAMS: dict[str, Callable[[Router, list[str]], Awaitable[Done]]] = {
    "sleep": _sleep,
    "echo": _echo,
    "true": _true,
    "false": _false,
    "exit": _exit,
    "hostname": _hostname,
    "cat": _cat,
    "vtysh": _vtysh,
    "ip": _ip,
    "getent": _getent,
    "ping": _no_packets,
    "traceroute": _no_packets,
}
