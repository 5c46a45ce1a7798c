"""Nornir runner plugin "celery": hosts go to the workers of their regions (`egovnet worker`).

A region's queue gets its shard of the hosts, one message for each, so that each is acknowledged,
and lost with its worker, by itself. The controller watches the leases (`leases`): a host
whose worker died is sent again; one that no worker of its region takes fails by name, and the
others go on. Processors are told here as each host begins and ends.
"""

import logging
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
from celery.exceptions import OperationalError
from napalm.base.exceptions import ConnectionException
from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task
from nornir.plugins.runners import SerialRunner

from egovnet.inventory.errors import EgovnetError
from egovnet.tasks.runners.celery.broker import WORK, Broker, fault
from egovnet.tasks.runners.celery.leases import LEASE_SECONDS, Leases, Seen
from egovnet.tasks.runners.celery.sealing import SealBrokenError
from egovnet.tasks.runners.celery.shipment import SHELF_LIFE, RemoteError, Shipment
from egovnet.tasks.runners.per_host import PerHost

WAIT_VARIABLE = "EGOVNET_WORKER_WAIT"
#: Seconds that a host waits for a worker where its region has none.
WAIT_SECONDS = 30
#: ... and where it has some, that take none of the run's hosts.
BUSY_SECONDS = 600.0
#: Seconds that a worker may be at one host.
HOST_SECONDS = 1800.0
#: Seconds that the broker may be away.
AWAY_SECONDS = 20.0
#: Workers that may die on one host before it is blamed.
_TRIES = 3
_POLL = 0.5
_AWAY = (redis.RedisError, OperationalError, OSError)


class NoWorkerError(ConnectionException):  # type: ignore[misc]  # napalm publishes no types
    """No worker did the host's task: like a device that was not reached."""


class WorkerWaitError(EgovnetError):
    """EGOVNET_WORKER_WAIT is no number of seconds (exit code 2)."""


def worker_wait() -> int:
    """Seconds that a host waits where its region has no worker: EGOVNET_WORKER_WAIT, else 30.

    Raises:
        WorkerWaitError: it is not a whole number from 1 to 3600.
    """
    given = os.environ.get(WAIT_VARIABLE, "")
    if given and not (given.isascii() and given.isdecimal() and 1 <= int(given) <= 3600):
        raise WorkerWaitError(
            f"{WAIT_VARIABLE}: {given!r} is not a number of seconds; use 1 to 3600"
        )
    return int(given or WAIT_SECONDS)


class CeleryRunner:
    """Runs tasks by workers; `checkout` is the digest of the inventory that they must have.

    Raises:
        BrokerError, BrokerDownError, SealingKeyError, WorkerWaitError: see `broker`.
    """

    def __init__(self, network: str, checkout: str) -> None:
        self.wait = worker_wait()
        self.broker = Broker.from_environment(network)
        self.checkout = checkout
        self.leases = Leases(self.broker)
        self.celery = self.broker.celery()

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """Run `task` on `hosts`; what cannot leave this process, such as closing its sessions,
        is done in it."""
        function = task.task.task if isinstance(task.task, PerHost) else task.task
        if "<locals>" in getattr(function, "__qualname__", "<locals>"):
            return SerialRunner().run(task, hosts)
        return _Run(self, task, hosts).result()


@dataclass
class _Waiting:
    """A host that has not ended; moments are time.monotonic()'s."""

    host: Host
    task: Task
    #: 0: not sent yet.
    sent: float = 0.0
    #: Its highest fence so far, and that when it was sent: a higher one is a worker that took it.
    fence: int = 0
    sent_at_fence: int = 0
    begun: float = 0.0
    #: When a broker that came back was first seen to know nothing of it.
    forgotten: float = 0.0

    @property
    def taken(self) -> bool:
        """Whether a worker took it since it was sent."""
        return self.fence > self.sent_at_fence

    def send_again(self, now: float) -> None:
        """Whoever had it is gone."""
        self.sent, self.begun, self.forgotten = 0.0, now, 0.0
        self.sent_at_fence = self.fence


@dataclass
class _Run:
    """One task over its hosts."""

    runner: CeleryRunner
    task: Task
    hosts: list[Host]
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    waiting: dict[str, _Waiting] = field(default_factory=dict)
    results: dict[str, MultiResult] = field(default_factory=dict)
    #: Region -> when a worker of it was last there, or last took or ended a host.
    there: dict[str, float] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)

    def result(self) -> AggregatedResult:
        """Hand out, watch and gather."""
        for host in self.hosts:
            copy = self.task.copy()
            copy.host = host
            self.waiting[host.name] = _Waiting(host, copy)
        begin = time.monotonic()
        self.there = {_region(host): begin for host in self.hosts}
        self.moved = dict(self.there)
        last_answer = begin
        try:
            while self.waiting:
                try:
                    self._step()
                    last_answer = time.monotonic()
                except _AWAY as error:
                    if time.monotonic() - last_answer > AWAY_SECONDS:
                        self._all_lost(error)
                    time.sleep(_POLL)
        finally:
            try:
                self.runner.leases.close(self.name)
            except _AWAY:
                # It ends by itself: nobody renews it.
                logging.getLogger("egovnet.runner").debug("run %s was not closed", self.name)
        whole = AggregatedResult(self.task.name)
        for host in self.hosts:
            whole[host.name] = self.results[host.name]
        return whole

    def _step(self) -> None:
        leases = self.runner.leases
        leases.live(self.name)
        for item in self.waiting.values():
            if not item.sent:
                self._send(item)
        names = [name for name in leases.heard(self.name, _POLL) if name in self.waiting]
        watched = list(dict.fromkeys(names)) or list(self.waiting)
        seen = leases.look(self.name, watched)
        now = time.monotonic()
        if not names:
            self._look_for_workers(now)
        for name, state in seen.items():
            self._judge(self.waiting[name], state, now)

    def _send(self, item: _Waiting) -> None:
        runner, task = self.runner, item.task
        function: Any = task.task
        arguments: Mapping[str, Any] = task.params
        if isinstance(function, PerHost):
            function, arguments = function.task, function.arguments[item.host.name]
        shipment = Shipment(
            self.name,
            item.host.name,
            task.name,
            function,
            arguments,
            task.global_dry_run,
            item.sent_at_fence,
            runner.checkout,
            runner.leases.now(),
        )
        queue = runner.broker.queue(_region(item.host))
        runner.celery.send_task(
            WORK,
            args=[self.name, item.host.name, shipment.sealed(runner.broker.seal)],
            queue=queue,
            # what a repr of the arguments would say is in the message already
            argsrepr="()",
            retry=False,
        )
        # Older ones nobody would open.
        runner.leases.keep_queue(queue, SHELF_LIFE)
        item.sent = time.monotonic()

    def _look_for_workers(self, now: float) -> None:
        """Which regions have workers; send again what was lost on its way to one."""
        leases = self.runner.leases
        for region in {_region(item.host) for item in self.waiting.values()}:
            ours, _ = leases.workers(region)
            if not ours:
                continue
            self.there[region] = now
            untaken = [
                item
                for item in self.waiting.values()
                if _region(item.host) == region and not item.taken
            ]
            # It was fetched, and not claimed: its worker died in between.
            lost = [item for item in untaken if now - item.sent > LEASE_SECONDS]
            if lost and not leases.queued(self.runner.broker.queue(region)):
                for item in lost:
                    item.sent = 0.0

    def _judge(self, item: _Waiting, seen: Seen, now: float) -> None:
        if seen.fence > item.fence:
            item.fence = seen.fence
            self.moved[_region(item.host)] = now
        if item.taken and not item.begun:
            item.begun = now
            item.task.processors.task_instance_started(item.task, item.host)
        if seen.result is not None:
            self._end(item, seen.result)
        elif seen.worker:
            item.forgotten = 0.0
            if item.begun and now - item.begun > HOST_SECONDS:
                why = f"worker {seen.worker} has been at it for {HOST_SECONDS:.0f} s"
                self._give_up(item, why, also_held=True)
        elif item.taken and seen.fence < item.fence:
            # The broker lost its memory: a worker that lives says so within a lease.
            item.forgotten = item.forgotten or now
            if now - item.forgotten > LEASE_SECONDS:
                item.send_again(now)
        elif item.taken and item.fence >= _TRIES:
            self._give_up(item, f"{item.fence} workers died while they were at it")
        elif item.taken:
            item.send_again(now)
        else:
            self._judge_untaken(item, now)

    def _judge_untaken(self, item: _Waiting, now: float) -> None:
        region = _region(item.host)
        wait = self.runner.wait
        since = now - max(self.there[region], item.begun)
        if since >= wait:
            others = self.runner.leases.workers(region)[1]
            hint = f"; {', '.join(others)} has another EGOVNET_BROKER_KEY" if others else ""
            self._give_up(item, f"no worker of region {region} took it in {wait} s{hint}")
        elif now - max(self.moved[region], item.begun) >= BUSY_SECONDS:
            self._give_up(
                item,
                f"the workers of region {region} began none of the hosts for {BUSY_SECONDS:.0f} s",
            )

    def _give_up(self, item: _Waiting, why: str, *, also_held: bool = False) -> None:
        if self.runner.leases.give_up(self.name, item.host.name, also_held=also_held):
            self._fail(item, NoWorkerError(f"{item.host.name}: {why}"))

    def _all_lost(self, error: Exception) -> None:
        why = f"broker {self.runner.broker} has been away for {AWAY_SECONDS:.0f} s: {fault(error)}"
        for item in list(self.waiting.values()):
            self._fail(item, NoWorkerError(f"{item.host.name}: {why}"))

    def _end(self, item: _Waiting, sealed: bytes) -> None:
        try:
            result = self.runner.broker.seal.open(sealed)
        except SealBrokenError as error:
            self._fail(item, RemoteError(f"{item.host.name}: its result {error}"))
            return
        self._take(item, result)

    def _fail(self, item: _Waiting, error: Exception) -> None:
        if not item.begun:
            item.task.processors.task_instance_started(item.task, item.host)
        entry: Any = Result(item.host, result=str(error), failed=True, exception=error)
        entry.name, entry.severity_level = item.task.name, logging.ERROR
        result = MultiResult(item.task.name)
        result.append(entry)
        self._take(item, result)

    def _take(self, item: _Waiting, result: MultiResult) -> None:
        for entry in result:
            entry.host = item.host
        del self.waiting[item.host.name]
        self.moved[_region(item.host)] = time.monotonic()
        self.results[item.host.name] = result
        item.task.processors.task_instance_completed(item.task, item.host, result)


def _region(host: Host) -> str:
    return str(host["region"])
