"""An inventory with mistakes is no reason to leave a change half done: the one that it was planned
with stands in for it.
"""

from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.core.intended import SnapshotInventory, applied_once
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.inventory_snapshots import Intents
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
        snapshot = _planned_with(workspace.journal)
        if snapshot is None:
            raise
        number = len(error.problems)
        many = "mistake that validate names" if number == 1 else "mistakes that validate names"
        return workspace.remembering(snapshot), (
            f"{workspace.directory} has {number:,} {many}: devices are reached as the inventory "
            "said that the change was planned with",
        )
    return workspace, ()


def _planned_with(journal: Journal) -> SnapshotInventory | None:
    """The inventory of the newest unfinished change of which one is known and right."""
    intents = Intents(journal.engine)
    for change in journal.unfinished():
        attached = intents.of(change.id)
        for digest in (attached.after, attached.before) if attached else ():
            if digest is not None:
                try:
                    return applied_once(intents.get(digest))
                except InventoryError:
                    continue  # this version's checks refuse it
    return None
