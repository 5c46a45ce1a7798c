"""The network as it runs: the inventory that was applied last, if the journal knows it."""

from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.core.intended import Inventory
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.inventory_snapshots import last_applied


def former_inventory(workspace: Workspace) -> Inventory | None:
    """What the network was made from; None: nobody knows.

    Raises:
        JournalError: the journal has not all of it.
    """
    if not is_begun(workspace.state):
        return None
    intent = last_applied(workspace.journal)
    if intent is None:
        return None
    try:
        return workspace.applied(intent)
    except InventoryError:
        return None  # checks became stricter since: as if nobody knew
