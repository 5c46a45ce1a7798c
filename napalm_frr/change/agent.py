"""Calls to the agent, the part of the driver on the router (`PARTS`), and its answers.

A login as root, or one that may do anything by sudo, brings its own agent with it. Any other runs
the one that root installed (`installation`), by sudo and nothing else by it: it is compared
with ours before it is called, its owner and mode as well.
"""

from __future__ import annotations

import functools
import re
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from napalm.base.exceptions import CommandErrorException

from napalm_frr.change.installation import INSTALLED, digest, program
from napalm_frr.errors import (
    AgentMissingError,
    AgentRefusal,
    DeviceStorageError,
    DeviceTextError,
    answer_of,
)
from napalm_frr.ssh.session import Completed, Session

STATE_DIRECTORY = "/var/lib/egovnet"
_MISSING = 97
_NOT_OURS = 96
_RECORD = re.compile(rb"^%%egovnet (.*)$", re.MULTILINE)
_SERVER = re.compile(rb"^%%at \S+ \S+ (\S+)", re.MULTILINE)
_TEXTS = re.compile(rb"%%texts((?: \S+ \d+)+)\n")
#: Prints where our session ends, which sudo and the agent are not told.
_SAY_SERVER = 'echo "%%at ${SSH_CONNECTION:-}"'
#: Prints what is wrong with the installed agent, and ends there; nothing of it was run.
_COMPARE = """\
said=$({{ sha256sum {path}; find {above} {path} -prune \\( ! -user 0 -o -perm /022 \\); }} 2>&1)
test "$said" = '{digest}  {path}' || {{ echo "$said"; exit {code}; }}
"""


class Rights(Enum):
    """How a login becomes root on its router."""

    #: It is root.
    ROOT = "root"
    #: It may do anything by sudo.
    SUDO = "sudo"
    #: It may run the installed agent by sudo, and nothing else.
    LEAST = "least"


@dataclass(frozen=True)
class Answer:
    """What the agent answered: `{"status": "applied", ...}` and texts by name."""

    fields: dict[str, str]
    texts: dict[str, str]
    #: What stands after the texts.
    rest: str = ""

    @property
    def status(self) -> str:
        """The record's `status`."""
        return self.fields.get("status", "")

    def text(self, name: str) -> str:
        """A text, or "" when it was not sent."""
        return self.texts.get(name, "")


class Agent:
    """The agent of one router.

    With the rights of root it is put there when the router has none of its hash.
    """

    def __init__(self, session: Session, rights: Rights = Rights.ROOT) -> None:
        self._session = session
        self._rights = rights
        self._script = program()
        own = f"{STATE_DIRECTORY}/agent-{digest()[:16]}.sh"
        self._path = INSTALLED if rights is Rights.LEAST else own
        #: The session in which the installed agent was found to be ours.
        self._compared: object = None

    def call(
        self,
        verb: str,
        *arguments: str,
        files: Mapping[str, str] | None = None,
        timeout: float | None = None,
        then: str = "",
    ) -> Answer:
        """Run a verb, send it files, read its answer; `timeout` in seconds.

        `then` is a shell command that runs after it in the same round trip; its output is the
        answer's `rest`.

        Raises:
            the session's errors.
            AgentMissingError: the installed agent is not there, not ours, or not root's alone.
            AgentRefusal: it does not take what it was sent, and did nothing.
            DeviceStorageError: the router could not write what it had to, and did nothing.
            CommandErrorException: the answer is not one; AnswerError: it makes no sense.
        """
        stdin = b""
        if files is not None:
            nonce = secrets.token_hex(8)
            arguments = (nonce, *arguments)
            stdin = _bundle(nonce, files)
        command = self._command(shlex.join((verb, *arguments)), then)
        run = functools.partial(
            self._session.run, command, stdin=stdin, timeout=timeout, named=f"egovnet-agent {verb}"
        )
        done = run()
        if done.exit_code == _MISSING:
            self._install()
            done = run()
        with answer_of(self._session.device):
            answer = parse_answer(done.stdout)
        if answer is None or done.exit_code != 0:
            self._refuse_missing(done)
            why = (done.stderr or done.stdout).strip().splitlines()
            raise CommandErrorException(
                f"{self._session.device}: the router's agent failed at {verb!r} with "
                f"{done.exit_code}: {why[-1] if why else 'no answer'}"
            )
        self._compared = self._session.connection
        if answer.status == "storage":
            raise DeviceStorageError(f"{self._session.device}: {answer.text('reason').strip()}")
        if answer.status == "refused":
            with answer_of(self._session.device):
                line = int(answer.fields.get("line", "0"))
            reason, file = answer.text("reason").strip(), answer.fields.get("file", "")
            raise AgentRefusal(self._session.device, reason, file, line)
        return answer

    def _command(self, words: str, then: str) -> str:
        """Shell text of the login's that runs the agent, and then `then`, with its own rights."""
        run = f"sudo -n {self._path}" if self._rights is Rights.LEAST else f"sh {self._path}"
        run = f"{run} {words} || exit $?\n{then}" if then else f"exec {run} {words}"
        if self._rights is not Rights.LEAST:
            run = self._as_root(f"test -r {self._path} || exit {_MISSING}; {run}")
        return f"{self._comparison()}{_SAY_SERVER}; {run}"

    def _comparison(self) -> str:
        if self._rights is not Rights.LEAST or self._compared is self._session.connection:
            return ""
        above = " ".join(str(each) for each in reversed(PurePosixPath(self._path).parents))
        return _COMPARE.format(path=self._path, above=above, digest=digest(), code=_NOT_OURS)

    def _refuse_missing(self, done: Completed) -> None:
        """Raise where the installed agent is not ours, or sudo does not run it."""
        if self._rights is not Rights.LEAST:
            return
        said = done.stdout.strip()
        if done.exit_code == _NOT_OURS:
            what = f"{self._path} is not installed"
            if f"  {self._path}" in said:
                others = [line for line in said.splitlines() if line.startswith("/")]
                what = f"{self._path} is of another version, or was altered"
                if others:
                    what = f"{' and '.join(others)}: can be changed by others than root"
            raise AgentMissingError(f"{self._session.device}: {what}")
        refused = [line for line in done.stderr.splitlines() if line.startswith("sudo:")]
        if refused:
            raise AgentMissingError(
                f"{self._session.device}: sudo does not run {self._path} for this login "
                f"({refused[-1]})"
            )

    def _install(self) -> None:
        place = shlex.quote(STATE_DIRECTORY)
        done = self._session.run(
            self._as_root(
                f"umask 077 && mkdir -p {place} && chmod 700 {place} && cat > {self._path}.$$"
                f" && mv {self._path}.$$ {self._path} || {{ rm -f {self._path}.$$; exit 1; }}"
            ),
            stdin=self._script,
        )
        if done.exit_code != 0:
            raise DeviceStorageError(
                f"{self._session.device}: cannot install the agent in {STATE_DIRECTORY}: "
                f"{done.stderr.strip()}"
            )

    def _as_root(self, command: str) -> str:
        if self._rights is Rights.SUDO:
            return f"sudo -n sh -c {shlex.quote(command)}"
        return command


def parse_answer(output: str) -> Answer | None:
    """Read the agent's output; None when there is no record in it.

    >>> parse_answer("%%egovnet status=idle left=0\\n%%texts owner 3 reason 1\\nme\\n\\n").texts
    {'owner': 'me\\n', 'reason': '\\n'}
    """
    raw = output.encode(errors="surrogateescape")
    record = _RECORD.search(raw)
    if record is None:
        return None
    fields = dict(word.partition("=")[::2] for word in record.group(1).decode().split())
    if server := _SERVER.search(raw, 0, record.start()):
        fields["server"] = server.group(1).decode()
    texts: dict[str, str] = {}
    place = record.end() + 1
    while match := _TEXTS.match(raw, place):
        place = match.end()
        words = match.group(1).decode().split()
        for name, size in zip(words[::2], words[1::2], strict=True):
            texts[name] = raw[place : place + int(size)].decode(errors="replace")
            place += int(size)
    return Answer(fields, texts, raw[place:].decode(errors="replace"))


def _bundle(nonce: str, files: Mapping[str, str]) -> bytes:
    mark = f"%%file-{nonce}"
    parts = []
    for name, text in files.items():
        if "\0" in text:
            raise DeviceTextError("the text holds a NUL character")
        ending = "" if not text or text.endswith("\n") else "\n"
        parts.append(f"{mark} {name}\n{text}{ending}")
    return "".join([*parts, f"%%end-{nonce}\n"]).encode()
