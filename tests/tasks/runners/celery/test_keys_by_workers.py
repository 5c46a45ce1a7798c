"""Keys where workers log in: references cross the broker; values are put in at the worker."""

import os
from collections.abc import Iterator

import pytest
import yaml
from click.testing import CliRunner

from egovnet.lab.emulated import faults
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.cli.main import main
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.verbs.worker import Checkout
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.on_hosts import keys_of
from tests.chaos.runs import Scenario, push
from tests.generated import nation, write
from tests.lab.emulated.networks import emulated, move
from tests.loopback import loopback_network
from tests.playbooks.test_managed_keys_of_a_day import POLICY, encodings
from tests.tasks.runners.celery.forked_workers import WorkerForks
from tests.tasks.runners.celery.provinces import Provinces, set_environment
from tests.tasks.runners.celery.recorded import decoded, recording
from tests.tasks.runners.celery.redis_server import RedisServer
from tests.tasks.runners.celery.work import Change, command

IDENTITY = "EGOVNET_KEY_IDENTITY"
TOP = "centre"


@pytest.fixture(scope="module")
def keyed(
    tmp_path_factory: pytest.TempPathFactory, redis: RedisServer, forks: WorkerForks
) -> Iterator[Provinces]:
    """Four routers without keys; an inventory that has a policy of keys, and a store of them."""
    root = tmp_path_factory.mktemp("k")
    sections = nation(2, 1)
    move(sections["hosts"], network := loopback_network())
    inventory = write(sections, root / "new")
    before = dict(os.environ)
    with emulated(root, inventory, network) as routers:
        path = inventory / "network.yaml"
        data = yaml.safe_load(path.read_text()) | {"authentication": POLICY}
        path.write_text(yaml.safe_dump(data, sort_keys=False))
        os.environ[IDENTITY] = str(root / "identity")
        for words in (("keys", "init"), ("keys", "generate", "--yes")):
            ran = CliRunner().invoke(main, [*words, "--inventory", str(inventory)])
            assert ran.exit_code == 0, ran.output
        yield Provinces(root, routers.lab, redis, forks)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def place(keyed: Provinces, monkeypatch: pytest.MonkeyPatch) -> Provinces:
    """The controller cannot open the store."""
    set_environment(monkeypatch, keyed.controller)
    return keyed


def values(place: Provinces) -> list[str]:
    return list(AgeFile(place.root / "new", place.root / "identity").read().values())


def test_values_are_put_in_at_the_worker_and_nowhere_else(place: Provinces) -> None:
    identity = {IDENTITY: str(place.root / "identity")}
    said: list[str] = []
    with recording(place.redis) as seen, place.workers(TOP, env=identity) as (worker,):
        plan = make_plan(place.workspace(), Silent())
        assert set(plan.devices) == {"rr1", "rr2", "pe1", "pe2"}, plan.unreachable
        # FRR's answer to a line quotes it
        place.lab.set_faults({"pe1": [faults.RefuseLine(pattern="password", count=1)]})
        refused = push(Change(plan), place.workspace(), Scenario("push"))
        assert refused.exit is Exit.DEVICES_FAILED
        assert "password" in str(refused)
        place.lab.set_faults({})
        done = push(Change(plan), place.workspace(), Scenario("push"))
        assert done.exit is Exit.DONE, done
        again = make_plan(place.workspace(), Silent())
        assert not again.devices, "with their keys, they run what is intended"
        said += [str(plan), str(refused), str(done), str(again), worker.said()]
        stored = place.stored()
    running = "\n".join(place.lab.running().values())
    through = b"\n".join((*seen, stored))
    all_of_it = b"\n".join((through, *decoded(through), "\n".join(said).encode()))
    for value in values(place):
        assert value in running
        assert not [each for each in encodings(value) if each in all_of_it]


def test_a_worker_that_cannot_open_the_store_says_so(place: Provinces) -> None:
    place.keys.add("nobody", TOP)
    ran = command(
        place,
        *("worker", "--region", TOP, "--inventory", place.root / "new"),
        env={
            **place.keys.of("nobody"),
            "EGOVNET_CREDENTIALS": str(place.lab.directory / "credentials.yaml"),
            "XDG_CONFIG_HOME": str(place.root / "config"),
        },
    )
    assert ran.code == 2
    assert "keys.identity: cannot be read: No such file or directory; it opens" in ran.stderr


def test_a_store_that_came_later_is_read_again(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout's files come one after the other, and the store is not part of its digest."""
    monkeypatch.setenv(IDENTITY, str(place.root / "identity"))
    monkeypatch.setenv("EGOVNET_CREDENTIALS", str(place.lab.directory / "credentials.yaml"))
    digest = place.workspace().checkout
    store = place.root / "new" / "keys.age"
    whole = AgeFile(store.parent, place.root / "identity")
    reference, value = next((r, v) for r, v in whole.read().items() if "pe1" in r.name)
    kept = store.read_bytes()
    checkout = Checkout(place.root / "new", TOP)
    try:
        store.unlink()
        keys = keys_of(checkout.nornir(digest).inventory.hosts["pe1"])
        assert not keys
        store.write_bytes(kept)
        for _ in range(2):
            keys = keys_of(checkout.nornir(digest).inventory.hosts["pe1"])
            assert keys.reveal(str(reference)) == value
    finally:
        store.write_bytes(kept)
