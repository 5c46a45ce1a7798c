"""What a verb works on: an inventory read once, and the devices chosen."""

import copy
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from egovnet.inventory import reference
from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.allocation.lock_file import LOCK_FILE, lock_text, read_lock, write_lock
from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.model import Network
from egovnet.inventory.source.load import Sources, load_with_sources
from egovnet.playbooks.core.runner_names import THREADED
from egovnet.playbooks.core.selection import Selection
from egovnet.tasks.credentials import state_directory
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device
from egovnet.templates.registry import render

if TYPE_CHECKING:
    from egovnet.playbooks.journal.journal import Journal

REFERENCE = Path(reference.__path__[0]).resolve()


@dataclass
class Workspace:
    """An inventory and the chosen devices; everything heavy is done once, when first asked for."""

    directory: Path
    selection: Selection = field(default_factory=Selection)
    workers: int = 20
    #: Who works on the devices: threads of this process ("threaded"), or workers elsewhere.
    runner: str = THREADED

    @cached_property
    def _loaded(self) -> tuple[Network, Sources]:
        return load_with_sources(self.directory)

    @cached_property
    def network(self) -> Network:
        """The cross-checked inventory."""
        return self._loaded[0]

    @cached_property
    def intent(self) -> Intent | None:
        """What `network` and `allocation` were made from; None: nobody knows."""
        texts = self._loaded[1].texts()
        return Intent({**texts, LOCK_FILE: lock_text(self.allocation.lock)})

    @cached_property
    def meant(self) -> str:
        """A digest of what `network` and `allocation` were made from; "" where nobody knows."""
        lock = self.allocation.lock
        # as JSON: the lock file's text takes a second for each thousand routers
        numbers = json.dumps([lock.pools, lock.retired], sort_keys=True)
        files = Intent(self._loaded[1].texts()).digest
        return hashlib.sha256(f"{files}\n{numbers}".encode()).hexdigest()

    def meaning(
        self, intent: Intent | None, network: Network, allocation: Allocation
    ) -> "Workspace":
        """This workspace with another intent in place of the directory's.

        Devices are reached as the directory says: addresses move without a change of a text.
        """
        here = self.network.routers
        reached = {
            name: router.model_copy(
                update={"hostname": here[name].hostname, "port": here[name].port}
            )
            if name in here
            else router
            for name, router in network.routers.items()
        }
        other = Workspace(self.directory, self.selection, self.workers, self.runner)
        other._loaded = self._loaded
        other.network = network.model_copy(update={"routers": reached})
        other.allocation = allocation
        other.intent = intent
        other.meant = "" if intent is None else intent.digest
        other.state, other.journal = self.state, self.journal
        return other

    @cached_property
    def checkout(self) -> str:
        """Digest of the directory's own intent, whatever this workspace means: equal digests reach
        the same devices."""
        network, sources = self._loaded
        lock = allocate(network, read_lock(self.directory)).lock
        return Intent({**sources.texts(), LOCK_FILE: lock_text(lock)}).digest

    @cached_property
    def allocation(self) -> Allocation:
        """Everything numbered; the lock file is read, not written."""
        return allocate(self.network, read_lock(self.directory))

    def keep_allocation(self) -> bool:
        """Write the lock file if anything new was allocated; returns whether it was."""
        return write_lock(self.directory, self.allocation.lock)

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Every router as it should be."""
        return intend(self.network, self.allocation)

    @cached_property
    def chosen(self) -> tuple[str, ...]:
        """Names of the devices this verb touches."""
        return self.selection.apply(self.network)

    def intended(self, names: Iterable[str] | None = None) -> dict[str, str]:
        """Intended text of the named devices (default: the chosen ones)."""
        return {
            name: render(self.devices[name]) for name in (self.chosen if names is None else names)
        }

    @cached_property
    def state(self) -> Path:
        """Where this network's journal and lab are kept."""
        return state_directory(self.network.backbone.name)

    @cached_property
    def journal(self) -> "Journal":
        """The network's journal."""
        # a database's client takes a third of a second, and who only validates has no use for it
        from egovnet.playbooks.journal.journal import Journal  # noqa: PLC0415

        return Journal(self.state, self.network.backbone.name)

    def only(self, names: Iterable[str]) -> "Workspace":
        """The same inventory, and only these of its devices chosen."""
        other = copy.copy(self)
        other.selection = Selection(limit=tuple(names))
        other.__dict__.pop("chosen", None)
        return other
