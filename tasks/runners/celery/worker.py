"""A province's worker: takes the hosts of its regions from the broker and works on them.

It has its own checkout of the inventory and its own credentials. One process with threads: it
lives or dies as a whole, and its leases with it.
"""

import contextlib
import copy
import logging
import os
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis
from nornir.core import Nornir
from nornir.core.inventory import Host
from nornir.core.processor import Processors
from nornir.core.task import MultiResult, Result, Task

from egovnet.tasks.commit import TAKEN_UP
from egovnet.tasks.device import session_lost
from egovnet.tasks.runners.celery.broker import WORK, Broker
from egovnet.tasks.runners.celery.leases import RENEW_SECONDS, Leases
from egovnet.tasks.runners.celery.sealing import OtherCodeError, SealBrokenError
from egovnet.tasks.runners.celery.shipment import RemoteError, Shipment, opened, sealed_result

_LOG = logging.getLogger("egovnet.worker")
#: Seconds that a worker counts as there after its last word.
_THERE_SECONDS = 5.0
#: Seconds for which a result is brought to a broker that is away.
_STORE_SECONDS = 60.0

#: Nornir over the checkout of that digest, or an error that says why not.
Checkout = Callable[[str], Nornir]


@dataclass
class CeleryWorker:
    """A worker of some regions, `concurrency` hosts at a time."""

    broker: Broker
    regions: Sequence[str]
    checkout: Checkout
    concurrency: int
    name: str = field(
        default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
    )
    #: Hosts that were finished.
    finished: int = 0
    _held: dict[tuple[str, str], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._leases = Leases(self.broker)

    def serve(self) -> None:
        """Work until SIGTERM or SIGINT; what was taken is finished first."""
        app = self.broker.celery()
        app.task(self._work, name=WORK)
        worker = app.Worker(
            hostname=f"egovnet@{self.name}",
            pool="threads",
            concurrency=self.concurrency,
            queues=[self.broker.queue(region) for region in self.regions],
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        ended = threading.Event()
        heart = threading.Thread(target=self._beat, args=(ended,), name="leases", daemon=True)
        heart.start()
        try:
            worker.start()
        finally:
            ended.set()
            heart.join()
            with contextlib.suppress(redis.RedisError):
                self._leases.be_there(self.name, self.regions, 0)

    def _beat(self, ended: threading.Event) -> None:
        """Say that the worker is there, and renew what it holds."""
        while True:
            try:
                self._leases.be_there(self.name, self.regions, _THERE_SECONDS)
                with self._lock:
                    held = dict(self._held)
                for (run, host), fence in held.items():
                    self._leases.renew(run, host, self.name, fence)
            except (redis.RedisError, OSError) as error:
                _LOG.warning("broker %s: %s", self.broker, type(error).__name__)
            if ended.wait(RENEW_SECONDS):
                return

    def _work(self, run: str, host: str, sealed: str) -> None:
        """Celery's task: one host of a run, unless somebody else has it or had it."""
        try:
            shipment = opened(sealed, self.broker.seal, self._leases.now())
            if (shipment.run, shipment.host) != (run, host):
                raise SealBrokenError("is another host's")
        except OtherCodeError as error:
            _LOG.error("a message for %s is refused: it %s", host, error)
            if fence := self._leases.claim(run, host, self.name, 0):
                # what it says does not matter: the controller sees by whom it was sealed
                self._store(run, host, fence, self.broker.seal.close(None))
            return
        except (SealBrokenError, RemoteError) as error:
            _LOG.error("a message for %s is left undone: it %s", host, error)
            return
        fence = self._leases.claim(run, host, self.name, shipment.after)
        if not fence:
            _LOG.info("%s of run %s is taken, done or given up", host, run)
            return
        _LOG.info("%s: %s begins%s", host, shipment.name, " again" if fence > 1 else "")
        with self._holding(run, host, fence):
            result = self._execute(shipment, taken_up=fence > 1)
            counts = self._store(run, host, fence, sealed_result(result, self.broker.seal))
        self.finished += counts
        state = "failed" if result.failed else "done"
        _LOG.info("%s: %s %s%s", host, shipment.name, state, "" if counts else ", not counted")

    @contextmanager
    def _holding(self, run: str, host: str, fence: int) -> Iterator[None]:
        with self._lock:
            self._held[run, host] = fence
        try:
            yield
        finally:
            with self._lock:
                del self._held[run, host]

    def _execute(self, shipment: Shipment, *, taken_up: bool) -> MultiResult:
        try:
            nornir = self.checkout(shipment.checkout)
            host = _own(nornir.inventory.hosts[shipment.host], taken_up=taken_up)
        except Exception as error:
            # Whatever is wrong here is said to the controller, not to this log only.
            return _failed(shipment.name, error)
        task = Task(
            shipment.task,
            nornir,
            global_dry_run=shipment.dry_run,
            processors=Processors(),
            name=shipment.name,
            **shipment.arguments,
        )
        try:
            return task.start(host)
        finally:
            # The next stage may come to another worker: no session waits for it here.
            with contextlib.suppress(*session_lost()):
                host.close_connections()

    def _store(self, run: str, host: str, fence: int, result: str) -> bool:
        """Store the result; False when it does not count, or the broker stays away."""
        deadline = time.monotonic() + _STORE_SECONDS
        while True:
            try:
                return self._leases.finish(run, host, fence, result)
            except (redis.RedisError, OSError):
                if time.monotonic() > deadline:
                    return False
                time.sleep(1.0)


def _own(host: Host, *, taken_up: bool) -> Host:
    """A host with sessions of its own: two runs may be at one device at the same time."""
    mine = copy.copy(host)
    mine.connections = type(host.connections)()
    mine.data = {**host.data, TAKEN_UP: taken_up}
    return mine


def _failed(name: str, error: Exception) -> MultiResult:
    words = "".join(traceback.format_exception_only(error))
    entry: Any = Result(None, result=words, failed=True, exception=error)
    entry.name, entry.severity_level = name, logging.ERROR
    result = MultiResult(name)
    result.append(entry)
    return result
