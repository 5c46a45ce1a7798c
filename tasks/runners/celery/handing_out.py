"""The controller's side of one task over its hosts: tickets, orders, answers, and who is alive.

The broker only says who seems to be at work, and is believed where that costs no more than time:
a host whose worker died is sent again; one that no worker of its region takes fails by name, and
the others go on. What is done, by whom, and what came of it, is in signed messages (`wire`).
"""

import logging
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

from egovnet.inventory.errors import EgovnetError
from egovnet.tasks.code_version import own_code
from egovnet.tasks.runners.celery.broker import WORK, Broker, fault
from egovnet.tasks.runners.celery.leases import LEASE_SECONDS, Leases, Seen
from egovnet.tasks.runners.celery.waiting_host import WaitingHost
from egovnet.tasks.runners.per_host import PerHost
from egovnet.tasks.runners.wire.conversation import Conversation
from egovnet.tasks.runners.wire.form import FormError, shown_name
from egovnet.tasks.runners.wire.identity import Identity
from egovnet.tasks.runners.wire.messages import Claim
from egovnet.tasks.runners.wire.remote_error import RemoteError
from egovnet.tasks.runners.wire.signed import RefusedError
from egovnet.tasks.runners.wire.task_form import TaskForm
from egovnet.tasks.runners.wire.trusted_keys import Party, TrustedKeys

_LOG = logging.getLogger("egovnet.runner")
#: Seconds that a host waits for a worker where its region has none.
WAIT_SECONDS = 30
#: ... and where it has some, that take none of the run's hosts.
BUSY_SECONDS = 600.0
#: Seconds that a worker may be at one host.
HOST_SECONDS = 1800.0
#: Seconds that the broker may be away.
AWAY_SECONDS = 20.0
#: Seconds after which a queue that nobody fetches from vanishes.
_QUEUE_SECONDS = 3600.0
#: Workers that may die on one host, or be refused it, before it fails.
_TRIES = 3
#: Workers that are named where none of them counts.
_NAMED = 5
_POLL = 0.5
#: Seconds between two looks at all hosts, however much happens.
_LOOK_AT_ALL = 1.0
_AWAY = (redis.RedisError, OperationalError, OSError)


class NoWorkerError(ConnectionException):  # type: ignore[misc]  # napalm publishes no types
    """No worker did the host's task: like a device that was not reached."""


class RefusedAnswerError(ConnectionException):  # type: ignore[misc]  # as above
    """What came as a worker's answer is not one that counts: nothing is known of the device."""


@dataclass(frozen=True)
class Means:
    """What a controller hands out by: who it is, and through which broker."""

    identity: Identity
    broker: Broker
    leases: Leases
    celery: Any
    #: Digest of the inventory that workers must have.
    checkout: str
    #: Seconds that a host waits where its region has no worker.
    wait: int


@dataclass
class HandingOut:
    """One task over its hosts; `form` is None where no worker does it."""

    means: Means
    task: Task
    form: TaskForm | None
    hosts: list[Host]
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    waiting: dict[str, WaitingHost] = field(default_factory=dict)
    results: dict[str, MultiResult] = field(default_factory=dict)
    #: Region -> when a worker of it was last there, or last took or ended a host.
    there: dict[str, float] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)
    _looked: float = 0.0
    #: It was told that the file of public keys cannot be used.
    _told: bool = False

    def result(self) -> AggregatedResult:
        """Hand out, watch and gather."""
        for host in self.hosts:
            copy = self.task.copy()
            copy.host = host
            self.waiting[host.name] = WaitingHost(host, copy, self._conversation(host))
        begin = time.monotonic()
        self.there = {_region(host): begin for host in self.hosts}
        self.moved = dict(self.there)
        last_answer, was_away = begin, False
        if self.form is None:
            self._none_do_it()
        try:
            while self.waiting:
                try:
                    if was_away:
                        self._order_again()
                    self._step()
                    last_answer, was_away = time.monotonic(), False
                except _AWAY as error:
                    was_away = True
                    if time.monotonic() - last_answer > AWAY_SECONDS:
                        self._all_lost(error)
                    time.sleep(_POLL)
        finally:
            try:
                self.means.leases.close(self.name)
            except _AWAY:
                # It ends by itself: nobody renews it.
                _LOG.debug("run %s was not closed", self.name)
        whole = AggregatedResult(self.task.name)
        for host in self.hosts:
            whole[host.name] = self.results[host.name]
        return whole

    @property
    def _trusted(self) -> TrustedKeys:
        """The public keys as they are now; nobody's where their file cannot be used any more."""
        keys = self.means.identity.trusted
        try:
            return keys.now()
        except EgovnetError as error:
            if not self._told:
                _LOG.warning("warning: no worker is trusted any more: %s", error)
            self._told = True
            return TrustedKeys(keys.path, {}, {})

    def _conversation(self, host: Host) -> Conversation:
        return Conversation(
            own=self.means.identity.own,
            network=self.means.broker.network,
            run=self.name,
            host=host.name,
            region=_region(host),
            task=self.form.name if self.form else "",
        )

    def _step(self) -> None:
        leases = self.means.leases
        leases.live(self.name)
        for item in self.waiting.values():
            if not item.sent:
                self._send(item)
        heard = leases.heard(self.name, _POLL)
        for claim in heard.claims:
            self._consider(claim)
        names = [name for name in heard.ended if name in self.waiting]
        now = time.monotonic()
        everybody = now - self._looked > _LOOK_AT_ALL
        if everybody:
            self._looked = now
            self._look_for_workers(now)
        watched = list(self.waiting) if everybody else list(dict.fromkeys(names))
        if watched:
            for name, state in leases.look(self.name, watched).items():
                self._judge(self.waiting[name], state, now)

    def _send(self, item: WaitingHost) -> None:
        means = self.means
        queue = self._queue(_region(item.host))
        means.celery.send_task(
            WORK,
            args=[item.conversation.ticket()],
            queue=queue,
            # what a repr of the arguments would say is in the message already
            argsrepr="()",
            retry=False,
        )
        means.leases.keep_queue(queue, _QUEUE_SECONDS)
        item.sent = time.monotonic()

    def _queue(self, region: str) -> str:
        return self.means.broker.queue(self.means.identity.own.public.name, region)

    # -- claims and orders -----------------------------------------------------------------

    def _consider(self, text: bytes) -> None:
        """Answer a claim with the order, or refuse it."""
        try:
            party, claim = Conversation.read_claim(text, self._trusted)
        except RefusedError as error:
            # nobody knows whose it is: whoever holds a host by it is found to hold it
            _LOG.warning("warning: a claim is refused: it %s", error)
            return
        item = self.waiting.get(claim.bound.host)
        if item is None or claim.bound.fence < item.conversation.fence:
            return  # too late: somebody else did it, or is to do it
        try:
            item.conversation.accept(party, claim)
        except RefusedError as error:
            self._refuse(item, f"a claim of worker {party}: it {error}")
            return
        if claim.code != own_code():
            why = (
                f"worker {party} has an egovnet whose code is {claim.code[:16]}, and here it is "
                f"{own_code()[:16]}: bring both to the same revision"
            )
            self._give_up(item, NoWorkerError(f"{item.host.name}: {why}"), also_held=True)
            return
        self._order(item, party, claim)

    def _refuse(self, item: WaitingHost, why: str) -> None:
        _LOG.warning("warning: %s: refused is %s", item.host.name, why)
        if item.conversation.order is not None:
            return  # who has the order is at it, whatever others say
        item.refused.append(why)
        if len(item.refused) >= _TRIES:
            words = "; ".join(dict.fromkeys(item.refused)) + self._hint(_region(item.host))
            self._no_worker(item, f"refused was {words}", also_held=True)
        else:
            self._pass_over(item, time.monotonic(), also_held=True)

    def _order(self, item: WaitingHost, party: Party, claim: Claim) -> None:
        assert self.form is not None  # noqa: S101 -- nothing was sent otherwise
        task = item.task
        arguments: Mapping[str, Any] = task.params
        if isinstance(task.task, PerHost):
            arguments = task.task.arguments[item.host.name]
        try:
            content = self.form.write_arguments(arguments)
        except FormError as error:
            why = RemoteError(f"task {task.name} cannot be sent to a worker: {error}")
            self._give_up(item, why, also_held=True)
            return
        order = item.conversation.order_for(
            party,
            claim,
            content,
            task.name,
            dry_run=bool(task.global_dry_run),
            checkout=self.means.checkout,
        )
        if not item.begun:
            task.processors.task_instance_started(task, item.host)
        item.begun = time.monotonic()
        self.moved[_region(item.host)] = item.begun
        item.ordered = (claim.nonce, order)
        self.means.leases.give_order(self.name, *item.ordered)

    def _order_again(self) -> None:
        """Orders that a broker may have lost; who has his reads no second one."""
        for item in self.waiting.values():
            if item.ordered:
                self.means.leases.give_order(self.name, *item.ordered)

    # -- who is alive ----------------------------------------------------------------------

    def _look_for_workers(self, now: float) -> None:
        """Which regions have workers; send again what was lost on its way to one."""
        for region in {_region(item.host) for item in self.waiting.values()}:
            if not self._ours(region):
                continue
            self.there[region] = now
            untaken = [
                item
                for item in self.waiting.values()
                if _region(item.host) == region and not item.taken
            ]
            # It was fetched, and not claimed: its worker died in between.
            lost = [item for item in untaken if now - item.sent > LEASE_SECONDS]
            if lost and not self.means.leases.queued(self._queue(region)):
                for item in lost:
                    item.sent = 0.0

    def _ours(self, region: str) -> bool:
        """Whether a worker is there that may do what we say for this region."""
        may = {worker.key.name for worker in self._trusted.workers_of(region)}
        own = self.means.identity.own.public.name
        present = self.means.leases.workers(region)
        return any(each.key in may and own in each.controllers for each in present)

    def _judge(self, item: WaitingHost, seen: Seen, now: float) -> None:
        if seen.fence > item.claimed:
            item.claimed = seen.fence
            self.moved[_region(item.host)] = now
        if seen.result is not None:
            self._end(item, seen.result)
        elif seen.worker:
            self._judge_held(item, shown_name(seen.worker), now)
        elif not item.taken:
            self._judge_untaken(item, now)
        elif seen.fence < item.claimed:
            # The broker lost its memory: a worker that lives says so within a lease.
            item.forgotten = item.forgotten or now
            if now - item.forgotten > LEASE_SECONDS:
                self._pass_over(item, now)
        elif item.died + 1 >= _TRIES:
            self._no_worker(item, f"{item.died + 1} workers died while they were at it")
        elif self._pass_over(item, now):
            item.died += 1

    def _pass_over(self, item: WaitingHost, now: float, *, also_held: bool = False) -> bool:
        """Send a host again, and let nobody have it who had it before; False: who had it is back,
        and has it still."""
        leases, barred = self.means.leases, item.conversation.barred
        done = leases.pass_over(self.name, item.host.name, barred, also_held=also_held)
        if done:
            item.send_again(now)
        return done

    def _judge_held(self, item: WaitingHost, worker: str, now: float) -> None:
        item.forgotten = 0.0
        if item.conversation.order is None:
            item.held = item.held or now
            if now - item.held > LEASE_SECONDS:
                self._refuse(item, f"worker {worker}, which holds it without a claim that counts")
        elif now - item.begun > HOST_SECONDS:
            why = f"worker {worker} has been at it for {HOST_SECONDS:.0f} s"
            self._no_worker(item, why, also_held=True)

    def _judge_untaken(self, item: WaitingHost, now: float) -> None:
        region = _region(item.host)
        wait = self.means.wait
        since = now - max(self.there[region], item.begun)
        if since >= wait:
            hint = self._hint(region)
            self._no_worker(item, f"no worker of region {region} took it in {wait} s{hint}")
        elif now - max(self.moved[region], item.begun) >= BUSY_SECONDS:
            self._no_worker(
                item,
                f"the workers of region {region} began none of the hosts for {BUSY_SECONDS:.0f} s",
            )

    def _hint(self, region: str) -> str:
        """Why those that are there do not count."""
        trusted = self._trusted
        may = {worker.key.name for worker in trusted.workers_of(region)}
        own = self.means.identity.own.public.name
        why = []
        for each in self.means.leases.workers(region)[:_NAMED]:
            name, key = shown_name(each.name), shown_name(each.key)
            if each.key not in may:
                why.append(
                    f"; {name} has key {key}, which {trusted.path} does not name for {region}"
                )
            elif own not in each.controllers:
                why.append(f"; {name} does not trust this controller's key {own}")
        return "".join(why)

    # -- ends ------------------------------------------------------------------------------

    def _none_do_it(self) -> None:
        for item in list(self.waiting.values()):
            self._fail(item, RemoteError(f"{item.host.name}: no worker does task {self.task.name}"))

    def _no_worker(self, item: WaitingHost, why: str, *, also_held: bool = False) -> None:
        self._give_up(item, NoWorkerError(f"{item.host.name}: {why}"), also_held=also_held)

    def _give_up(self, item: WaitingHost, why: Exception, *, also_held: bool = False) -> None:
        if self.means.leases.give_up(self.name, item.host.name, also_held=also_held):
            self._fail(item, why)

    def _all_lost(self, error: Exception) -> None:
        why = f"broker {self.means.broker} has been away for {AWAY_SECONDS:.0f} s: {fault(error)}"
        for item in list(self.waiting.values()):
            self._fail(item, NoWorkerError(f"{item.host.name}: {why}"))

    def _end(self, item: WaitingHost, text: bytes) -> None:
        assert self.form is not None  # noqa: S101 -- nothing was sent otherwise
        try:
            content = item.conversation.read_answer(text, self._trusted)
            done = self.form.read_result(content)
        except (RefusedError, FormError) as error:
            why = RefusedAnswerError(f"{item.host.name}: an answer is refused: it {error}")
            _LOG.warning("warning: %s", why)
            self._fail(item, why)
            return
        if isinstance(done, Exception):
            self._fail(item, done)
            return
        entry: Any = Result(item.host, result=done.result, changed=done.changed, diff=done.diff)
        self._take(item, entry)

    def _fail(self, item: WaitingHost, error: Exception) -> None:
        if not item.begun:
            item.task.processors.task_instance_started(item.task, item.host)
        entry: Any = Result(item.host, result=str(error), failed=True, exception=error)
        entry.severity_level = logging.ERROR
        self._take(item, entry)

    def _take(self, item: WaitingHost, entry: Any) -> None:
        entry.name = item.task.name
        result = MultiResult(item.task.name)
        result.append(entry)
        del self.waiting[item.host.name]
        self.moved[_region(item.host)] = time.monotonic()
        self.results[item.host.name] = result
        item.task.processors.task_instance_completed(item.task, item.host, result)


def _region(host: Host) -> str:
    return str(host["region"])
