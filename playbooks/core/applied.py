"""What each router was given last, as far as the journal knows.

A change has the intent of the whole network, and not every router has a part in it: `--limit`,
`--stop-after` and devices that were left out leave routers with what earlier changes gave them.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property

from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.core.intended import SnapshotInventory, applied_once
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, REMEDIATE, Change
from egovnet.templates.model.device import Device


class Applied:
    """What routers (default: the workspace's) were given last; read when it is first asked for."""

    def __init__(self, workspace: Workspace, names: Iterable[str] | None = None) -> None:
        self._workspace = workspace
        self._names = frozenset(workspace.network.routers if names is None else names)
        self._inventories: dict[str, SnapshotInventory | None] = {}

    def device(self, name: str) -> Device | None:
        """A router as it was to be when it was last given something; None: nobody knows."""
        digest = self._digests.get(name)
        if digest is None:
            return None
        if digest == self._now:
            return self._workspace.devices.get(name)
        inventory = self._inventory(digest)
        return None if inventory is None else inventory.devices.get(name)

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Routers of which nobody knows what they were given."""
        return frozenset(name for name in self._names if self.device(name) is None)

    @cached_property
    def others(self) -> tuple[tuple[SnapshotInventory, frozenset[str]], ...]:
        """Inventories other than the workspace's that routers were given, the oldest first, and
        the routers that have each; where nobody has one any more, it is not among them."""
        groups: dict[str, set[str]] = {}
        for name, digest in self._digests.items():
            if digest is not None and digest != self._now:
                groups.setdefault(digest, set()).add(name)
        found = ((self._inventory(digest), frozenset(names)) for digest, names in groups.items())
        return tuple((one, names) for one, names in found if one is not None)[::-1]

    @cached_property
    def _now(self) -> str:
        intent = self._workspace.intent
        return "" if intent is None else intent.digest

    @cached_property
    def _digests(self) -> dict[str, str | None]:
        """Router -> digest of the intent that it was given last, the newest first."""
        journal, found = self._workspace.journal, {}
        wanted = set(self._names)
        intents = Intents(journal.engine)
        for change in _newest_first(journal):
            if not wanted:
                break
            attached = intents.of(change.id)
            after = attached.after if attached else None
            for name in sorted(part_of(journal, change, wanted, known=after is not None)):
                found[name] = after
                wanted.remove(name)
        return found

    def _inventory(self, digest: str) -> SnapshotInventory | None:
        """None: this version's checks refuse what was applied then."""
        if digest not in self._inventories:
            intents = Intents(self._workspace.journal.engine)
            try:
                self._inventories[digest] = applied_once(intents.get(digest))
            except InventoryError:
                self._inventories[digest] = None
        return self._inventories[digest]


def _newest_first(journal: Journal) -> Iterator[Change]:
    """Changes that gave routers something; one that restored drift gave what they had before."""
    for change in reversed(journal.changes()):
        if change.state == DONE and change.kind != REMEDIATE:
            yield change


def part_of(journal: Journal, change: Change, names: set[str], *, known: bool) -> set[str]:
    """Which of the routers `names` have a part in a change; `known`: whether its intent is."""
    devices = journal.devices(change.id)
    left_out = {name for name, seen in devices.items() if not seen}
    if not known:
        return names & devices.keys() - left_out
    details = [json.loads(step.detail) for step in journal.steps(change.id, "intent")]
    # older journals do not say it: then all have
    apart = set(details[-1].get("apart", ())) if details else set()
    return names - apart - left_out
