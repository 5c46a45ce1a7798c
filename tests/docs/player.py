"""A reader who does what a page says, in a directory and a shell of his own."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.blocks import Command, Edit, Event, Step, missing
from tests.playbooks.console import Ran, egovnet

#: What makes a line one for a shell rather than for egovnet alone.
_SHELL = re.compile(r"[|<>;&$`]")


@dataclass
class Player:
    """Plays steps in `directory`, which is the process's working directory.

    `addresses`, such as "127.20.31.", is where the network is: pages say 127.20.20. as `init` does.
    `around` may do a command in its own way: it returns None where it does not.
    """

    directory: Path
    addresses: str
    around: Callable[["Player", Command], Ran | None] = lambda *_: None
    #: What happens in the network: by its first word.
    events: dict[str, Callable[..., None]] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    #: Whether what is printed is held against the page.
    compare: bool = True
    played: list[str] = field(default_factory=list)
    #: How many networks `init` has made.
    networks: int = 0

    @property
    def state(self) -> Path:
        return self.directory / "state"

    def play(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Command():
                    self._command(step)
                case Edit():
                    self._edit(step)
                case Event(words=(name, *words)):
                    self.events[name](self, *words)

    def _command(self, command: Command) -> None:
        self.played.append(command.text)
        ran = self.around(self, command) or self.run(command.text)
        told = f"{command.place}: {command.text}\n{ran.stdout}{ran.stderr}"
        assert ran.code == command.exit, f"exit {ran.code}: {told}"
        if self.compare and command.expected:
            printed = ran.stdout or ran.stderr
            lacking = missing(command.expected, printed.replace(self.addresses, "127.20.20."))
            assert lacking is None, f"not printed: {lacking!r}: {told}"

    def run(self, text: str) -> Ran:
        """Do one line, egovnet's own within this process."""
        text = text.replace("127.20.20.", self.addresses)
        text = text.replace("~/.local/state/egovnet", str(self.state))
        if text.startswith("export "):
            name, _, value = text.removeprefix("export ").partition("=")
            self.env[name] = value
            return Ran("", "", 0)
        if text.startswith("egovnet ") and not _SHELL.search(text):
            ran = egovnet(*shlex.split(text)[1:], state=self.state, env=self.env)
        else:
            ran = self.shell(text)
        if text.startswith("egovnet init "):
            self._move(self.directory / text.split()[-1])
        return ran

    def shell(self, text: str, seconds: float = 120) -> Ran:
        home = str(self.state / "home")
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        own = {"PATH": path, "HOME": home, "EGOVNET_STATE": str(self.state)}
        done = subprocess.run(
            ["bash", "-c", text],
            cwd=self.directory,
            env={**own, **self.env},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Ran(done.stdout, done.stderr, done.returncode)

    def _move(self, inventory: Path) -> None:
        """So that no other network of this machine is met."""
        hosts, first = inventory / "hosts.yaml", self.addresses
        # a second network of the same reader has the next addresses: "127.64.0." and "127.64.1."
        near, _, _ = first.removesuffix(".").rpartition(".")
        addresses = first if self.networks == 0 else f"{near}.{self.networks}."
        self.networks += 1
        hosts.write_text(hosts.read_text().replace("127.20.20.", addresses))

    def _edit(self, edit: Edit) -> None:
        path = self.directory / edit.file
        text = path.read_text(encoding="utf-8")
        before = edit.before.replace("127.20.20.", self.addresses)
        place = f"{edit.page.name}:{edit.line}: {edit.file}"
        assert text.count(before) == 1, f"{place}: these lines do not stand in it once:\n{before}"
        after = edit.after.replace("127.20.20.", self.addresses)
        path.write_text(text.replace(before, after), encoding="utf-8")
