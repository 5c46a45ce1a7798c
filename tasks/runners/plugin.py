"""The way to Celery: all that egovnet knows of it, and that loads it only where it is chosen.

`celery_runner` is the Nornir runner plugin "celery" by its entry point. Nornir loads every plugin's
entry point whenever it starts, and Celery costs a third of a second.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from nornir.core import Nornir
from nornir.core.plugins.runners import RunnerPlugin


class Worker(Protocol):
    """Works on the devices of its regions for controllers elsewhere."""

    name: str
    #: Devices that were finished.
    finished: int

    @property
    def broker(self) -> object:
        """Where it hears of work; str() of it holds no secret."""

    def serve(self) -> None:
        """Work until SIGTERM or SIGINT; what was taken is finished first."""


def celery_runner(network: str, checkout: str) -> RunnerPlugin:
    """`egovnet.tasks.runners.celery.runner.CeleryRunner`, which see."""
    from egovnet.tasks.runners.celery.runner import CeleryRunner  # noqa: PLC0415 -- see above

    return CeleryRunner(network, checkout)


def celery_worker(
    network: str, regions: Sequence[str], checkout: Callable[[str], Nornir], concurrency: int
) -> Worker:
    """A worker of these regions, `concurrency` devices at a time, by the environment's broker.

    `checkout` gives Nornir over the inventory of a digest, or raises an error that says why not.

    Raises:
        BrokerError, BrokerDownError, SealingKeyError: the broker cannot be used.
    """
    from egovnet.tasks.runners.celery.broker import Broker  # noqa: PLC0415 -- see above
    from egovnet.tasks.runners.celery.worker import CeleryWorker  # noqa: PLC0415 -- see above

    return CeleryWorker(Broker.from_environment(network), regions, checkout, concurrency)
