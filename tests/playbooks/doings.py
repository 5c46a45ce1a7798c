"""What this process does meanwhile, as Python's audit events (PEP 578) say: nothing is missed
between two looks."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_MOST = 4_000_000


@dataclass
class Doings:
    """Processes that were begun, and files that were written or are not what they were."""

    #: Command lines with environments.
    began: set[bytes] = field(default_factory=set)
    #: Files that were opened for writing.
    written: set[Path] = field(default_factory=set)
    #: Files that something was put in the place of.
    renamed: set[Path] = field(default_factory=set)
    #: File -> what it said when it was removed or replaced.
    removed: dict[Path, set[bytes]] = field(default_factory=dict)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """One event of any thread."""
        if event in ("subprocess.Popen", "os.exec", "os.posix_spawn"):
            self.began.add(repr(arguments).encode())
        elif event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            if not isinstance(arguments[0], int):
                self.written.add(_path(arguments[0], -1))
        elif event == "os.remove":
            self._keep(_path(*arguments))
        elif event == "os.rename":
            _, target, _, directory = arguments
            self.renamed.add(_path(target, directory))
            self._keep(_path(target, directory))

    def _keep(self, path: Path) -> None:
        with suppress(OSError):
            if path.is_file() and path.stat().st_size < _MOST:
                self.removed.setdefault(path, set()).add(path.read_bytes())


def _path(name: Any, directory: int) -> Path:  # noqa: ANN401 -- as the caller wrote it
    path = Path(os.fsdecode(name))
    if directory >= 0:
        path = Path(f"/proc/self/fd/{directory}").readlink() / path
    return Path.cwd() / path


#: Whoever listens: a hook stays until the process ends.
_listening: list[Doings] = []
_busy = threading.local()
_hooks: list[object] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _listening or getattr(_busy, "now", False):
        return
    _busy.now = True
    try:
        for each in _listening:
            each.hear(event, arguments)
    finally:
        _busy.now = False


@contextmanager
def told(doings: Doings) -> Iterator[None]:
    """Put into `doings` what happens until the end."""
    if not _hooks:
        sys.addaudithook(_hook)
        _hooks.append(_hook)
    _listening.append(doings)
    try:
        yield
    finally:
        _listening.remove(doings)
