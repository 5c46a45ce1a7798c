"""What a verb works on: an inventory read once, the devices chosen, and Nornir over them."""

import copy
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.plugins.inventory import InventoryPluginRegister
from nornir.core.plugins.runners import RunnersPluginRegister

from egovnet.inventory import reference
from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.allocation.lock_file import LOCK_FILE, lock_text, read_lock, write_lock
from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.model.errors import EgovnetError
from egovnet.inventory.model.sections import Network, Tier
from egovnet.inventory.source.load import Sources, load_with_sources
from egovnet.playbooks.journal.journal import Journal
from egovnet.tasks.credentials import Credentials, find_credentials, state_directory
from egovnet.tasks.nornir_inventory import EgovnetInventory
from egovnet.tasks.runners.plugin import celery_runner
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device
from egovnet.templates.registry import render

REFERENCE = Path(reference.__path__[0]).resolve()


#: Runners by name; "celery" hands hosts to the workers of their regions.
THREADED, CELERY = RUNNERS = ("threaded", "celery")


class UsageError(EgovnetError):
    """A wrong argument: says which, and what would be right (exit code 2)."""


@dataclass(frozen=True)
class Selection:
    """Which devices a verb touches: names, a region with all below it, tiers."""

    limit: tuple[str, ...] = ()
    region: str | None = None
    tiers: tuple[str, ...] = ()

    def apply(self, network: Network) -> tuple[str, ...]:
        """Names of the chosen routers, in the inventory's order.

        Raises:
            UsageError: a name that the inventory does not have, or nothing chosen.
        """
        wanted = [name for part in self.limit for name in part.split(",") if name]
        unknown = [name for name in wanted if name not in network.routers]
        if unknown:
            raise UsageError(
                f"--limit: no router {', '.join(unknown)} in the inventory; "
                f"it has {_shortened(network.routers)}"
            )
        if self.region is not None and self.region not in network.regions:
            raise UsageError(
                f"--region: no region {self.region!r}; there are {_shortened(network.regions)}"
            )
        regions = network.regions_within(self.region) if self.region else None
        tiers = {Tier(tier) for tier in self.tiers}
        chosen = tuple(
            name
            for name, router in network.routers.items()
            if (not wanted or name in set(wanted))
            and (regions is None or router.region in regions)
            and (not tiers or router.tier in tiers)
        )
        if not chosen:
            raise UsageError("no router is left by --limit, --region and --tier together")
        return chosen


def _shortened(names: Iterable[str], most: int = 12) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


@dataclass
class Context:
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

    def meaning(self, intent: Intent | None, network: Network, allocation: Allocation) -> "Context":
        """This context with another intent in place of the directory's.

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
        other = Context(self.directory, self.selection, self.workers, self.runner)
        other._loaded = self._loaded
        other.network = network.model_copy(update={"routers": reached})
        other.allocation = allocation
        other.intent = intent
        other.meant = "" if intent is None else intent.digest
        other.state, other.journal = self.state, self.journal
        return other

    @cached_property
    def checkout(self) -> str:
        """Digest of the directory's own intent, whatever this context means: equal digests reach
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
    def journal(self) -> Journal:
        """The network's journal."""
        return Journal(self.state, self.network.backbone.name)

    def only(self, names: Iterable[str]) -> "Context":
        """The same inventory, and only these of its devices chosen."""
        other = copy.copy(self)
        other.selection = Selection(limit=tuple(names))
        other.__dict__.pop("chosen", None)
        return other

    def nornir(self, names: Iterable[str] | None = None) -> Nornir:
        """Nornir over the named devices (default: the chosen ones), with the context's runner.

        Raises:
            CredentialsError: it is this process that logs in, and there are none.
            BrokerError, SealingKeyError: it is not, and the broker cannot be used.
        """
        wanted = set(self.chosen if names is None else names)
        InventoryPluginRegister.register("EgovnetInventory", EgovnetInventory)
        name = self.network.backbone.name
        if self.runner == CELERY:
            # Nornir calls a plugin, be it a class or not.
            RunnersPluginRegister.register(CELERY, celery_runner)  # type: ignore[arg-type]
            options: dict[str, object] = {"network": name, "checkout": self.checkout}
            # Workers have their own, and need not know ours.
            credentials = Credentials(username="")
        else:
            options = {"num_workers": self.workers}
            credentials = find_credentials(name)
        nornir = InitNornir(
            inventory={
                "plugin": "EgovnetInventory",
                "options": {
                    "directory": str(self.directory),
                    "network": self.network,
                    "allocation": self.allocation,
                    "credentials": credentials,
                },
            },
            runner={"plugin": self.runner, "options": options},
            logging={"enabled": False},
        )
        return nornir.filter(filter_func=lambda host: host.name in wanted)
