"""Nornir runner plugin "celery": hosts go to the workers of their regions (`egovnet worker`).

A region's queue gets its shard of the hosts, a ticket for each, so that each is acknowledged, and
lost with its worker, by itself. What is to be done goes to the worker that claims it, and to no
other (`handing_out`). Processors are told here as each host begins and ends.
"""

import os

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, Task
from nornir.plugins.runners import SerialRunner

from egovnet.inventory.errors import EgovnetError
from egovnet.tasks.runners.celery.broker import Broker
from egovnet.tasks.runners.celery.handing_out import WAIT_SECONDS, HandingOut, Means
from egovnet.tasks.runners.celery.leases import Leases
from egovnet.tasks.runners.per_host import PerHost
from egovnet.tasks.runners.wire.identity import Identity
from egovnet.tasks.runners.wire.own_tasks import OWN_TASKS
from egovnet.tasks.runners.wire.task_form import TaskList
from egovnet.tasks.runners.wire.trusted_keys import Regions

WAIT_VARIABLE = "EGOVNET_WORKER_WAIT"


class WorkerWaitError(EgovnetError):
    """EGOVNET_WORKER_WAIT is not a number of seconds (exit code 2)."""


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
    """Runs the tasks of `tasks` by workers; `checkout` is the digest of the inventory that they
    must have, `regions` says of each region which are below it.

    Raises:
        BrokerError, BrokerDownError, WorkerWaitError: see `broker`.
        KeyFileError, TrustedKeysError, InventoryError: see `wire.identity`.
    """

    def __init__(
        self, network: str, checkout: str, regions: Regions, tasks: TaskList = OWN_TASKS
    ) -> None:
        wait = worker_wait()
        identity = Identity.from_environment(network, regions)
        identity.trusted.now().check_controller(identity.own)
        broker = Broker.from_environment(network)
        self._means = Means(identity, broker, Leases(broker), broker.celery(), checkout, wait)
        self._tasks = tasks

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """Run `task` on `hosts`; what belongs to this process, such as closing its sessions, is
        done in it."""
        function = task.task.task if isinstance(task.task, PerHost) else task.task
        if "<locals>" in getattr(function, "__qualname__", "<locals>"):
            return SerialRunner().run(task, hosts)
        return HandingOut(self._means, task, self._tasks.of(function), hosts).result()
