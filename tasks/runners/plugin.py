"""The way to Celery: all that egovnet knows of it, and that loads it only where it is chosen.

`celery_runner` is the Nornir runner plugin "celery" by its entry point. Nornir loads every plugin's
entry point whenever it starts, and Celery costs a third of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from nornir.core import Nornir
from nornir.core.plugins.runners import RunnerPlugin

if TYPE_CHECKING:
    from egovnet.tasks.runners.wire.task_form import TaskList


class Worker(Protocol):
    """Works on the devices of its regions for controllers elsewhere."""

    name: str
    #: Devices that were finished.
    finished: int

    @property
    def broker(self) -> object:
        """Where it hears of work; str() of it holds no secret."""

    def serve(self) -> None:
        """Work until INT, TERM, HUP or QUIT; what was taken is finished first."""


def celery_runner(
    network: str,
    checkout: str,
    regions: Mapping[str, Collection[str]],
    tasks: TaskList | None = None,
) -> RunnerPlugin:
    """`egovnet.tasks.runners.celery.runner.CeleryRunner`, which see; `tasks`: this floor's own."""
    from egovnet.tasks.runners.celery.runner import CeleryRunner  # noqa: PLC0415 -- see above
    from egovnet.tasks.runners.wire.own_tasks import OWN_TASKS  # noqa: PLC0415 -- see above

    return CeleryRunner(network, checkout, regions, tasks or OWN_TASKS)


def celery_worker(
    network: str,
    all_regions: Mapping[str, Collection[str]],
    served: Sequence[str],
    checkout: Callable[[str], Nornir],
    *,
    concurrency: int,
    tasks: TaskList,
) -> Worker:
    """A worker of the regions `served`, `concurrency` devices at a time, by the environment.

    `all_regions` says of each region of the network which are below it. `checkout` gives Nornir
    over the inventory of a digest, or raises an error that says why not.

    Raises:
        BrokerError, BrokerDownError: the broker cannot be used.
        KeyFileError, TrustedKeysError, InventoryError: neither can our key, or those of others.
    """
    from egovnet.tasks.runners.celery.broker import Broker  # noqa: PLC0415 -- see above
    from egovnet.tasks.runners.celery.worker import CeleryWorker  # noqa: PLC0415 -- see above
    from egovnet.tasks.runners.wire.identity import Identity  # noqa: PLC0415 -- see above

    identity = Identity.from_environment(network, all_regions)
    broker = Broker.from_environment(network)
    return CeleryWorker(broker, identity, served, checkout, concurrency, tasks)
