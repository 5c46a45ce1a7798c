"""An inventory with mistakes is no reason to leave a change half done, or the network unwatched at
night: what the journal knows of it when nothing was wrong stands in for it.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from egovnet.inventory.errors import InventoryError, sentences
from egovnet.playbooks.core.intended import SnapshotInventory, applied_once
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.inventory_snapshots import Intents, network_runs
from egovnet.playbooks.journal.journal import Journal


def able_to_recover(workspace: Workspace) -> tuple[Workspace, tuple[str, ...]]:
    """The workspace, as it is where nothing is wrong with its inventory; else with the inventory of
    the newest unfinished change, and a note that says so. Devices are reached as it says.

    Raises:
        InventoryError: with everything that is wrong, where no change waits or nobody knows what
            it was planned with.
        JournalError: the journal has not all of it.
    """
    try:
        _ = workspace.on_disk.network
    except InventoryError as error:
        # without a name, nobody knows where the journal is
        if not is_begun(workspace.state) or not workspace.journal.unfinished():
            return workspace, ()
        snapshot = _first_right(workspace.journal, _planned_with(workspace.journal))
        if snapshot is None:
            raise
        return workspace.remembering(snapshot), (
            f"{_mistakes(workspace, error)}: devices are reached as the inventory "
            "said that the change was planned with",
        )
    return workspace, ()


def able_to_compare(workspace: Workspace) -> tuple[Workspace, str]:
    """The workspace, as it is where nothing is wrong with its inventory ("" then); else with the
    inventory that was applied last, and a note that says so. Devices are reached as it says.

    Raises:
        InventoryError: with everything that is wrong, where nobody knows what was applied.
        JournalError: the journal has not all of it.
    """
    on_disk = workspace.on_disk
    try:
        _ = on_disk.network, on_disk.allocation
    except InventoryError as error:
        if not is_begun(workspace.state):
            raise
        journal = workspace.journal
        # never what was applied before the last: routers no longer run that
        last = network_runs(Intents(journal.engine), journal.last_done())
        snapshot = _first_right(journal, (last,))
        if snapshot is None:
            raise
        return workspace.remembering(snapshot), (
            f"{_mistakes(workspace, error)}: what routers run is compared with what was applied "
            "last, by the journal; what the files say now is not looked at, and nothing is restored"
        )
    return workspace, ""


def _mistakes(workspace: Workspace, error: InventoryError) -> str:
    number = len(sentences(error.problems))
    many = "mistake that validate names" if number == 1 else "mistakes that validate names"
    return f"{workspace.directory} has {number:,} {many}"


def _planned_with(journal: Journal) -> Iterator[str | None]:
    """Digests of what unfinished changes were planned with, and before, the newest first."""
    intents = Intents(journal.engine)
    for change in journal.unfinished():
        attached = intents.of(change.id)
        yield from (attached.after, attached.before) if attached else ()


def _first_right(journal: Journal, digests: Iterable[str | None]) -> SnapshotInventory | None:
    """The first inventory of those that are known, and that this version's checks take."""
    intents = Intents(journal.engine)
    for digest in digests:
        if digest is not None:
            with suppress(InventoryError):
                return applied_once(intents.get(digest))
    return None
