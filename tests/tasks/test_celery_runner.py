"""Hosts by workers: real Redis, real worker processes, emulated routers over SSH."""

import base64
import json
import os
import pickle
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from egovnet.lab.emulated import faults
from egovnet.lab.emulated.faults import AnyFault
from egovnet.lab.emulated.spec import Durations
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.intended import SnapshotInventory
from egovnet.playbooks.core.run_on_devices import FleetResult, Silent, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.code_version import own_code
from egovnet.tasks.read_running import read_running
from egovnet.tasks.runners.celery.broker import WORK, Broker, BrokerDownError
from egovnet.tasks.runners.celery.leases import LEASE_SECONDS, Leases
from egovnet.tasks.runners.celery.sealing import Seal
from tests.chaos.emulated_field import DURATIONS, start
from tests.chaos.runs import Scenario, push
from tests.playbooks.console import Ran, egovnet
from tests.playbooks.test_json_shapes import check
from tests.tasks.provinces import NETWORK, TAKEN_UP_WITHIN, Provinces, set_environment, until
from tests.tasks.redis_server import RedisServer, redis_server, stop

#: The region above all others.
ALL = "beijing"
EVERYBODY = {"bj-p1", "bj-p2", "bj-pe1", "gd-pe1", "sh-pe1", "sc-pe1", "gz-pe1"}


@dataclass
class Told:
    """Progress that remembers."""

    devices: list[tuple[str, str, str]] = field(default_factory=list)

    def stage(self, name: str, total: int) -> None:
        """Not asked for here."""

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        self.devices.append((stage, name, state))

    def finish(self) -> None:
        """Not asked for here."""


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def module_place(
    tmp_path_factory: pytest.TempPathFactory, redis: RedisServer
) -> Iterator[Provinces]:
    root = tmp_path_factory.mktemp("w")
    with start(root, NETWORK) as lab:
        place = Provinces(root, lab, redis)
        place.at_first = lab.running()
        yield place


@pytest.fixture
def place(module_place: Provinces, monkeypatch: pytest.MonkeyPatch) -> Provinces:
    """Everything as at first: routers, broker, journal."""
    (module_place.root / "journal.db").unlink(missing_ok=True)
    with module_place.redis.client() as client:
        client.flushall()
    set_environment(monkeypatch, module_place.controller)
    module_place.lab.set_durations(DURATIONS)
    module_place.lab.reset(module_place.at_first)
    return module_place


def threaded(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A controller that does it itself, with the workers' credentials."""
    monkeypatch.setenv("EGOVNET_CREDENTIALS", str(place.lab.directory / "credentials.yaml"))
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", "2")
    return Workspace(place.root / "new")


def read(workspace: Workspace, progress: Any = None) -> FleetResult:  # noqa: ANN401 -- a Progress
    """Read every router."""
    nornir = open_nornir(workspace)
    try:
        arguments: dict[str, dict[str, Any]] = {name: {} for name in workspace.chosen}
        return run(nornir, "read", read_running, arguments, progress or Silent())
    finally:
        nornir.close_connections(on_good=True, on_failed=True)


@dataclass
class Change:
    """A place with a change to push: what `tests.chaos.runs.push` wants of a field."""

    plan: Plan
    confirm_timeout: int = 60
    hold: int = 10


def test_reading_gives_what_threads_give(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Mapping[str, list[AnyFault]] = {
        "sh-pe1": [faults.RefuseConnections(count=0)],
        "sc-pe1": [faults.RefuseLogin(count=0)],
    }
    place.lab.set_faults(broken)
    told = Told()
    with place.workers(ALL):
        by_workers = read(place.workspace(), told)
    by_threads = read(threaded(place, monkeypatch))
    assert by_workers == by_threads
    assert by_workers.results == place.lab.running(EVERYBODY - broken.keys())
    assert by_workers.failures.keys() == by_workers.unanswered == broken.keys()
    ends = Counter((name, "failed" if name in broken else "done") for name in EVERYBODY)
    begins = Counter((name, "begin") for name in EVERYBODY)
    assert Counter((name, state) for _, name, state in told.devices) == begins + ends
    for name in EVERYBODY:
        assert next(state for _, n, state in told.devices if n == name) == "begin"


def test_what_a_context_means_is_not_its_checkout(place: Provinces) -> None:
    """A rollback means another network, and reaches the devices by the same directory."""
    old, new = Workspace(place.root / "old"), Workspace(place.root / "new")
    meant = new.intending(SnapshotInventory(old.network, old.allocation, None))
    assert meant.checkout == new.checkout != old.checkout
    copied = shutil.copytree(place.root / "new", place.root / "copied")
    assert Workspace(copied).checkout == new.checkout, "numbers that no lock file has yet included"
    shutil.rmtree(copied)


def test_a_plan_and_a_whole_change_are_those_of_threads(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("plan", "--json", "--inventory", place.root / "new")
    with place.workers("beijing", "guangdong", "shanghai", "sichuan"):
        by_workers = command(place, *words, "--runner", "celery")
        assert by_workers.code == 3, by_workers.stderr
        change = Change(make_plan(place.workspace(), Silent()))
        done = push(change, place.workspace(), Scenario("push")).data  # type: ignore[arg-type]  # no chaos here
        assert {name: n["begun"] for name, n in place.lab.counts(change.plan.devices).items()} == (
            dict.fromkeys(change.plan.devices, 1)
        )
        after = place.lab.running()
        wrong = Change(make_plan(place.workspace("old"), Silent()))
    assert wrong.plan.unreachable.keys() == EVERYBODY, "the workers have another inventory"
    place.lab.reset(place.at_first)
    (place.root / "journal.db").unlink()
    workspace = threaded(place, monkeypatch)
    by_threads = command(place, *words, env={n: os.environ[n] for n in ("EGOVNET_CREDENTIALS",)})
    apart = ("created",)
    assert {k: v for k, v in by_workers.json.items() if k not in apart} == {
        k: v for k, v in by_threads.json.items() if k not in apart
    }
    assert make_plan(workspace, Silent()).hash == change.plan.hash
    again = push(Change(change.plan), workspace, Scenario("push")).data  # type: ignore[arg-type]  # as above
    assert done == again
    assert (done["result"], set(done["devices"])) == ("done", set(change.plan.devices))
    assert after == place.lab.running()


def command(place: Provinces, *words: Any, env: Mapping[str, str] | None = None) -> Ran:  # noqa: ANN401 -- words and paths
    """`egovnet` in the environment of a controller."""
    return egovnet(*words, state=place.root / "state", env={**place.controller, **(env or {})})


def test_a_worker_killed_while_it_reads(place: Provinces) -> None:
    place.lab.set_faults({"gz-pe1": [faults.Slow(verb="read", seconds=60)]})
    with place.workers(ALL, ALL) as workers, ThreadPoolExecutor() as pool:
        reading = pool.submit(read, place.workspace())
        at = place.at_work("gz-pe1", workers)
        until(lambda: place.lab.counts(["gz-pe1"])["gz-pe1"].get("read"))
        killed = at.kill()
        result = reading.result(60)
        took = time.monotonic() - killed
    assert result.failures == {}
    assert result.results == place.lab.running(EVERYBODY)
    assert took < TAKEN_UP_WITHIN


#: Where a commit is when its worker dies: its state on the router, what keeps it there.
MIDDLES: dict[str, tuple[list[AnyFault], Durations]] = {
    "none": ([faults.Slow(verb="commit", seconds=60)], DURATIONS),
    "applying": ([], Durations(linux=0.03, provide=5.0)),
    "applied": ([faults.Slow(verb="accept", seconds=60)], DURATIONS),
}


@pytest.mark.parametrize("middle", MIDDLES)
def test_a_worker_killed_in_the_middle_of_a_commit(place: Provinces, middle: str) -> None:
    script, durations = MIDDLES[middle]
    victim = "gz-pe1"
    with place.workers(ALL, ALL) as workers, ThreadPoolExecutor() as pool:
        change = Change(make_plan(place.workspace(), Silent()))
        place.lab.set_faults({victim: script})
        place.lab.set_durations(durations, [victim])
        pushing = pool.submit(push, change, place.workspace(), Scenario("push"))  # type: ignore[arg-type]  # no chaos here

        def is_there() -> bool:
            """The router has what the worker did last, and the worker waits for more."""
            arrived = place.lab.counts([victim])[victim]
            if middle == "none":
                return arrived.get("commit", 0) == 1
            if middle == "applied":
                return arrived.get("accept", 0) == 1
            return middle in place.lab.snapshots([victim])[victim].commits.values()

        until(is_there)
        killed = place.at_work(victim, workers).kill()
        assert place.lab.snapshots([victim])[victim].commits == (
            {} if middle == "none" else {place.commit: middle}
        )
        data = pushing.result(120).data
        took = time.monotonic() - killed
    assert data["result"] == "done", data
    begun = {name: n.get("begun", 0) for name, n in place.lab.counts(change.plan.devices).items()}
    assert begun == dict.fromkeys(change.plan.devices, 1), "pushed once, each"
    for name, seen in place.lab.snapshots(change.plan.devices).items():
        assert seen.commits == {place.commit: "confirmed"}, name
        assert seen.running == seen.startup, name
    assert took < TAKEN_UP_WITHIN + 10, "taken up, and the rest of the change"


def test_a_slow_worker_is_not_doubled(place: Provinces) -> None:
    place.lab.set_faults({"bj-p1": [faults.Slow(verb="read", seconds=2 * LEASE_SECONDS)]})
    with place.workers(ALL, ALL):
        result = read(place.workspace())
    assert result.failures == {}
    assert place.lab.counts()["bj-p1"]["read"] == 1
    with place.redis.client() as client:
        fences = [int(client.get(key)) for key in client.scan_iter("*:fence")]
    assert fences == [1] * len(EVERYBODY)


def test_a_region_without_a_worker(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_WORKER_WAIT", "2")
    with place.workers("guangdong"):
        begin = time.monotonic()
        result = read(place.workspace())
    assert time.monotonic() - begin < 10
    assert result.results.keys() == {"gd-pe1", "gz-pe1"}, "the region and those below it"
    assert result.failures["sh-pe1"] == (
        "NoWorkerError: sh-pe1: no worker of region shanghai took it in 2 s"
    )
    assert result.unanswered == EVERYBODY - {"gd-pe1", "gz-pe1"}
    with place.workers(ALL):
        time.sleep(2)
    assert "read" not in place.lab.counts()["sh-pe1"], "given up is not begun later"


def test_another_key(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_WORKER_WAIT", "2")
    other = Fernet.generate_key().decode()
    with place.workers(ALL, env={"EGOVNET_BROKER_KEY": other}):
        result = read(place.workspace())
    assert result.results == {}
    assert "has another EGOVNET_BROKER_KEY" in result.failures["bj-p1"]
    assert all("no worker of region" in why for why in result.failures.values())


@pytest.mark.parametrize("key", ["", "too-short", "§" * 44])
def test_a_key_that_is_none(place: Provinces, key: str) -> None:
    words = ("plan", "--runner", "celery", "--inventory", place.root / "new")
    ran = command(place, *words, env={"EGOVNET_BROKER_KEY": key})
    assert ran.code == 2
    assert ran.stderr.startswith("error: EGOVNET_BROKER_KEY: is not ")
    assert len(ran.stderr.splitlines()) == 1
    assert not key or key not in ran.stderr


def test_another_inventory_is_refused_until_it_is_there(place: Provinces) -> None:
    own = place.root / "own"
    shutil.copytree(place.root / "old", own)
    try:
        with place.workers(ALL, inventory="own"):
            refused = read(place.workspace())
            assert refused.results == {}
            for digest in (place.workspace("own").checkout, place.workspace().checkout):
                assert digest[:16] in refused.failures["bj-p1"]
            assert "OtherInventoryError: worker " in refused.failures["bj-p1"]
            shutil.copytree(place.root / "new", own, dirs_exist_ok=True)
            time.sleep(2.5)
            assert read(place.workspace()).failures == {}
    finally:
        shutil.rmtree(own)


def test_another_egovnet_is_refused_and_said_so(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.workers(ALL):
        with monkeypatch.context() as patch:
            patch.setattr("egovnet.tasks.runners.celery.sealing.own_code", lambda: "9" * 64)
            refused = read(place.workspace())
        assert refused.results == {}
        assert refused.failures.keys() == EVERYBODY
        said = refused.failures["bj-p1"]
        assert f"its result comes from an egovnet whose code is {own_code()[:16]}" in said
        assert read(place.workspace()).failures == {}


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
