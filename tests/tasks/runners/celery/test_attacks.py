"""Attackers at a real broker: who writes to it, who has a worker's key, who kept what he saw."""

import base64
import json
import os
import pickle
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from celery import Celery

from egovnet.lab.emulated import faults
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.core.devices import below_each
from egovnet.playbooks.core.progress import Silent
from egovnet.tasks.code_version import own_code
from egovnet.tasks.runners.celery.broker import WORK, Broker
from egovnet.tasks.runners.celery.leases import Leases
from egovnet.tasks.runners.wire import messages
from egovnet.tasks.runners.wire.key_pair import KeyPair
from egovnet.tasks.runners.wire.messages import Answer, Bound, Claim, Ticket
from egovnet.tasks.runners.wire.signed import RefusedError
from egovnet.tasks.runners.wire.trusted_keys import TrustedKeys, read_trusted_keys
from tests.chaos.runs import Scenario, push
from tests.tasks.runners.celery.provinces import Provinces, until
from tests.tasks.runners.celery.recorded import recording, tokens
from tests.tasks.runners.celery.work import ALL, EVERYBODY, Change, read


class _Touch:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> Any:  # noqa: ANN401 -- pickle's protocol
        return (os.mknod, (self.path,))


def queue_of(place: Provinces, region: str) -> str:
    return broker_of(place).queue(place.keys.add("centre").public.name, region)


def broker_of(place: Provinces) -> Broker:
    return Broker.from_environment(place.workspace().network.backbone.name)


def trusted_of(place: Provinces) -> TrustedKeys:
    return read_trusted_keys(place.keys.public, below_each(place.workspace().network))


def test_a_writer_to_the_broker_runs_nothing(place: Provinces, tmp_path: Path) -> None:
    """Pickles that are programs, tasks that are none, tickets of strangers."""
    proof = tmp_path / "it-ran"
    broker, queue = broker_of(place), queue_of(place, ALL)
    app = broker.celery()
    pickling = Celery("evil", broker=broker.url, set_as_current=False)
    pickling.conf.update(task_serializer="pickle", accept_content=["pickle"])
    bound = Bound(broker.network, "run", "bj-p1", "restore_lines", 1)
    stranger = messages.written(Ticket(bound, ALL, "0" * 32, 0.0, own_code()), KeyPair.new())
    evil = base64.b64encode(pickle.dumps(_Touch(proof))).decode()
    with place.workers(ALL) as (worker,):
        pickling.send_task(WORK, args=[_Touch(proof)], queue=queue)
        until(lambda: "ContentDisallowed" in worker.said())
        for name in ("celery.starmap", "celery.map", "celery.backend_cleanup", "os.system"):
            app.send_task(name, args=[str(proof)], queue=queue)
        until(lambda: worker.said().count("Received unregistered task") == 4)
        for ticket in (evil, stranger, "", {"__reduce__": evil}, [stranger], None, 7):
            app.send_task(WORK, args=[ticket], queue=queue)
        until(lambda: worker.said().count("a message is refused: it is") == 7)
        app.send_task(WORK, args=[stranger, evil], kwargs={"shell": "id"}, queue=queue)
        assert read(place.workspace()).failures == {}, "and it works on"
        assert worker.process.poll() is None
    assert "is signed with key" in worker.said()
    assert not proof.exists()


@contextmanager
def thief(place: Provinces, region: str, key: KeyPair) -> Iterator[list[Claim]]:
    """Somebody who takes a region's tickets out of its queue, two of them, and claims them."""
    leases, queue, ended = Leases(broker_of(place)), queue_of(place, region), Event()
    trusted = trusted_of(place)
    claims: list[Claim] = []

    def steal() -> None:
        with place.redis.client() as client:
            while not ended.is_set() and len(claims) < 2:
                found = client.brpop([queue], timeout=0.2)
                if found is None:
                    continue
                body = json.loads(base64.b64decode(json.loads(found[1])["body"]))
                ticket = messages.read(Ticket, body[0][0], trusted.controllers)[1]
                bound, now = ticket.bound, time.time()
                claim = Claim(bound, ticket.nonce, ticket.made, "1" * 32, now, "thief", own_code())
                claims.append(claim)
                text = messages.written(claim, key)
                leases.claim(bound.run, bound.host, "thief", bound.fence, text)

    with ThreadPoolExecutor() as pool:
        stealing = pool.submit(steal)
        try:
            yield claims
        finally:
            ended.set()
            stealing.result(10)


def test_a_worker_of_another_region_is_refused_and_named(
    place: Provinces, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It steals tickets and claims them: it gets no order, and the region's own worker does."""
    monkeypatch.setenv("EGOVNET_WORKER_WAIT", "2")
    shanghai = place.keys.add("stealing", "shanghai")
    named = f"worker stealing (key {shanghai.public.name}): it is for region guangdong, and the"
    with thief(place, "guangdong", shanghai) as claims:
        alone = read(place.workspace().only(["gd-pe1"]))
    assert [claim.bound.fence for claim in claims] == [1, 3]
    assert alone.results == {}
    assert "no worker of region guangdong took it in 2 s" in alone.failures["gd-pe1"]
    assert caplog.text.count(named) == 2
    with place.redis.client() as client:
        assert client.delete(queue_of(place, "guangdong")), "the third ticket, which nobody took"
    monkeypatch.setenv("EGOVNET_WORKER_WAIT", "60")
    with thief(place, "guangdong", shanghai) as claims, ThreadPoolExecutor() as pool:
        reading = pool.submit(read, place.workspace().only(["gd-pe1"]))
        until(lambda: len(claims) == 2)
        with place.workers(ALL):
            assert reading.result(300).failures == {}
    assert caplog.text.count(named) == 4


def test_answers_that_somebody_else_made_are_refused_and_named(
    place: Provinces, tmp_path: Path
) -> None:
    """The broker makes one up; a worker of Shanghai says what a router in Guangdong runs."""
    proof = tmp_path / "it-ran"
    shanghai = place.keys.add("lying", "shanghai")
    centre = place.keys.add("centre").public
    lie = {"done": {"result": {"text": "", "state": None}, "changed": False, "diff": ""}}
    slow = [faults.Slow(verb="read", seconds=3)]
    place.lab.set_faults({"gd-pe1": slow, "sc-pe1": slow})
    with place.workers(ALL) as workers, ThreadPoolExecutor() as pool:
        reading = pool.submit(read, place.workspace())
        place.at_work("gd-pe1", workers)
        place.at_work("sc-pe1", workers)
        with place.redis.client() as client:
            (lease,) = client.keys("*:host:gd-pe1:lease")
            run = lease.split(b":run:")[1].split(b":")[0].decode()
            bound = Bound(broker_of(place).network, run, "gd-pe1", "read_running", 1)
            answer = messages.written_sealed(Answer(bound, "0" * 32, 0.0), lie, shanghai, centre)
            result = lease.replace(b":lease", b":result")
            client.set(result, answer)
            client.set(result.replace(b"gd-pe1", b"sc-pe1"), pickle.dumps(_Touch(proof)))
        result = reading.result(300)
    assert result.failures.keys() == {"gd-pe1", "sc-pe1"} == result.unanswered
    assert (
        f"an answer is refused: it is of worker lying (key {shanghai.public.name}), and "
        f"{ALL}-0 (key"
    ) in result.failures["gd-pe1"]
    assert result.failures["sc-pe1"] == (
        "RefusedAnswerError: sc-pe1: an answer is refused: it is no signed message"
    )
    assert not proof.exists()


def test_nothing_that_was_recorded_does_anything_again(place: Provinces) -> None:
    """A whole change is recorded at the broker and played to its worker, and to a new one."""
    broker, queue = broker_of(place), queue_of(place, ALL)
    app = broker.celery()
    with place.workers(ALL) as (worker,):
        with recording(place.redis) as seen:
            change = Change(make_plan(place.workspace(), Silent()))
            done = push(change, place.workspace(), Scenario("push"))  # type: ignore[arg-type]  # no chaos here
            assert done.data["result"] == "done"
        before = place.lab.counts(EVERYBODY)
        tickets, orders = _recorded(place, b"\n".join(seen))
        assert {bound.task for bound in tickets} >= {"commit", "confirm_or_rollback"}
        assert len(orders) >= len(tickets), "and the orders as well"
        for ticket in tickets.values():
            app.send_task(WORK, args=[ticket], queue=queue)
        until(lambda: worker.said().count("it comes twice") == len(tickets))
    # a worker that remembers nothing, and a broker that says that the run is alive
    with place.workers(ALL) as (fresh,):
        leases = Leases(broker)
        bound, ticket = next((b, t) for b, t in tickets.items() if b.task == "confirm_or_rollback")
        with place.redis.client() as client:
            for key in client.keys(f"*:run:{bound.run}:*"):
                client.delete(key)
        leases.live(bound.run)
        app.send_task(WORK, args=[ticket], queue=queue)
        claim = _claim(leases, bound.run)
        nonce = messages.read(Claim, claim, trusted_of(place).workers)[1].nonce
        for order in orders:
            leases.give_order(bound.run, nonce, order.decode())
        refused = f"an order for {bound.host} is refused: it"
        until(lambda: fresh.said().count(refused) == len(orders))
        leases.close(bound.run)
        until(lambda: "the run is over" in fresh.said())
    assert place.lab.counts(EVERYBODY) == before, "no router heard of it"


def _recorded(place: Provinces, seen: bytes) -> tuple[dict[Bound, str], list[bytes]]:
    """Tickets by what they are about, and everything of the centre's that a worker alone reads."""
    trusted = trusted_of(place)
    centre = place.keys.add("centre").public.name.encode()
    tickets, orders = {}, []
    for token in tokens(seen):
        try:
            ticket = messages.read(Ticket, token, trusted.controllers)[1]
            tickets[ticket.bound] = token.decode()
        except RefusedError:
            if token.startswith(centre):
                orders.append(token)
    return tickets, orders


def _claim(leases: Leases, run: str) -> bytes:
    deadline = time.monotonic() + 20
    while not (found := leases.heard(run, 0.5).claims):
        assert time.monotonic() < deadline
    return found[0]
