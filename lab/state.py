"""What a lab left on disk: who runs it, from what, and how to log in.

``state.json`` is written before the virtual machine starts and names its process; a process is
believed to be ours only while /proc shows the command line that was started. So a crashed `up`
is seen for what it is, and no process is ever ended because of its name.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from egovnet.lab.errors import LabBusyError, LabError

STATE_FILE = "state.json"
LOCK_FILE = "lock"
TERMINATE_SECONDS = 3.0


class NodeState(BaseModel):
    """How far one node has come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: str
    management: str | None = None
    forward: tuple[str, int] | None = None
    """Where its SSH server answers on this machine."""
    asked: tuple[str, int] | None = None
    """Where the topology wanted it to answer, when another lab was there already."""
    daemons: bool = False
    """Whether the node runs FRR, and so reports for itself when it is ready."""
    machine: int = 0
    """Which of the lab's machines it lives in, from 0."""
    ready: bool = False
    seconds: float | None = None
    """From the start of the machine until the node was ready."""


class LabState(BaseModel):
    """A lab as ``status`` reports it and as ``state.json`` keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: str
    topology: str = ""
    digest: str = ""
    agent: str = ""
    """SHA-256 of the driver's agent that its routers booted with; "" where it is not known."""
    running: bool = False
    ready: bool = False
    """Every node is ready: routers answer SSH and have loaded their text."""
    pid: int | None = None
    helpers: tuple[int, ...] = ()
    """Processes without which the lab is not reached; they carry the same mark."""
    control: tuple[str, int] | None = None
    """Where the SSH server of the machine that all nodes live in answers, or of the first one."""
    more_controls: tuple[tuple[str, int], ...] = ()
    """Those of the second machine and further ones."""
    marker: str = ""
    """An argument of the process's command line that no other process has."""
    nodes: tuple[NodeState, ...] = ()
    seconds: dict[str, float] = {}
    """Measured from the start of the machine: ``kernel``, ``links``, ``ssh``, ``ready``."""
    notes: tuple[str, ...] = ()
    """What this lab does not have of its topology, one sentence each."""


def read_state(directory: Path) -> LabState | None:
    """The state kept in ``directory``, or None when there is none, or what it says is none.

    Raises:
        LabError: nobody can tell: the file, or what is above it, cannot be read.
    """
    path = directory / STATE_FILE
    try:
        return LabState.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    except OSError as error:
        raise LabError(f"cannot be read: {error.strerror}", where=str(path)) from error


def write_state(directory: Path, state: LabState) -> None:
    """Replace the state in one step, so that a reader never sees half of it."""
    write_private(directory / STATE_FILE, state.model_dump_json(indent=1) + "\n")


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner may read (mode 0600), in one step."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    data = content.encode() if isinstance(content, str) else content
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    scratch.replace(path)


def is_ours(pid: int | None, marker: str) -> bool:
    """Whether process ``pid`` runs and was started with ``marker`` on its command line."""
    if pid is None or not marker:
        return False
    for _ in range(5):
        try:
            command_line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        if command_line:
            break
        time.sleep(0.02)  # a process in the middle of exec has none for a moment; a zombie never
    return marker.encode() in command_line


def find_marked(marker: str) -> list[int]:
    """Processes with exactly ``marker`` as an argument: what an `up` killed in mid-start left."""
    found: list[int] = []
    for _ in range(5):
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    arguments = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue  # it ended while we looked
                if marker and marker.encode() in arguments:
                    found.append(int(entry.name))
        if found:
            break
        time.sleep(0.05)  # a process in the middle of exec shows no arguments for a moment
    return found


def end_process(pid: int, marker: str) -> None:
    """End our process politely, then surely; returns when it is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + TERMINATE_SECONDS
        if not is_ours(pid, marker):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        while is_ours(pid, marker) and time.monotonic() < deadline:
            _reap(pid)
            time.sleep(0.02)


def _reap(pid: int) -> None:
    """Bury the process when it is our own child, which it is if this process brought it up."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the lab of ``directory`` for one verb; raises LabBusyError when another has it.

    The kernel drops the lock with the process, so a crash leaves no lock behind.
    """
    # the network's state beside it is private too, whoever makes it first
    directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / LOCK_FILE).open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise LabBusyError(
                f"process {handle.read().strip() or 'unknown'} is working on this lab",
                where=str(directory),
                next_step="wait for it, or end it",
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


@contextmanager
def in_turn(directory: Path) -> Iterator[None]:
    """Wait until nobody else, in this process or another, does it in the lab of ``directory``.

    The lock is the directory's own: no file of it is left.
    """
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
