"""The network as it runs: the inventory that was applied last, if the journal knows it."""

from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.core.intended import Inventory
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.inventory_snapshots import Intents, network_runs


def former_inventory(workspace: Workspace) -> Inventory | None:
    """What the network was made from; None: nobody knows.

    Raises:
        JournalError: the journal has not all of it.
    """
    if not is_begun(workspace.state):
        return None
    intents = Intents(workspace.journal.engine)
    digest = network_runs(intents, workspace.journal.last_done())
    if digest is None:
        return None
    # a change asks seven times, and the intent of a nation is some megabytes
    known = workspace.applied_before(digest)
    if known is not None:
        return known
    try:
        return workspace.applied(intents.get(digest))
    except InventoryError:
        return None  # checks became stricter since: as if nobody knew
