"""Calls to the agent, the part of the driver on the router (`PARTS`), and its answers."""

from __future__ import annotations

import functools
import hashlib
import re
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from napalm.base.exceptions import CommandErrorException

from napalm_frr.errors import DeviceStorageError, DeviceTextError
from napalm_frr.ssh.session import Session

STATE_DIRECTORY = "/var/lib/egovnet"
#: The agent's files; on the router they are one.
PARTS = (
    "router_agent.sh",
    "router_agent_storage.sh",
    "router_agent_change.sh",
    "router_agent_verbs.sh",
)
_MISSING = 97
_RECORD = re.compile(rb"^%%egovnet (.*)$", re.MULTILINE)
_TEXTS = re.compile(rb"%%texts((?: \S+ \d+)+)\n")


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


@functools.cache
def _program() -> tuple[bytes, str]:
    """The agent's text and what tells it from another version's; read once."""
    here = resources.files("napalm_frr.change")
    script = b"".join(here.joinpath(part).read_bytes() for part in PARTS)
    return script, hashlib.sha256(script).hexdigest()[:16]


class Agent:
    """The agent of one router. It is put there when the router has none of its hash."""

    def __init__(
        self, session: Session, *, sudo: bool = False, state: str = STATE_DIRECTORY
    ) -> None:
        self._session = session
        self._script, digest = _program()
        self._path = f"{state}/agent-{digest}.sh"
        self._state = state
        self._sudo = sudo

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
            DeviceStorageError: the router could not write what it had to, and did nothing.
            CommandErrorException: the answer is not one.
        """
        stdin = b""
        if files is not None:
            nonce = secrets.token_hex(8)
            arguments = (nonce, *arguments)
            stdin = _bundle(nonce, files)
        words = " ".join(shlex.quote(word) for word in (verb, *arguments))
        run = "exec sh" if not then else "sh"
        after = f" || exit $?\n{then}" if then else ""
        command = self._as_root(
            f"test -r {self._path} || exit {_MISSING}; EGOVNET_STATE={self._state} {run} "
            f"{self._path} {words}{after}"
        )
        done = self._session.run(command, stdin=stdin, timeout=timeout)
        if done.exit_code == _MISSING:
            self._install()
            done = self._session.run(command, stdin=stdin, timeout=timeout)
        answer = parse_answer(done.stdout)
        if answer is None or done.exit_code != 0:
            why = (done.stderr or done.stdout).strip().splitlines()
            raise CommandErrorException(
                f"{self._session.device}: the router's agent failed at {verb!r} with "
                f"{done.exit_code}: {why[-1] if why else 'no answer'}"
            )
        if answer.status == "storage":
            raise DeviceStorageError(f"{self._session.device}: {answer.text('reason').strip()}")
        return answer

    def _install(self) -> None:
        place = shlex.quote(self._state)
        done = self._session.run(
            self._as_root(
                f"umask 077 && mkdir -p {place} && chmod 700 {place} && cat > {self._path}.$$"
                f" && mv {self._path}.$$ {self._path} || {{ rm -f {self._path}.$$; exit 1; }}"
            ),
            stdin=self._script,
        )
        if done.exit_code != 0:
            raise DeviceStorageError(
                f"{self._session.device}: cannot install the agent in {self._state}: "
                f"{done.stderr.strip()}"
            )

    def _as_root(self, command: str) -> str:
        if not self._sudo:
            return command
        return f'sudo -n env SSH_CONNECTION="$SSH_CONNECTION" sh -c {shlex.quote(command)}'


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
