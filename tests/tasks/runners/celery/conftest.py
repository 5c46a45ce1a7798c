"""Workers of an emulated network behind a real Redis, for a module's tests."""

from collections.abc import Iterator

import pytest

from tests.chaos.emulated_field import DURATIONS, start
from tests.loopback import loopback_network
from tests.playbooks.without_memory import forget_journals
from tests.tasks.runners.celery.forked_workers import WorkerForks
from tests.tasks.runners.celery.provinces import Provinces, set_environment
from tests.tasks.runners.celery.redis_server import RedisServer, redis_server


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def forks() -> Iterator[WorkerForks]:
    """What forks the session's workers."""
    server = WorkerForks()
    yield server
    server.close()


@pytest.fixture(scope="module")
def module_place(
    tmp_path_factory: pytest.TempPathFactory, redis: RedisServer, forks: WorkerForks
) -> Iterator[Provinces]:
    root = tmp_path_factory.mktemp("w")
    with start(root, loopback_network()) as lab:
        place = Provinces(root, lab, redis, forks)
        place.at_first = lab.running()
        yield place


@pytest.fixture
def place(module_place: Provinces, monkeypatch: pytest.MonkeyPatch) -> Provinces:
    """Everything as at first: routers, broker, journal."""
    for file in module_place.root.glob("journal.db*"):  # what SQLite has beside it, too
        file.unlink(missing_ok=True)
    with module_place.redis.client() as client:
        client.flushall()
    set_environment(monkeypatch, module_place.controller)
    forget_journals(module_place.workspace().state)
    module_place.lab.set_durations(DURATIONS)
    module_place.lab.reset(module_place.at_first)
    return module_place
