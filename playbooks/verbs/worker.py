"""`worker`: serve a region's devices to controllers elsewhere, until it is ended."""

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from nornir.core import Nornir

from egovnet.inventory.errors import EgovnetError
from egovnet.inventory.source.sections import KEY_STORE_FILES
from egovnet.playbooks.core.devices import below_each, open_nornir
from egovnet.playbooks.core.runner_names import READ_AT_ONCE
from egovnet.playbooks.core.selection import Selection, UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.collect import DRIFT_TASKS
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.worker import WorkerResult
from egovnet.tasks.runners.plugin import celery_worker

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
    _context: Workspace | None = None
    _nornir: Nornir | None = None
    _read: float = 0.0
    #: What tells one store of keys from another: it is not part of an inventory's digest.
    _store: tuple[int, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def nornir(self, digest: str) -> Nornir:
        """Nornir over the devices of the region, by the inventory of that digest.

        Raises:
            OtherInventoryError: the directory holds another.
            InventoryError, CredentialsError: it cannot be used.
        """
        with self._lock:
            workspace = self._context
            stale = time.monotonic() - self._read > _LOOK_AGAIN
            if workspace is None or (workspace.checkout != digest and stale):
                workspace = Workspace(self.directory, Selection(region=self.region))
                self._read, self._nornir = time.monotonic(), None
                self._context = workspace
            if workspace.checkout != digest:
                raise OtherInventoryError(
                    f"worker {self.name} of region {self.region} has inventory "
                    f"{workspace.checkout[:16]}, the controller has {digest[:16]}: "
                    "bring both to the same revision"
                )
            store = self._store_now()
            if self._nornir is None or store != self._store:
                self._nornir, self._store = open_nornir(workspace), store
            return self._nornir

    def _store_now(self) -> tuple[int, ...]:
        """Of a server's values nothing is asked: others come with another keys.yaml."""
        seen: list[int] = []
        for name in KEY_STORE_FILES:
            with suppress(OSError):
                found = (self.directory / name).stat()
                seen += [found.st_ino, found.st_size, found.st_mtime_ns]
        return tuple(seen)


def worker(workspace: Workspace, log: str) -> Outcome[WorkerResult]:
    """Serve the workspace's region and all below it until a signal ends it.

    Raises:
        UsageError: no region, or --limit or --tier.
        BrokerError, BrokerDownError, KeyFileError, TrustedKeysError, CredentialsError: it cannot
            begin.
    """
    selection = workspace.selection
    if selection.region is None:
        raise UsageError("--region: is missing; name the region whose devices this worker reaches")
    if selection.limit or selection.tiers:
        raise UsageError("--limit and --tier are not a worker's: it serves whole regions")
    region = selection.region
    selection.apply(workspace.network)
    regions = sorted(workspace.network.regions_within(region))
    checkout = Checkout(workspace.directory, region)
    network = workspace.network.backbone.name
    # before the broker's own warning
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("egovnet.worker").setLevel(log.upper())
    made = celery_worker(
        network,
        below_each(workspace.network),
        regions,
        checkout.nornir,
        concurrency=workspace.workers or READ_AT_ONCE,
        tasks=DRIFT_TASKS,
    )
    checkout.name = made.name
    checkout.nornir(workspace.checkout)
    logging.getLogger("egovnet.worker").info(
        "worker %s serves %s by broker %s", made.name, ", ".join(regions), made.broker
    )
    made.serve()
    served = WorkerResult(made.name, region, tuple(regions), workspace.checkout, made.finished)
    return Outcome("worker", served)
