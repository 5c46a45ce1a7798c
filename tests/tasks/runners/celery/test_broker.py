"""The broker: one that cannot be used, goes away, comes back, and what it sees."""

import base64
import json
import os
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from egovnet.lab.emulated import faults
from egovnet.lab.emulated.spec import Durations
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.progress import Silent
from egovnet.tasks.runners.celery.broker import WORK, Broker, BrokerDownError
from egovnet.tasks.runners.celery.leases import Leases
from egovnet.tasks.runners.celery.sealing import Seal
from tests.chaos.runs import Scenario, push
from tests.playbooks.test_json_shapes import check
from tests.tasks.runners.celery.provinces import (
    Provinces,
    set_environment,
    until,
)
from tests.tasks.runners.celery.redis_server import redis_server, stop
from tests.tasks.runners.celery.work import ALL, EVERYBODY, Change, command, read


@pytest.mark.parametrize("key", ["", "too-short", "§" * 44])
def test_a_key_that_is_none(place: Provinces, key: str) -> None:
    words = ("plan", "--runner", "celery", "--inventory", place.root / "new")
    ran = command(place, *words, env={"EGOVNET_BROKER_KEY": key})
    assert ran.code == 2
    assert ran.stderr.startswith("error: EGOVNET_BROKER_KEY: is not ")
    assert len(ran.stderr.splitlines()) == 1
    assert not key or key not in ran.stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "--region: is missing; name the region"),
        (("--region", "atlantis"), "--region: no region 'atlantis'; there are beijing"),
        (("--region", ALL, "--limit", "bj-p1"), "--limit and --tier are not a worker's"),
        (("--region", ALL, "--tier", "centre"), "--limit and --tier are not a worker's"),
    ],
)
def test_a_worker_without_its_region(place: Provinces, words: tuple[str, ...], why: str) -> None:
    ran = command(place, "worker", *words, "--inventory", place.root / "new")
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"error: {why}")


@pytest.mark.parametrize("seconds", ["0", "soon", "3601"])
def test_a_wait_that_is_none(place: Provinces, seconds: str) -> None:
    words = ("plan", "--runner", "celery", "--inventory", place.root / "new")
    ran = command(place, *words, env={"EGOVNET_WORKER_WAIT": seconds})
    assert ran.code == 2
    assert f"EGOVNET_WORKER_WAIT: {seconds!r} is not a number of seconds" in ran.stderr


@pytest.mark.parametrize("what", ["nobody listens", "wrong password", "no URL", "none named"])
def test_a_broker_that_cannot_be_used(place: Provinces, what: str) -> None:
    secret = "correct-horse-battery"
    url = {
        "nobody listens": f"redis://:{secret}@127.20.30.1:1/0",
        "wrong password": place.redis.url(secret),
        "no URL": f"https://:{secret}@127.20.30.1",
        "none named": "",
    }[what]
    for verb in (("plan", "--runner", "celery"), ("worker", "--region", ALL)):
        ran = command(
            place,
            *(*verb, "--inventory", place.root / "new"),
            env={
                "EGOVNET_BROKER": url,
                "EGOVNET_CREDENTIALS": str(place.lab.directory / "credentials.yaml"),
            },
        )
        assert ran.code == (5 if what in ("nobody listens", "wrong password") else 2), ran.stderr
        errors = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1
        assert ("broker redis://127." if ran.code == 5 else "EGOVNET_BROKER: is no") in errors[0]
        assert secret not in ran.stderr + ran.stdout


def test_the_broker_sees_no_text_and_no_secret(place: Provinces) -> None:
    workspace = place.workspace()
    texts = workspace.intended()
    seen: list[bytes] = []
    with ThreadPoolExecutor() as pool:
        planning = pool.submit(make_plan, workspace, Silent())
        with place.redis.client() as client:
            until(lambda: sum(client.llen(k) for k in client.scan_iter("egovnet:*:beijing")) == 3)
        seen.append(place.stored())
        with place.workers(ALL):
            plan = planning.result(60)
            seen.append(place.stored())
            assert push(Change(plan), workspace, Scenario("push")).data["result"] == "done"  # type: ignore[arg-type]  # no chaos here
            seen.append(place.stored())
    everything = b"\n".join(seen)
    readable = everything + b"".join(_decoded(everything))
    for line in {line.strip() for text in texts.values() for line in text.splitlines()}:
        if len(line) > 8:
            assert line.encode() not in readable, line
    password = place.lab.spec.password
    for secret in (password, place.key, place.redis.password, "PRIVATE KEY"):
        assert secret.encode() not in readable
    assert b"dry_run" not in readable
    seal = Seal(place.key)
    opened = [seal.open(token) for token in _tokens(everything)]
    sent = [o for o in opened if isinstance(o, dict)]
    assert any(o["arguments"].get("intended") == texts["bj-p1"] for o in sent), "it was there"
    assert password not in repr(opened)
    assert all(b"credentials" not in pickle.dumps(o) for o in sent)


def _tokens(stored: bytes) -> set[bytes]:
    """Everything in Fernet's form, also within a message's base64 body."""
    found: set[bytes] = set()
    for text in (stored, *_decoded(stored)):
        for word in text.replace(b'\\"', b'"').replace(b"'", b'"').split(b'"'):
            if word.startswith(b"gAAAA"):
                found.add(word)
    return found


def _decoded(stored: bytes) -> Iterator[bytes]:
    """What is readable in base64: Celery's bodies."""
    for word in stored.replace(b"\\", b"").replace(b"'", b'"').split(b'"'):
        if len(word) > 40 and not word.startswith(b"gAAAA"):
            try:
                yield base64.b64decode(word, validate=True)
            except ValueError:
                continue


def test_a_writer_to_the_broker_runs_nothing(place: Provinces, tmp_path: Path) -> None:
    """A pickle that is a program, sealed under another key or not at all, is not opened."""
    proof = tmp_path / "it-ran"
    forger = Seal(Fernet.generate_key().decode())
    broker = Broker.from_environment(place.workspace().network.backbone.name)
    app = broker.celery()
    leases = Leases(broker)
    leases.live("forged")
    evil = base64.b64encode(pickle.dumps(_Touch(str(proof)))).decode()
    with place.workers(ALL) as (worker,):
        for sealed in (forger.close(_Touch(str(proof))), evil):
            app.send_task(WORK, args=["forged", "bj-p1", sealed], queue=broker.queue("beijing"))
        until(lambda: worker.said().count("is left undone") == 2)
        assert read(place.workspace()).failures == {}, "and it works on"
    assert not proof.exists()


class _Touch:
    """Unpickled, it writes a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:  # noqa: ANN401 -- pickle's protocol
        return (os.mknod, (self.path,))


def test_leases_count_the_last_and_once(place: Provinces) -> None:
    leases = Leases(Broker.from_environment(place.workspace().network.backbone.name))
    assert leases.claim("r", "h", "one") == 0, "no controller, no work"
    leases.live("r")
    assert leases.claim("r", "h", "one") == 1
    assert leases.claim("r", "h", "two") == 0, "one is at it"
    with place.redis.client() as client:
        (key,) = client.keys("*:lease")
        client.delete(key)
        assert leases.renew("r", "h", "one", 1), "nobody took it meanwhile"
        client.delete(key)
    assert leases.claim("r", "h", "two") == 2
    assert not leases.renew("r", "h", "one", 1)
    assert not leases.finish("r", "h", 1, "late")
    assert leases.finish("r", "h", 2, "in time")
    assert not leases.finish("r", "h", 2, "twice")
    assert leases.claim("r", "h", "three") == 0, "it is done"
    assert not leases.give_up("r", "h")
    seen = leases.look("r", ["h"])["h"]
    assert (seen.fence, seen.worker, seen.result) == (2, "", b"in time")
    assert leases.give_up("r", "other")
    assert leases.claim("r", "other", "one") == 0
    leases.close("r")
    assert leases.claim("r", "third", "one") == 0
    with place.redis.client() as client:
        client.flushall()
    leases.live("r")
    assert leases.renew("r", "kept", "one", 3), "the broker lost its memory, the worker did not"
    assert leases.claim("r", "kept", "two") == 0
    assert leases.claim("r", "lost", "two", after=3) == 4


def test_a_broker_that_goes_away(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("egovnet.tasks.runners.celery.runner.AWAY_SECONDS", 3.0)
    with redis_server() as server:
        own = Provinces(place.root, place.lab, server)
        set_environment(monkeypatch, own.controller)
        place.lab.set_faults({name: [faults.Slow(verb="read", seconds=8)] for name in EVERYBODY})
        with own.workers(ALL) as workers, ThreadPoolExecutor() as pool:
            reading = pool.submit(read, own.workspace())
            own.at_work("bj-p1", workers)
            stop(server)
            result = reading.result(60)
    assert result.failures.keys() == EVERYBODY
    why = result.failures["bj-p1"]
    assert f"broker redis://127.0.0.1:{server.port}/0 has been away for 3 s" in why
    assert server.password not in why


def test_a_broker_that_comes_back(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the middle of commits, and back without anything: nothing is pushed twice."""
    with redis_server() as server:
        own = Provinces(place.root, place.lab, server)
        set_environment(monkeypatch, own.controller)
        with own.workers(ALL, ALL) as workers, ThreadPoolExecutor() as pool:
            change = Change(make_plan(own.workspace(), Silent()))
            slow = Durations(linux=0.03, provide=6.0)
            own.lab.set_durations(slow, change.plan.devices)
            pushing = pool.submit(push, change, own.workspace(), Scenario("push"))  # type: ignore[arg-type]  # no chaos here
            until(lambda: own.lab.counts(["gz-pe1"])["gz-pe1"].get("begun"))
            server.restart()
            assert pushing.result(120).data["result"] == "done"
            assert {n: c["begun"] for n, c in own.lab.counts(change.plan.devices).items()} == (
                dict.fromkeys(change.plan.devices, 1)
            )
            assert all(worker.process.poll() is None for worker in workers)
            assert read(own.workspace()).failures == {}, "the workers are at their posts"


def test_a_broker_with_tls(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    with redis_server(tls=True) as server:
        own = Provinces(place.root, place.lab, server)
        set_environment(monkeypatch, own.controller)
        with pytest.raises(BrokerDownError, match=r"broker rediss://127.*certificate"):
            open_nornir(own.workspace())
        authority = {"EGOVNET_BROKER_CA": str(server.authority)}
        set_environment(monkeypatch, own.controller | authority)
        with own.workers(ALL, env=authority):
            assert read(own.workspace()).failures == {}


def test_a_worker_ends_in_order(place: Provinces) -> None:
    """SIGTERM: what was taken is finished first, and it is not counted as there any more."""
    place.lab.set_faults({"bj-p1": [faults.Slow(verb="read", seconds=3)]})
    with place.workers(ALL) as (worker,), ThreadPoolExecutor() as pool:
        reading = pool.submit(read, place.workspace())
        place.at_work("bj-p1", [worker])
        threading.Event().wait(1.0)
        worker.process.terminate()
        assert reading.result(30).failures == {}
        assert worker.process.wait(20) == 0
        data = json.loads("{" + worker.said().rpartition("\n{")[2])
        check("worker", data)
        assert (data["finished"], data["inventory"]) == (7, place.workspace().checkout)
    leases = Leases(Broker.from_environment(place.workspace().network.backbone.name))
    assert leases.workers("beijing") == ([], [])
