"""The shell of an emulated router: what the driver and its getters ask, and no other program."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shlex

from egovnet.lab.emulated.agent.agent import Agent
from egovnet.lab.emulated.agent.protocol import UsageError
from egovnet.lab.emulated.control_plane import kernel
from egovnet.lab.emulated.control_plane.answers import route_digest
from egovnet.lab.emulated.control_plane.control_plane import ControlPlane
from egovnet.lab.emulated.faults import VERBS, DropSession, Hang, Slow
from egovnet.lab.emulated.router.router import Router
from egovnet.lab.emulated.ssh.programs import PROGRAMS, Done

#: How the kernel's routes of some tables are asked for: one digest of "TABLE PREFIX" lines.
_ROUTES_DIGEST = re.compile(
    r"ip -N -(?P<version>[46]) route show table all type unicast \| awk -v t='(?P<tables>[ \d]*)'"
    r".* \| LC_ALL=C sort -u \| awk .* \| sha256sum"
)
#: How the kernel and bgpd are asked for what they hold; awk leaves out what is alike.
_KERNEL = re.compile(
    r"(?P<rules>ip -N -(?P<of>[46]) rule 2>&1)"
    r"|\{ ip -o -N -(?P<routes>[46]) route show table 254; .* 2>&1 \| awk '.*'"
    r"|(?P<labels>ip -o -N -f mpls route 2>&1 \| awk '.*')"
    r"|vtysh -c 'show bgp (?P<vpn>ipv[46]) vpn' 2>&1 \| awk '.*'",
    re.DOTALL,
)
#: How an answer is asked for that is sent only where its digest is not one that was seen.
_UNLESS_SEEN = re.compile(
    r"said=\$\(\n(?P<script>.*)\n\)\n"
    r"seen=\$\(printf '%s\\n' \"\$said\" \| awk '/(?P<unread>.*)/ && !/(?P<read>.*)/ \{ next \} 1' "
    r"\| sha256sum\)\necho \"%%state \$seen\"\n"
    r"test \"\$seen\" = \"(?P<seen>[0-9a-f]*)  -\" \|\| printf '%s\\n' \"\$said\"\n",
    re.DOTALL,
)
#: How the agent is called: one that root installed, by sudo, or one that the login brought.
_CALL = re.compile(
    r"(test -r (?P<path>\S+) \|\| exit 97; (exec )?sh \S+|(exec )?sudo -n /\S+) "
    r"(?P<words>.+?)( \|\| exit \$\?\n(?P<then>.+))?$",
    re.DOTALL,
)
#: What goes before: the installed agent's content is compared, and the server's address printed.
#: Here it is the one that is wanted, as after day-0.
_BEFORE = re.compile(r"(said=\$\(.*?; exit 96; \}\n)?echo \"%%at [^\n;]*; ", re.DOTALL)
_INSTALL = re.compile(r"umask 077 && mkdir -p .* && cat > (?P<path>\S+)\.\$\$ && mv ")
_SUDO = re.compile(r"sudo -n (?!/)")
MISSING = 97
NOT_FOUND = 127
FOREVER = 10**9


class SessionDropped(Exception):  # noqa: N818 -- it is a fault on purpose, no error
    """The connection is to break now, without an answer."""


def wants_input(command: str) -> bool:
    """Whether a command reads its input to the end before it does anything."""
    return bool(_INSTALL.search(command)) or "%%" in command or bool(_CALL.search(command))


class Shell:
    """Runs command lines on one router."""

    def __init__(self, router: Router, agent: Agent, plane: ControlPlane) -> None:
        self._router = router
        self._agent = agent
        self._plane = plane

    async def run(self, command: str, stdin: str = "") -> Done:
        """Run a line; raises SessionDropped when a fault demands it."""
        for before in (_BEFORE, _SUDO):
            if found := before.match(command):
                command = command[found.end() :]
        if command.startswith("sh -c "):
            command = shlex.split(command)[2]
        call = _CALL.match(command)
        if call:
            if call["path"] is not None and call["path"] not in self._agent.disk.agents:
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
            if held := _KERNEL.fullmatch(command):
                done = self._kernel(held)
            else:
                done = await self._command(command[: quiet.start()] if quiet else command)
            out.append(done.stdout)
            if not quiet:
                errors.append(done.stderr)
            code = done.code
            if command.split()[:1] == ["exit"]:
                break
        return Done("".join(out), "".join(errors), code)

    def _kernel(self, asked: re.Match[str]) -> Done:
        if asked["rules"]:
            return Done(kernel.rules(self._router, asked["of"]))
        if asked["routes"]:
            return Done(kernel.routes(self._plane, self._router, asked["routes"]))
        if asked["labels"]:
            return Done(kernel.labels(self._plane, self._router))
        if "bgpd" in self._router.stopped:
            return Done("bgpd is not running\n")
        return Done(kernel.vpn(self._plane, self._router, asked["vpn"]))

    async def _command(self, command: str) -> Done:
        if command.startswith("{") and command.endswith("}"):
            return await self._line(command[1:-1].strip().removesuffix(";"))
        if digest := _ROUTES_DIGEST.fullmatch(command):
            return Done(
                route_digest(self._plane, self._router, digest["version"], digest["tables"])
            )
        name = command.split(None, 1)[0]
        if name in ("for", "while", "if", "(") or _has_pipe(command):
            return Done("", "sh: an emulated router has no such shell\n", NOT_FOUND)
        words = shlex.split(command)
        if words[:2] == ["sh", "-c"] and len(words) == 3:
            return await self._line(words[2])
        program = PROGRAMS.get(words[0])
        if program is None:
            return Done("", f"sh: 1: {words[0]}: not found\n", NOT_FOUND)
        return await program(self._router, self._plane, words[1:])


def _unless_seen(asked: re.Match[str], done: Done) -> Done:
    text = done.stdout.rstrip("\n") + "\n"
    unread, read = re.compile(asked["unread"]), re.compile(asked["read"])
    lines = (s for s in text.splitlines(keepends=True) if not unread.search(s) or read.search(s))
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return Done(f"%%state {digest}  -\n{'' if digest == asked['seen'] else text}", done.stderr)


def split_commands(line: str) -> list[tuple[str, str]]:
    """The commands of a line with what is before each: `;`, `&&` or `||`."""
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
