"""An emulated network whose devices are worked on by worker processes, through a real Redis."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.finish_devices import commit_id
from egovnet.playbooks.core.runner_names import CELERY
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.runners.wire.key_pair import KeyPair, read_key_pair, write_new_key
from tests.tasks.runners.celery.forked_workers import ForkedWorker, WorkerForks, started_as_command
from tests.tasks.runners.celery.redis_server import RedisServer

#: Seconds within which what a dead worker left is taken up: its lease (6), a look (1), a fetch; on
#: a busy machine more, and yet before Celery itself would send it to another (60).
TAKEN_UP_WITHIN = 40.0


@dataclass
class Worker:
    """A running `egovnet worker`."""

    process: "ForkedWorker | subprocess.Popen[bytes]"
    log: Path

    def said(self) -> str:
        return self.log.read_text()

    def kill(self) -> float:
        """`kill -9`; returns the moment."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        return time.monotonic()


class Keys:
    """Key pairs of a network's parties, and the file that all of them trust."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self.directory = directory
        self.public = directory / "public-keys.yaml"
        self._controllers: dict[str, str] = {}
        self._workers: dict[str, dict[str, Any]] = {}
        self.add("centre")

    def add(self, name: str, *regions: str) -> KeyPair:
        """A controller, or a worker of these regions; one that is there stays as it is."""
        path = self.directory / name
        if not path.exists():
            public = str(write_new_key(path))
            if regions:
                self._workers[name] = {"key": public, "regions": list(regions)}
            else:
                self._controllers[name] = public
            self._write()
        return read_key_pair(path)

    def remove(self, name: str) -> None:
        """Nobody trusts it any more."""
        (self.directory / name).unlink()
        self._controllers.pop(name, None)
        self._workers.pop(name, None)
        self._write()

    def of(self, name: str) -> dict[str, str]:
        """The environment of a party."""
        return {
            "EGOVNET_PRIVATE_KEY": str(self.directory / name),
            "EGOVNET_PUBLIC_KEYS": str(self.public),
        }

    def _write(self) -> None:
        new = self.public.with_suffix(".new")
        new.write_text(yaml.safe_dump({"controllers": self._controllers, "workers": self._workers}))
        new.chmod(0o644)
        new.rename(self.public)


@dataclass
class Provinces:
    """The controller has no credentials; the workers have."""

    root: Path
    lab: EmulatedRouters
    redis: RedisServer
    forks: WorkerForks
    at_first: dict[str, str] = field(default_factory=dict)
    keys: "Keys" = field(init=False)

    def __post_init__(self) -> None:
        self.keys = Keys(self.root / f"keys-{self.redis.port}")

    @property
    def controller(self) -> dict[str, str]:
        """The environment of a controller."""
        return {
            "EGOVNET_BROKER": self.redis.url(),
            **self.keys.of("centre"),
            "EGOVNET_STATE": str(self.root / "state"),
            "EGOVNET_JOURNAL": f"sqlite:///{self.root / 'journal.db'}",
            "HOME": str(self.root / "home"),
        }

    @property
    def commit(self) -> str:
        """The id of the first change's commit."""
        workspace = self.workspace()
        return commit_id(workspace, 1)

    def workspace(self, inventory: str = "new") -> Workspace:
        return Workspace(self.root / inventory, runner=CELERY)

    @contextmanager
    def workers(
        self,
        *regions: str,
        inventory: str = "new",
        env: Mapping[str, str] | None = None,
        command: bool = False,
    ) -> Iterator[list[Worker]]:
        """A worker for each of `regions`, ready; killed at the end. `command`: not forked."""
        started: list[Worker] = []
        # before the first reads the file
        names = [f"{region}-{number}" for number, region in enumerate(regions)]
        for name, region in zip(names, regions, strict=True):
            self.keys.add(name, region)
        try:
            for number, region in enumerate(regions):
                log = self.root / f"worker-{time.monotonic_ns()}-{number}.log"
                process = (started_as_command if command else self.forks.start)(
                    [
                        *("worker", "--region", region, "--json"),
                        *("--inventory", self.root / inventory, "--workers", "8"),
                    ],
                    {
                        "PATH": os.environ["PATH"],
                        **self.controller,
                        **self.keys.of(names[number]),
                        "EGOVNET_CREDENTIALS": str(self.lab.directory / "credentials.yaml"),
                        **(env or {}),
                    },
                    log,
                )
                started.append(Worker(process, log))
            for worker in started:
                until(lambda w=worker: " serves " in w.said() or w.process.poll() is not None)  # type: ignore[misc]  # mypy cannot infer a lambda's default
                assert worker.process.poll() is None, worker.said()
            yield started
        finally:
            for worker in started:
                if worker.process.poll() is None:
                    worker.kill()

    def at_work(self, host: str, workers: list[Worker], seconds: float = 120) -> Worker:
        """Wait until a worker has taken `host` and sits at it; that worker."""
        with self.redis.client() as client:

            def holder() -> Worker | None:
                for key in client.scan_iter(f"egovnet:*:host:{host}:lease"):
                    pid = int((client.get(key) or b":0:").split(b":")[1])
                    return next((w for w in workers if w.process.pid == pid), None)
                return None

            until(holder, seconds)
            found = holder()
        assert found is not None
        return found

    def stored(self) -> bytes:
        """Everything that Redis holds, keys and values."""
        found = []
        with self.redis.client() as client:
            for key in client.scan_iter("*", count=1000):
                kind = client.type(key)
                if kind == b"none":  # it expired in between
                    continue
                value: Any = {
                    b"string": client.get,
                    b"list": lambda k: client.lrange(k, 0, -1),
                    b"hash": client.hgetall,
                    b"zset": lambda k: client.zrange(k, 0, -1),
                    b"set": client.smembers,
                }[kind](key)
                found.append(repr((key, value)).encode())
        return b"\n".join(found)


def until(done: Callable[[], object], seconds: float = 120) -> None:
    """Wait for something; the limit is for what never comes, not for a busy machine."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def set_environment(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
    """Of egovnet's variables only these."""
    for name in os.environ:
        if re.match("EGOVNET_", name):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
