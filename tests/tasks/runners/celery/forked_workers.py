"""`egovnet worker` as often as tests need one: each a process of its own, forked from one that has
read its modules already.

The workers of these tests are some thirty-five, and each would read the same modules for more than
a second of a processor. A forked one has its own output, environment and signals, and ends as the
command does. It ends with the process that forked it, and that one with the tests. How the command
itself starts and ends is tried by `started_as_command`.

`python -m tests.tasks.runners.celery.forked_workers` is the process that forks: a request a line on
its standard input, the process' number a line on its output.
"""

import contextlib
import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, NoReturn

from egovnet.playbooks.cli.main import main as egovnet
from egovnet.tasks.napalm_errors import napalm_errors

_ROOT = Path(__file__).parents[4]
#: The command of these very files, wherever the installed one's are.
_MAIN = "from egovnet.playbooks.cli.main import main; main(prog_name='egovnet')"
#: What a worker imports when it begins, and with its first task: packages with all that is in
#: them, and modules.
_PACKAGES = (
    *("egovnet.inventory.checks", "egovnet.inventory.registers", "egovnet.templates.frr"),
    *("egovnet.tasks.runners", "napalm_frr.change", "napalm_frr.delta", "napalm_frr.getters"),
)
_MODULES = (
    *("egovnet.playbooks.cli.commands.worker", "egovnet.playbooks.verbs.worker"),
    *("egovnet.playbooks.report.console.output", "egovnet.templates.domains"),
    *("egovnet.templates.customer_routers", "napalm_frr.driver", "jinja2", "paramiko"),
    *("celery.apps.worker", "celery.concurrency.thread", "celery.worker.consumer"),
    *("celery.worker.components", "celery.worker.autoscale", "celery.worker.strategy"),
    *("celery.backends.base", "celery.app.amqp", "celery.app.log", "celery.app.control"),
    *("celery.app.events", "celery.loaders.app", "celery.fixups.django", "celery.events.state"),
    *("celery.worker.consumer.delayed_delivery", "billiard.pool", "kombu.transport.redis"),
    *("nornir.plugins.runners", "nornir_napalm.plugins.connections", "importlib.resources.readers"),
)
_PR_SET_PDEATHSIG = 1
#: What a worker's exit code is written to, beside its log.
_ENDED = ".ended"


class ForkedWorker:
    """A worker's process, from the tests' side; what of `subprocess.Popen` they have use for."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self._ended = log.with_suffix(_ENDED)

    def poll(self) -> int | None:
        """Its exit code, a signal's number less than 0; None while it runs."""
        with contextlib.suppress(FileNotFoundError):
            return int(self._ended.read_text())
        return None

    def wait(self, seconds: float) -> int:
        """Its exit code, once it has ended."""
        deadline = time.monotonic() + seconds
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"worker {self.pid}", seconds)
            time.sleep(0.01)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Nothing is sent to one that has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def started_as_command(
    words: Sequence[str | Path], environment: Mapping[str, str], log: Path
) -> "subprocess.Popen[bytes]":
    """As `WorkerForks.start`, a new Python that ends with this process."""
    with log.open("wb") as written:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", sys.executable, "-c", _MAIN, *words],
            env=environment,
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )


class WorkerForks:
    """The process that forks, from the tests' side. One request at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tasks.runners.celery.forked_workers"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self, words: Sequence[str | Path], environment: Mapping[str, str], log: Path
    ) -> ForkedWorker:
        """Start `egovnet` with these words and nothing else in its environment."""
        log.touch()
        request = {
            "words": list(map(str, words)),
            "environment": dict(environment),
            "log": str(log),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the process that forks is gone"
        return ForkedWorker(int(answer), log)

    def close(self) -> None:
        """End it, and all workers that are left."""
        self._process.communicate()


def _end_with(parent: int) -> None:
    """Be killed when the parent ends, as `setpriv --pdeathsig KILL` does (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _live(request: Mapping[str, Any]) -> NoReturn:
    """Be the command; it ends this process."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(request["log"], os.O_WRONLY | os.O_APPEND)
    for number, file in enumerate((nothing, log, log)):
        os.dup2(file, number)
    os.closerange(3, 64)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, closefd=False) for number, mode in enumerate("rww")
    )
    os.environ.clear()
    os.environ.update(request["environment"])
    egovnet(request["words"], prog_name="egovnet")
    raise AssertionError("the command has an end")


def _watch(request: Mapping[str, Any], parent: int, told: int) -> NoReturn:
    """Start the worker, tell its number, wait for its end, and leave its exit code."""
    _end_with(parent)
    own = os.getpid()
    worker = os.fork()
    if worker == 0:
        _end_with(own)
        _live(request)
    os.write(told, f"{worker}".encode())
    os.close(told)
    _, status = os.waitpid(worker, 0)
    ended = Path(request["log"]).with_suffix(_ENDED)
    written = ended.with_suffix(".new")
    written.write_text(f"{os.waitstatus_to_exitcode(status)}")
    written.rename(ended)
    os._exit(0)


def main() -> None:
    """Fork for every request until there are no more."""
    napalm_errors()  # before the driver, which would bring NAPALM's own in
    for package in _PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    for name in _MODULES:
        import_module(name)
    # a child is not to copy a page because its collector looked at it
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that watch
    own = os.getpid()
    while line := sys.stdin.readline():
        request = json.loads(line)
        read, write = os.pipe()
        if os.fork() == 0:
            os.close(read)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch(request, own, write)
        os.close(write)
        print(os.read(read, 32).decode(), flush=True)
        os.close(read)


if __name__ == "__main__":
    main()
