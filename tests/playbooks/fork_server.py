"""`egovnet` as often as a story needs it: each a process of its own, forked from one that has read
its modules already.

A story of the lab runs the command line some forty times, and each time reads the same 1,300
modules for a second of a processor. A forked process has its own streams, environment, signals and
exit code, and ends as the console script does. How the console script itself starts is tried where
it is tested, and by those commands of the stories that are struck while they run.

`python -m tests.playbooks.fork_server` is the process that forks: a request a line on its standard
input, an exit code a line on its output.
"""

import gc
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NoReturn

#: What the verbs of a story import when they are called, by package; and modules beside them.
_PACKAGES = (
    *("playbooks.cli.commands", "playbooks.change", "playbooks.drift", "playbooks.verify"),
    *("playbooks.archive", "playbooks.journal", "playbooks.core", "playbooks.results"),
    *("playbooks.report.console", "playbooks.rollback", "tasks", "lab"),
)
_MODULES = (
    *("egovnet.playbooks.cli.main", "egovnet.playbooks.verbs.verify", "napalm_frr"),
    *("egovnet.playbooks.verbs.history", "egovnet.playbooks.verbs.adopt", "sqlite3"),
    *("sqlalchemy.dialects.sqlite", "nornir.plugins.runners"),
)
_ROOT = Path(__file__).parents[2]
#: After which a command hangs.
_SECONDS = 600


class ForkServer:
    """The process that forks, from this one's side. One request at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.playbooks.fork_server"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def egovnet(
        self, words: Sequence[str], environment: Mapping[str, str], out: Path, err: Path
    ) -> int:
        """Run it, its output into files; its exit code, or a signal's number less than 0."""
        request = {
            "words": list(words),
            "environment": dict(environment),
            "streams": [os.devnull, str(out), str(err)],
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        ended, _, _ = select.select([self._process.stdout], [], [], _SECONDS)
        assert ended, f"egovnet {' '.join(words)} is still at it after {_SECONDS} s"
        answer = self._process.stdout.readline()
        assert answer, "the process that forks is gone"
        return int(answer)

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def _load() -> None:
    for package in _PACKAGES:
        folder = import_module(f"egovnet.{package}").__path__
        for module in iter_modules(folder, f"egovnet.{package}."):
            import_module(module.name)
    # before the driver, which would bring NAPALM's own in
    import_module("egovnet.tasks.napalm_errors").napalm_errors()
    for name in _MODULES:
        import_module(name)
    # a child is not to copy a page because its collector looked at it
    gc.collect()
    gc.freeze()


def _live(request: Mapping[str, Any]) -> NoReturn:
    """Be the console script; it ends this process."""
    for number, path in enumerate(request["streams"]):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        target = os.open(path, flags, 0o600)
        os.dup2(target, number)
        os.close(target)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, closefd=False) for number, mode in enumerate("rww")
    )
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["egovnet", *request["words"]]
    sys.modules["__main__"].__package__ = None  # as of a script: click prints the name it was given
    import_module("egovnet.playbooks.cli.main").main()
    raise AssertionError("the console script has an end")


def main() -> None:
    """Fork for every request until there are no more."""
    _load()
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            _live(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
