"""What a verb works on: an inventory, the devices chosen of it, and what is kept of the network."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from egovnet.inventory import reference
from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.bounded_memo import BoundedMemo
from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.model import Network
from egovnet.playbooks.core.intended import (
    DirectoryInventory,
    Inventory,
    RememberedInventory,
    SnapshotInventory,
    applied_once,
)
from egovnet.playbooks.core.interrupts import Interrupts
from egovnet.playbooks.core.network_state import NetworkState
from egovnet.playbooks.core.runner_names import MOST_AT_ONCE, THREADED
from egovnet.playbooks.core.selection import Selection
from egovnet.templates.model.device import Device
from egovnet.templates.registry import render

if TYPE_CHECKING:
    from nornir.core import Nornir

    from egovnet.playbooks.journal.journal import Journal
    from egovnet.playbooks.results.outcome import AnyPush

REFERENCE = Path(reference.__path__[0]).resolve()
_ALL = Selection()
#: Characters of intended texts that a workspace keeps: some hundred routers'.
_KEPT_TEXTS = 4_000_000


@dataclass(slots=True)
class KeptSessions:
    """Sessions with devices that outlive a stage: see `devices.sessions_kept`."""

    wanted: bool = False
    nornir: "Nornir | None" = None


class Workspace:
    """An inventory directory, what is intended, and the devices chosen.

    `on_disk` is the directory's inventory: it says how devices are reached and where state is
    kept. `inventory` is what is intended, most often the same. `runner` says who works on the
    devices: threads of this process ("threaded"), or workers elsewhere ("celery"); `workers` how
    many devices at the same time, None: as many as there are, within `MOST_AT_ONCE`.
    """

    def __init__(
        self,
        directory: Path,
        selection: Selection = _ALL,
        workers: int | None = None,
        runner: str = THREADED,
    ) -> None:
        self.directory = directory
        self.selection = selection
        self.workers = workers
        self.runner = runner
        self.on_disk = DirectoryInventory(directory)
        self.inventory: Inventory = self.on_disk
        self._state = NetworkState(self.on_disk)
        self.kept = KeptSessions()
        self._applied: dict[str, SnapshotInventory] = {}
        #: By a device's identity, which is kept with it: its text.
        self._texts: BoundedMemo[int, tuple[Device, str]] = BoundedMemo(_KEPT_TEXTS)
        #: The signals that ask this process to end.
        self.interrupts = Interrupts()
        #: Change -> what it came to, of those that this process began or took over.
        self.ends: dict[int, AnyPush] = {}
        #: The SSH key of whoever is at the keyboard, private or public half; None: they named none.
        self.key: Path | None = None

    def _like(self, selection: Selection, inventory: Inventory) -> "Workspace":
        other = Workspace(self.directory, selection, self.workers, self.runner)
        other.on_disk, other.inventory, other._state = self.on_disk, inventory, self._state
        other.kept, other._applied, other._texts = self.kept, self._applied, self._texts
        other.interrupts, other.ends, other.key = self.interrupts, self.ends, self.key
        return other

    def beside(self, directory: Path) -> "Workspace":
        """Another inventory directory that the same process works on, all of its devices chosen."""
        other = Workspace(directory, workers=self.workers, runner=self.runner)
        other.interrupts, other.ends, other.key = self.interrupts, self.ends, self.key
        return other

    def read_again(self) -> "Workspace":
        """The same directory with its inventory read anew; the journal is the one that is open."""
        other = Workspace(self.directory, self.selection, self.workers, self.runner)
        other._state = self._state
        other.interrupts, other.ends, other.key = self.interrupts, self.ends, self.key
        return other

    def remembering(self, snapshot: SnapshotInventory) -> "Workspace":
        """This workspace with the directory's inventory as it was at another moment, in place of
        one with mistakes."""
        other = self.read_again()
        other.on_disk = RememberedInventory(self.directory, snapshot)
        other.inventory = other.on_disk
        return other

    def intending(self, inventory: SnapshotInventory) -> "Workspace":
        """This workspace with another inventory as what is intended.

        Devices are reached, and state is kept, as the directory says.
        """
        return self._like(self.selection, inventory.reached_as(self.on_disk.network))

    def applied(self, intent: Intent) -> Inventory:
        """The inventory of an intent that was applied once; read once.

        Raises:
            InventoryError: this version's checks refuse it.
        """
        own = self.intent
        if own is not None and own.digest == intent.digest:
            return self.inventory
        if intent.digest not in self._applied:
            self._applied[intent.digest] = applied_once(intent)
        return self._applied[intent.digest]

    def applied_before(self, digest: str) -> Inventory | None:
        """What `applied` read of the intent of a digest, as far as it was asked; None for what is
        intended now."""
        own = self.intent
        return None if own is not None and own.digest == digest else self._applied.get(digest)

    def only(self, names: Iterable[str]) -> "Workspace":
        """The same inventory, and only these of its devices chosen."""
        return self._like(Selection(limit=tuple(names)), self.inventory)

    def width(self, devices: int) -> int:
        """How many of so many devices are worked on at the same time."""
        return self.workers or max(1, min(devices, MOST_AT_ONCE))

    @property
    def network(self) -> Network:
        """The cross-checked inventory."""
        return self.inventory.network

    @property
    def allocation(self) -> Allocation:
        """Everything numbered."""
        return self.inventory.allocation

    @property
    def devices(self) -> dict[str, Device]:
        """Every router as it should be."""
        return self.inventory.devices

    @property
    def intent(self) -> Intent | None:
        """What `network` and `allocation` were made from; None: nobody knows."""
        return self.inventory.intent

    @property
    def checkout(self) -> str:
        """Digest of the directory's intent, whatever is intended: equal ones reach the same
        devices."""
        return self.on_disk.intent.digest

    @cached_property
    def chosen(self) -> tuple[str, ...]:
        """Names of the devices this verb touches."""
        return self.selection.apply(self.network)

    def intended(self, names: Iterable[str] | None = None) -> dict[str, str]:
        """Intended text of the named devices (default: the chosen ones)."""
        devices = self.devices
        return {
            name: self._text(devices[name]) for name in (self.chosen if names is None else names)
        }

    def _text(self, device: Device) -> str:
        """Rendered once: to plan, to prove and for the record."""
        found = self._texts.get(id(device))
        if found is None:
            found = device, render(device)
            self._texts.keep(id(device), found, len(found[1]))
        return found[1]

    @property
    def state(self) -> Path:
        """Where this network's journal and lab are kept."""
        return self._state.directory

    @property
    def journal(self) -> "Journal":
        """The network's journal."""
        return self._state.journal
