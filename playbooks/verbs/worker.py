"""`worker`: serve a region's devices to controllers elsewhere, until it is ended."""

import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from nornir.core import Nornir

from egovnet.inventory.model.errors import EgovnetError
from egovnet.playbooks.core.workspace import Context, Selection, UsageError
from egovnet.playbooks.results.outcome import Outcome
from egovnet.tasks.runners.celery.broker import Broker
from egovnet.tasks.runners.celery.worker import CeleryWorker

#: Seconds between two looks at a checkout that is not the controller's.
_LOOK_AGAIN = 2.0


class OtherInventoryError(EgovnetError):
    """The worker's inventory is not the controller's; says both digests."""


@dataclass
class Checkout:
    """A worker's own inventory, read again when a controller has another."""

    directory: Path
    region: str
    name: str = ""
    _context: Context | None = None
    _nornir: Nornir | None = None
    _read: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def nornir(self, digest: str) -> Nornir:
        """Nornir over the devices of the region, by the inventory of that digest.

        Raises:
            OtherInventoryError: the directory holds another.
            InventoryError, CredentialsError: it cannot be used.
        """
        with self._lock:
            context = self._context
            stale = time.monotonic() - self._read > _LOOK_AGAIN
            if context is None or (context.checkout != digest and stale):
                context = Context(self.directory, Selection(region=self.region))
                self._read, self._nornir = time.monotonic(), None
                self._context = context
            if context.checkout != digest:
                raise OtherInventoryError(
                    f"worker {self.name} of region {self.region} has inventory "
                    f"{context.checkout[:16]}, the controller has {digest[:16]}: "
                    "bring both to the same revision"
                )
            if self._nornir is None:
                self._nornir = context.nornir()
            return self._nornir


def worker(context: Context, log: str) -> Outcome:
    """Serve the context's region and all below it until SIGTERM or SIGINT.

    Raises:
        UsageError: no region, or --limit or --tier.
        BrokerError, BrokerDownError, SealingKeyError, CredentialsError: it cannot begin.
    """
    selection = context.selection
    if selection.region is None:
        raise UsageError("--region: is missing; name the region whose devices this worker reaches")
    if selection.limit or selection.tiers:
        raise UsageError("--limit and --tier are not a worker's: it serves whole regions")
    region = selection.region
    selection.apply(context.network)
    broker = Broker.from_environment(context.network.backbone.name)
    regions = sorted(context.network.regions_within(region))
    checkout = Checkout(context.directory, region)
    made = CeleryWorker(broker, regions, checkout.nornir, context.workers)
    checkout.name = made.name
    checkout.nornir(context.checkout)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("egovnet.worker").setLevel(log.upper())
    logging.getLogger("egovnet.worker").info(
        "worker %s serves %s by broker %s", made.name, ", ".join(regions), broker
    )
    made.serve()
    data = {
        "worker": made.name,
        "region": region,
        "regions": regions,
        "inventory": context.checkout,
        "finished": made.finished,
    }
    return Outcome("worker", data)
