"""The broker: one that cannot be used, goes away, comes back, and what it sees."""

import base64
import json
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from egovnet.lab.emulated import faults
from egovnet.lab.emulated.spec import Durations
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.core.devices import below_each, open_nornir
from egovnet.playbooks.core.progress import Silent
from egovnet.tasks.code_version import own_code
from egovnet.tasks.runners.celery.broker import Broker, BrokerDownError
from egovnet.tasks.runners.celery.leases import Leases
from egovnet.tasks.runners.wire import strict_json
from egovnet.tasks.runners.wire.key_pair import read_key_pair, write_new_key
from egovnet.tasks.runners.wire.messages import Answer, Claim, Ticket, read_sealed, written
from egovnet.tasks.runners.wire.messages import read as read_message
from egovnet.tasks.runners.wire.signed import RefusedError
from egovnet.tasks.runners.wire.strict_json import WrongJsonError
from egovnet.tasks.runners.wire.trusted_keys import read_trusted_keys
from tests.chaos.runs import Scenario, push
from tests.playbooks.console import command as process
from tests.playbooks.test_json_shapes import check
from tests.tasks.runners.celery.provinces import (
    Provinces,
    set_environment,
    until,
)
from tests.tasks.runners.celery.recorded import decoded, payloads, recording, tokens
from tests.tasks.runners.celery.redis_server import redis_server, stop
from tests.tasks.runners.celery.work import ALL, EVERYBODY, Change, command, read

#: Variable that is wrong -> (what it is set to, how the one error begins).
WRONG_KEYS = {
    "old key": ("EGOVNET_BROKER_KEY", "x" * 44, "EGOVNET_BROKER_KEY: is no longer used"),
    "no private key": ("EGOVNET_PRIVATE_KEY", "", "EGOVNET_PRIVATE_KEY: is not set"),
    "no public keys": ("EGOVNET_PUBLIC_KEYS", "", "EGOVNET_PUBLIC_KEYS: is not set"),
    "another private key": ("EGOVNET_PRIVATE_KEY", "{stranger}", "{public}: {kind}: has not this"),
    "no such file": ("EGOVNET_PRIVATE_KEY", "/nowhere/key", "/nowhere/key: the private key cannot"),
}


@pytest.mark.parametrize("what", WRONG_KEYS)
def test_keys_that_cannot_be_used(place: Provinces, what: str) -> None:
    variable, value, error = WRONG_KEYS[what]
    stranger = place.root / "stranger"
    if not stranger.exists():
        write_new_key(stranger)
    for words, kind in (
        (("plan", "--runner", "celery"), "controllers"),
        (("worker", "--region", ALL), "workers"),
    ):
        ran = command(
            place,
            *(*words, "--inventory", place.root / "new"),
            env={
                "EGOVNET_CREDENTIALS": str(place.lab.directory / "credentials.yaml"),
                "XDG_CONFIG_HOME": str(place.root / "config"),
                variable: value.format(stranger=stranger),
            },
        )
        assert ran.code == 2
        errors = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1
        begins = error.format(public=place.keys.public, kind=kind)
        assert errors[0].startswith(f"error: {begins}")
        assert "x" * 44 not in ran.stderr


def test_a_new_key_by_the_command(place: Provinces) -> None:
    path = place.root / "made"
    made = command(place, "worker", "--new-key", path)
    assert made.code == 0
    assert made.stdout.strip() == str(read_key_pair(path).public)
    assert "PRIVATE KEY-" not in made.stdout + made.stderr
    again = command(place, "worker", "--new-key", path, "--json")
    assert (again.code, again.json["error"]) == (
        2,
        f"{path}: is there already; a key is never written over",
    )
    ran = command(place, "worker", "--new-key", place.root / "more", "--region", ALL)
    assert ran.stderr == "error: --region: has no effect with --new-key; leave it out\n"
    shown = command(place, "worker", "--new-key", place.root / "more", "--json")
    check("worker --new-key", shown.json)


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
    with recording(place.redis) as seen, place.workers(ALL):
        plan = make_plan(workspace, Silent())
        assert push(Change(plan), workspace, Scenario("push")).data["result"] == "done"  # type: ignore[arg-type]  # no chaos here
    everything = b"\n".join(seen)
    readable = everything + b"".join(decoded(everything))
    for line in {line.strip() for text in texts.values() for line in text.splitlines()}:
        if len(line) > 8:
            assert line.encode() not in readable, line
    password = place.lab.spec.password
    for secret in (password, "PRIVATE KEY", "egovnet change 1", '"intended"'):
        assert secret.encode() not in readable
    # what is readable is who speaks of what: names, numbers and times
    for text in payloads(everything):
        with suppress(WrongJsonError):
            known = {"bound", "region", "nonce", "made", "code", "ticket", "ticket_made", "worker"}
            assert strict_json.read(text).keys() <= known
    centre = place.keys.add("centre")
    workers = read_trusted_keys(place.keys.public, below_each(workspace.network)).workers
    answers = []
    for token in tokens(everything):
        with suppress(RefusedError):  # the other three kinds
            answers.append(read_sealed(Answer, token, workers, centre)[1:])
    results = {
        answer.bound.host: content["done"]["result"]["running"]
        for answer, content in answers
        if answer.bound.task == "dry_run"
    }
    assert results["bj-p1"] == place.at_first["bj-p1"], "and it was there"
    assert password not in repr(answers)


def test_leases_count_the_last_and_once(place: Provinces) -> None:
    leases = Leases(Broker.from_environment(place.workspace().network.backbone.name))
    assert not leases.claim("r", "h", "one", 1, "c1"), "no controller, no work"
    leases.live("r")
    assert leases.claim("r", "h", "one", 1, "c1")
    assert not leases.claim("r", "h", "two", 1, "c2"), "one is at it"
    assert not leases.claim("r", "h", "two", 2, "c2"), "still"
    assert leases.heard("r", 0.1).claims == [b"c1"]
    with place.redis.client() as client:
        (key,) = client.keys("*:lease")
        client.delete(key)
        assert leases.renew("r", "h", "one", 1), "nobody took it meanwhile"
        client.delete(key)
    assert not leases.claim("r", "h", "two", 1, "c2"), "that fence was claimed"
    assert leases.claim("r", "h", "two", 2, "c2")
    assert not leases.renew("r", "h", "one", 1)
    leases.release("r", "h", "one", 1)
    assert leases.look("r", ["h"])["h"].worker == "two", "another's is not released"
    assert not leases.finish("r", "h", 1, "late")
    assert leases.finish("r", "h", 2, "in time")
    assert not leases.finish("r", "h", 2, "twice")
    assert not leases.claim("r", "h", "three", 3, "c3"), "it is done"
    assert not leases.give_up("r", "h")
    seen = leases.look("r", ["h"])["h"]
    assert (seen.fence, seen.worker, seen.result) == (2, "", b"in time")
    heard = leases.heard("r", 0.1)
    assert (heard.claims, heard.ended) == ([b"c2"], ["h"])
    assert leases.give_up("r", "other")
    assert not leases.claim("r", "other", "one", 1, "c1")
    assert leases.claim("r", "let go", "one", 1, "c1")
    leases.release("r", "let go", "one", 1)
    assert leases.look("r", ["let go"])["let go"].worker == ""
    leases.give_order("r", "c1", "order")
    assert leases.order("r", "c1", 0.1) == b"order"
    assert leases.order("r", "c1", 0.1) is None, "once"
    leases.close("r")
    assert not leases.is_live("r")
    assert not leases.claim("r", "third", "one", 1, "c1")
    with place.redis.client() as client:
        client.flushall()
    leases.live("r")
    assert leases.renew("r", "kept", "one", 3), "the broker lost its memory, the worker did not"
    assert not leases.claim("r", "kept", "two", 3, "c2")
    assert leases.finish("r", "ended", 3, "answer"), "nor what it was at"
    assert not leases.claim("r", "ended", "two", 3, "c2")
    assert not leases.finish("r", "ended", 3, "twice")


def test_who_was_passed_over_has_a_host_no_more(place: Provinces) -> None:
    """Not by a lease that is renewed late, nor by an answer that is late."""
    leases = Leases(Broker.from_environment(place.workspace().network.backbone.name))
    leases.live("r")
    assert leases.claim("r", "h", "one", 1, "c1")
    assert not leases.pass_over("r", "h", 2), "it is at it"
    assert leases.renew("r", "h", "one", 1)
    assert leases.pass_over("r", "h", 2, also_held=True)
    assert not leases.renew("r", "h", "one", 1)
    assert not leases.finish("r", "h", 1, "late")
    assert not leases.claim("r", "h", "three", 2, "c3"), "the fence between is nobody's"
    assert leases.claim("r", "h", "two", 3, "c2"), "the host is free at once"
    assert leases.finish("r", "h", 3, "in time")
    assert not leases.pass_over("r", "h", 4), "it ended"


def test_a_broker_may_say_what_it_likes(place: Provinces) -> None:
    """Values of another kind than ours are no reason to fail."""
    leases = Leases(Broker.from_environment(place.workspace().network.backbone.name))
    leases.live("r")
    prefix = f"egovnet:{place.workspace().network.backbone.name}"
    with place.redis.client() as client:
        client.set(f"{prefix}:run:r:host:h:fence", b"\xff many")
        client.set(f"{prefix}:run:r:host:h:lease", b"\xff\x00")
        client.rpush(f"{prefix}:run:r:events", b"\xff", b"ended \xff", b"claim \xff", b"")
        client.zadd(f"{prefix}:workers:beijing", {b"\xff": 10**15, b"": 10**15, b"a b c d": 10**15})
    assert leases.look("r", ["h"])["h"].fence == 0
    assert leases.heard("r", 0.1).claims == [b"\xff"]
    assert len(leases.workers("beijing")) == 3


def test_a_broker_that_goes_away(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("egovnet.tasks.runners.celery.handing_out.AWAY_SECONDS", 3.0)
    with redis_server() as server:
        own = Provinces(place.root, place.lab, server, place.forks)
        set_environment(monkeypatch, own.controller)
        place.lab.set_faults({name: [faults.Slow(verb="read", seconds=8)] for name in EVERYBODY})
        with own.workers(ALL) as workers, ThreadPoolExecutor() as pool:
            reading = pool.submit(read, own.workspace())
            own.at_work("bj-p1", workers)
            stop(server)
            result = reading.result(300)
    assert result.failures.keys() == EVERYBODY
    why = result.failures["bj-p1"]
    assert f"broker redis://127.0.0.1:{server.port}/0 has been away for 3 s" in why
    assert server.password not in why


def test_a_broker_that_comes_back(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the middle of commits, and back without anything: nothing is pushed twice."""
    with redis_server() as server:
        own = Provinces(place.root, place.lab, server, place.forks)
        set_environment(monkeypatch, own.controller)
        with own.workers(ALL, ALL) as workers, ThreadPoolExecutor() as pool:
            change = Change(make_plan(own.workspace(), Silent()))
            slow = Durations(linux=0.03, provide=6.0)
            own.lab.set_durations(slow, change.plan.devices)
            pushing = pool.submit(push, change, own.workspace(), Scenario("push"))  # type: ignore[arg-type]  # no chaos here
            until(lambda: own.lab.counts(["gz-pe1"])["gz-pe1"].get("begun"))
            server.restart()
            assert pushing.result(300).data["result"] == "done"
            assert {n: c["begun"] for n, c in own.lab.counts(change.plan.devices).items()} == (
                dict.fromkeys(change.plan.devices, 1)
            )
            assert all(worker.process.poll() is None for worker in workers)
            assert read(own.workspace()).failures == {}, "the workers are at their posts"


def test_what_a_broker_lost_is_ordered_again(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that was sent and not fetched yet."""
    with redis_server() as server, ThreadPoolExecutor() as pool:
        own = Provinces(place.root, place.lab, server, place.forks)
        set_environment(monkeypatch, own.controller)
        key = own.keys.add(f"{ALL}-0", ALL)
        broker = Broker.from_environment(place.workspace().network.backbone.name)
        leases = Leases(broker)
        queue = broker.queue(own.keys.add("centre").public.name, "guangdong")
        reading = pool.submit(read, own.workspace().only(["gd-pe1"]))
        with server.client() as client:
            until(lambda: client.exists(queue))
            ticket = read_ticket(client.rpop(queue), own)
            claim = Claim(ticket.bound, ticket.nonce, ticket.made, "1" * 32, 1.0, "one", own_code())
            run, order = ticket.bound.run, f"*:order:{claim.nonce}"
            leases.claim(run, "gd-pe1", "one", ticket.bound.fence, written(claim, key))
            until(lambda: list(client.scan_iter(order)))
            (sent,) = client.lrange(next(client.scan_iter(order)), 0, -1)
        server.restart()
        assert leases.renew(run, "gd-pe1", "one", ticket.bound.fence)
        assert leases.order(run, claim.nonce, 5) == sent
        with own.workers(ALL):
            # the one that claimed it says no more
            assert reading.result(300).failures == {}


def read_ticket(message: bytes, place: Provinces) -> Ticket:
    body = json.loads(base64.b64decode(json.loads(message)["body"]))
    controllers = read_trusted_keys(
        place.keys.public, below_each(place.workspace().network)
    ).controllers
    return read_message(Ticket, body[0][0], controllers)[1]


def test_a_broker_with_tls(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    with redis_server(tls=True) as server:
        own = Provinces(place.root, place.lab, server, place.forks)
        set_environment(monkeypatch, own.controller)
        with pytest.raises(BrokerDownError, match=r"broker rediss://127.*certificate"):
            open_nornir(own.workspace())
        authority = {"EGOVNET_BROKER_CA": str(server.authority), "EGOVNET_BROKER_TLS": "required"}
        set_environment(monkeypatch, own.controller | authority)
        with own.workers(ALL, env=authority) as (worker,):
            assert read(own.workspace()).failures == {}
        assert "without TLS" not in worker.said()
        # the same server, by a name that its certificate does not have
        monkeypatch.setenv("EGOVNET_BROKER", server.url().replace("127.0.0.1", "localhost"))
        with pytest.raises(BrokerDownError, match=r"rediss://localhost.*certificate.*'localhost'"):
            open_nornir(own.workspace())


@pytest.mark.parametrize(
    ("url", "in_clear"),
    [
        ("redis://10.9.8.7/0", True),
        ("redis://broker.example:6379", True),
        ("redis://u:p@[2001:db8::1]:6379/1", True),
        ("rediss://10.9.8.7/0", False),
        ("redis://127.0.0.1", False),
        ("redis://127.20.30.40:1", False),
        ("redis://[::1]:6379/1", False),
        ("redis://localhost", False),
        ("redis://LocalHost:6379", False),
        ("redis://localhost.example", True),
        ("redis://127.0.0.1.example", True),
    ],
)
def test_where_tls_is_missed(url: str, in_clear: bool) -> None:
    assert Broker(url, "reference").in_clear is in_clear


def test_a_broker_without_tls_is_told_or_refused(place: Provinces) -> None:
    """0.0.0.0 is this machine to connect to, and no loopback address."""
    url = place.redis.url().replace("127.0.0.1", "0.0.0.0")  # noqa: S104 -- nothing listens there
    told = f"warning: broker redis://0.0.0.0:{place.redis.port}/0 is reached without TLS: who is on"
    clear = {"EGOVNET_BROKER": url, "EGOVNET_WORKER_WAIT": "1"}
    words = ("plan", "--json", "--runner", "celery", "--inventory", place.root / "new")
    ran = process(*words, state=place.root / "state", env=place.controller | clear)
    assert (ran.code, ran.stderr.count(told)) == (5, 1)
    assert place.redis.password not in ran.stderr
    assert ran.json["unreachable"].keys() == EVERYBODY, "JSON is JSON"
    with place.workers(ALL, env=clear) as (worker,):
        assert worker.said().count(told) == 1
        assert place.redis.password not in worker.said()
    for verb, value, why in (
        ("plan --runner celery", "required", "is without TLS, and EGOVNET_BROKER_TLS is required"),
        (f"worker --region {ALL}", "required", "EGOVNET_BROKER_TLS is required; use rediss://"),
        ("plan --runner celery", "yes", "EGOVNET_BROKER_TLS: is 'yes'; set it to required, or not"),
    ):
        env = {
            **clear,
            "EGOVNET_BROKER_TLS": value,
            "EGOVNET_CREDENTIALS": str(place.lab.directory / "credentials.yaml"),
            **place.keys.of(f"{ALL}-0" if "worker" in verb else "centre"),
        }
        refused = command(place, *verb.split(), "--inventory", place.root / "new", env=env)
        assert refused.code == 2
        assert why in refused.stderr


def test_a_worker_ends_in_order(place: Provinces) -> None:
    """HUP, which is as TERM: what was taken is finished first, and it is counted no more."""
    place.lab.set_faults({"bj-p1": [faults.Slow(verb="read", seconds=3)]})
    with place.workers(ALL, command=True) as (worker,), ThreadPoolExecutor() as pool:
        reading = pool.submit(read, place.workspace())
        place.at_work("bj-p1", [worker])
        threading.Event().wait(1.0)
        worker.process.send_signal(signal.SIGHUP)
        assert reading.result(30).failures == {}
        assert worker.process.wait(20) == 0
        data = json.loads("{" + worker.said().rpartition("\n{")[2])
        check("worker", data)
        assert (data["finished"], data["inventory"]) == (7, place.workspace().checkout)
    leases = Leases(Broker.from_environment(place.workspace().network.backbone.name))
    assert leases.workers("beijing") == []
