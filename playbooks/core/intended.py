"""What is intended: a network, its numbers, and the files that both were made from.

An `Inventory` is read from a directory, or made from a snapshot that was applied once. Everything
heavy is done once, when it is first asked for.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from egovnet.inventory.allocation.allocate import Allocation, Lock, allocate
from egovnet.inventory.allocation.lock_file import (
    LOCK_FILE,
    lock_differs,
    lock_text,
    read_lock,
    write_lock,
)
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.examined import Examined
from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.model import Network
from egovnet.inventory.model.partial import CannotBeJudgedError
from egovnet.inventory.source.sections import DAY_FILE
from egovnet.inventory.source.sources import Sources
from egovnet.inventory.with_platform import registers_day
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.read_inventory import examine_inventory, read_inventory_texts
from egovnet.templates.model.device import Device


@dataclass(frozen=True)
class DirectoryInventory:
    """The inventory of a directory; only `keep_allocation` writes, and only the lock file."""

    directory: Path

    @cached_property
    def examined(self) -> Examined:
        """The inventory as far as it can be judged.

        Raises:
            InventoryError: there is none.
        """
        return examine_inventory(self.directory)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the files and with the lock file, in one list."""
        try:
            _ = self.lock
        except InventoryError as error:
            return (*self.examined.problems, *error.problems)
        return self.examined.problems

    @property
    def name(self) -> str:
        """The network's name, which may be right where other things are wrong.

        Raises:
            InventoryError: with everything that is wrong, the name among it.
        """
        try:
            return self.examined.network.backbone.name
        except CannotBeJudgedError:
            raise InventoryError(self.problems) from None

    @cached_property
    def network(self) -> Network:
        """The cross-checked inventory.

        Raises:
            InventoryError: with everything that is wrong.
        """
        if self.examined.problems:
            raise InventoryError(self.problems)
        return self.examined.network

    @property
    def _sources(self) -> Sources:
        _ = self.network
        return self.examined.sources

    @cached_property
    def lock(self) -> Lock:
        """The lock file as it was read; an empty one where there is none.

        Raises:
            InventoryError: the file is not what egovnet writes.
        """
        return read_lock(self.directory)

    @cached_property
    def allocation(self) -> Allocation:
        """Everything numbered."""
        return allocate(self.network, self.lock)

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Every router as it should be."""
        return intend(self.network, self.allocation)

    @cached_property
    def intent(self) -> Intent:
        """The files' texts, and the lock file's as it will be; the day of what is in force."""
        lock = {LOCK_FILE: lock_text(self.allocation.lock)}
        return Intent({**self._sources.texts(), **self._day, **lock})

    @property
    def _day(self) -> dict[str, str]:
        day = registers_day(self.network)
        return {} if day is None else {DAY_FILE: f"{day.isoformat()}\n"}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what `network` and `allocation` were made from."""
        lock = self.allocation.lock
        # as JSON: the lock file's text takes a second for each thousand routers
        numbers = json.dumps([lock.pools, lock.retired], sort_keys=True)
        files = Intent({**self._sources.texts(), **self._day}).digest
        return hashlib.sha256(f"{files}\n{numbers}".encode()).hexdigest()

    @property
    def has_new_numbers(self) -> bool:
        """Whether numbers were allocated, or retired, that the lock file does not have so."""
        return lock_differs(self.directory, self.allocation.lock)

    def keep_allocation(self) -> bool:
        """Write the lock file if anything new was allocated; returns whether it was."""
        return write_lock(self.directory, self.allocation.lock)


@dataclass(frozen=True)
class SnapshotInventory:
    """An inventory of another moment; `intent` None: nobody knows what it was made from."""

    network: Network
    allocation: Allocation
    intent: Intent | None

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Every router as it should be."""
        return intend(self.network, self.allocation)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the intent; "" where nobody knows it."""
        return "" if self.intent is None else self.intent.digest

    def reached_as(self, here: Network) -> "SnapshotInventory":
        """The same, devices reached as `here` says: addresses move without a change of a text."""
        routers = {
            name: router.model_copy(
                update={
                    "hostname": here.routers[name].hostname,
                    "port": here.routers[name].port,
                }
            )
            if name in here.routers
            else router
            for name, router in self.network.routers.items()
        }
        network = self.network.model_copy(update={"routers": routers})
        return SnapshotInventory(network, self.allocation, self.intent)


@dataclass(frozen=True)
class RememberedInventory(DirectoryInventory):
    """The inventory of a directory as it was when nothing was wrong with it: by the journal."""

    snapshot: SnapshotInventory

    @cached_property
    def network(self) -> Network:
        """Of then."""
        return self.snapshot.network

    @cached_property
    def lock(self) -> Lock:
        """Of then."""
        return self.snapshot.allocation.lock

    @cached_property
    def allocation(self) -> Allocation:
        """Of then."""
        return self.snapshot.allocation

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Of then."""
        return self.snapshot.devices

    @cached_property
    def intent(self) -> Intent:
        """Of then."""
        assert self.snapshot.intent is not None  # noqa: S101 -- it was made from it
        return self.snapshot.intent

    @cached_property
    def digest(self) -> str:
        """Of then."""
        return self.snapshot.digest


Inventory = DirectoryInventory | SnapshotInventory


def applied_once(intent: Intent) -> SnapshotInventory:
    """The inventory of an intent that was applied once.

    Raises:
        InventoryError: this version's checks refuse it.
    """
    network = read_inventory_texts(intent.files)
    return SnapshotInventory(network, allocate(network, intent.lock), intent)


def means_the_same(one: Intent, other: Intent) -> bool:
    """Whether two intents say the same and number it alike."""
    return one.sections == other.sections and one.lock.pools == other.lock.pools
