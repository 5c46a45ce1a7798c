"""A province's worker: takes the hosts of its regions from the broker and works on them.

It has its own checkout of the inventory, its own credentials and its own key. One process with
threads: it lives or dies as a whole, and its leases with it.
"""

import contextlib
import copy
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis
from celery.signals import worker_ready
from nornir.core import Nornir
from nornir.core.inventory import Host
from nornir.core.processor import Processors
from nornir.core.task import Result, Task

from egovnet.inventory.errors import EgovnetError
from egovnet.tasks.code_version import own_code
from egovnet.tasks.commit import TAKEN_UP
from egovnet.tasks.device import session_lost
from egovnet.tasks.runners.celery.broker import WORK, Broker
from egovnet.tasks.runners.celery.leases import ORDER_SECONDS, RENEW_SECONDS, Leases, Present
from egovnet.tasks.runners.wire.form import FormError
from egovnet.tasks.runners.wire.identity import Identity
from egovnet.tasks.runners.wire.messages import Order
from egovnet.tasks.runners.wire.signed import RefusedError
from egovnet.tasks.runners.wire.task_form import TaskList
from egovnet.tasks.runners.wire.worker_side import Errand, WorkerSide

_LOG = logging.getLogger("egovnet.worker")
#: Seconds that a worker counts as there after its last word.
_THERE_SECONDS = 5.0
#: Seconds for which a result is brought to a broker that is away.
_STORE_SECONDS = 60.0
#: Seconds between two looks whether a controller that owes an order is there.
_LOOK_SECONDS = 1.0
_AWAY = (redis.RedisError, OSError)


class NotOursError(EgovnetError):
    """An order for a host that this worker does not serve."""


#: Nornir over the checkout of that digest, or an error that says why not.
Checkout = Callable[[str], Nornir]


@dataclass
class CeleryWorker:
    """A worker of some regions for the tasks of `tasks`, `concurrency` hosts at a time.

    Raises:
        TrustedKeysError: the public keys do not name it for these regions.
    """

    broker: Broker
    identity: Identity
    regions: Sequence[str]
    checkout: Checkout
    concurrency: int
    tasks: TaskList
    name: str = field(
        default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
    )
    #: Hosts that were finished.
    finished: int = 0
    _held: dict[tuple[str, str], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        own = self.identity.own
        trusted = self.identity.trusted.now()
        trusted.check_worker(own, self.regions)
        self._controllers = sorted(trusted.controllers)
        self._present = Present(self.name, own.public.name, frozenset(self._controllers))
        self._side = WorkerSide(own, self.broker.network, self.regions, self.tasks, self.name)
        self._leases = Leases(self.broker)

    def serve(self) -> None:
        """Work until INT, TERM, HUP or QUIT; what was taken is finished first."""
        app = self.broker.celery()
        app.task(self._work, name=WORK)
        worker = app.Worker(
            hostname=f"egovnet@{self.name}",
            pool="threads",
            concurrency=self.concurrency,
            queues=[
                self.broker.queue(controller, region)
                for controller in self._controllers
                for region in self.regions
            ],
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        ended = threading.Event()
        heart = threading.Thread(target=self._beat, args=(ended,), name="leases", daemon=True)
        heart.start()
        try:
            with _ended_in_order():
                worker.start()
        finally:
            ended.set()
            heart.join()
            with contextlib.suppress(redis.RedisError):
                self._leases.be_there(self._present, self.regions, 0)

    def _beat(self, ended: threading.Event) -> None:
        """Say that the worker is there, and renew what it holds."""
        while True:
            try:
                self._leases.be_there(self._present, self.regions, _THERE_SECONDS)
                with self._lock:
                    held = dict(self._held)
                for (run, host), fence in held.items():
                    self._leases.renew(run, host, self.name, fence)
            except _AWAY as error:
                _LOG.warning("broker %s: %s", self.broker, type(error).__name__)
            if ended.wait(RENEW_SECONDS):
                return

    def _work(self, ticket: str) -> None:
        """Celery's task: one host of a run, unless somebody else has it or had it."""
        try:
            errand = self._side.errand(ticket, self.identity.trusted.now())
        except (RefusedError, EgovnetError) as error:
            _LOG.error("a message is refused: it %s", error)
            return
        bound = errand.claim.bound
        claim = self._side.claim(errand)
        if not self._leases.claim(bound.run, bound.host, self.name, bound.fence, claim):
            _LOG.info("%s of run %s is taken, done or given up", bound.host, bound.run)
            return
        with self._holding(bound.run, bound.host, bound.fence):
            ordered = self._ordered(errand)
            if ordered is not None:
                self._do(errand, *ordered)
        if ordered is None:
            with contextlib.suppress(*_AWAY):
                self._leases.release(bound.run, bound.host, self.name, bound.fence)

    def _do(self, errand: Errand, order: Order, arguments: Any) -> None:
        """Do what was ordered, and answer."""
        bound = order.bound
        again = " again" if bound.fence > 1 else ""
        _LOG.info("%s: %s begins%s", bound.host, order.name, again)
        content = self._execute(errand, order, arguments)
        answer = self._side.answer(errand, order, content)
        counts = self._store(bound.run, bound.host, bound.fence, answer)
        self.finished += counts
        state = "failed" if "failed" in content else "done"
        _LOG.info("%s: %s %s%s", bound.host, order.name, state, "" if counts else ", not counted")

    def _ordered(self, errand: Errand) -> tuple[Order, Any] | None:
        """The controller's order for our claim, and the arguments in JSON; None: none came."""
        bound = errand.claim.bound
        if not errand.same_code:
            _LOG.error(
                "%s is left undone: controller %s has an egovnet whose code is %s, and here it is "
                "%s: bring both to the same revision",
                bound.host,
                errand.controller,
                errand.ticket.code[:16],
                own_code()[:16],
            )
            return None
        deadline = errand.since + ORDER_SECONDS
        while time.monotonic() < deadline:
            try:
                text = self._leases.order(bound.run, errand.claim.nonce, _LOOK_SECONDS)
                if text is None and not self._leases.is_live(bound.run):
                    _LOG.info("%s of run %s: the run is over", bound.host, bound.run)
                    return None
            except _AWAY:
                time.sleep(_LOOK_SECONDS)
                continue
            if text is None:
                continue
            try:
                return self._side.order(errand, text)
            except RefusedError as error:
                # the true one may come yet
                _LOG.error("an order for %s is refused: it %s", bound.host, error)
        _LOG.warning("%s of run %s: no order came for it", bound.host, bound.run)
        return None

    @contextmanager
    def _holding(self, run: str, host: str, fence: int) -> Iterator[None]:
        with self._lock:
            self._held[run, host] = fence
        try:
            yield
        finally:
            with self._lock:
                del self._held[run, host]

    def _execute(self, errand: Errand, order: Order, arguments: Any) -> Any:
        """Do it; what came of it, in JSON."""
        form = errand.form
        try:
            given = form.read_arguments(arguments, errand.since)
        except FormError as error:
            return form.write_refusal(FormError(f"task {form.name}: {error}"))
        try:
            nornir = self.checkout(order.checkout)
            host = _own(_host(nornir, order.bound.host), taken_up=order.bound.fence > 1)
        except Exception as error:
            # Whatever is wrong here is said to the controller, not to this log only.
            return form.write_refusal(error)
        task = Task(
            form.task,
            nornir,
            global_dry_run=order.dry_run,
            processors=Processors(),
            name=order.name,
            **given,
        )
        try:
            result: Result = task.start(host)[0]
        finally:
            # The next stage may come to another worker: no session waits for it here.
            with contextlib.suppress(*session_lost()):
                host.close_connections()
        try:
            return form.write_result(result)
        except FormError as error:
            return form.write_error(
                FormError(f"what task {form.name} gave cannot be sent: {error}")
            )

    def _store(self, run: str, host: str, fence: int, result: str) -> bool:
        """Store the result; False when it does not count, or the broker stays away."""
        deadline = time.monotonic() + _STORE_SECONDS
        while True:
            try:
                return self._leases.finish(run, host, fence, result)
            except _AWAY:
                if time.monotonic() > deadline:
                    return False
                time.sleep(1.0)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """HUP and QUIT are TERM: Celery's worker would start itself anew, or drop what it has taken.

    What was ignored when the process began stays so (nohup).
    """
    also = [
        number
        for number in (signal.SIGHUP, signal.SIGQUIT)
        if signal.getsignal(number) is not signal.SIG_IGN
    ]
    ignored = {signal.SIGHUP, signal.SIGQUIT}.difference(also)

    def ready(**_: object) -> None:
        for number in also:
            signal.signal(number, signal.getsignal(signal.SIGTERM))
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)

    # Celery has put its own in place by then
    worker_ready.connect(ready, weak=False)
    try:
        yield
    finally:
        worker_ready.disconnect(ready)


def _own(host: Host, *, taken_up: bool) -> Host:
    """A host with sessions of its own: two runs may be at one device at the same time."""
    mine = copy.copy(host)
    mine.connections = type(host.connections)()
    mine.data = {**host.data, TAKEN_UP: taken_up}
    return mine


def _host(nornir: Nornir, name: str) -> Host:
    """A host of our regions.

    Raises:
        NotOursError: it is of no region that this worker serves, by its own inventory.
    """
    found = nornir.inventory.hosts.get(name)
    if found is None:
        raise NotOursError(f"{name} is not a router of the regions that this worker serves")
    return found
