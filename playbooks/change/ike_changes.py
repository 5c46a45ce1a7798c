"""PEs whose key exchange goes by other connections than before: root's scripts bring those."""

from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.intended import Inventory
from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.intend.encrypted_sides import encrypted_sides
from egovnet.templates.model.device import EncryptedSide


def other_connections(workspace: Workspace) -> tuple[str, ...]:
    """PEs, by name, that gain or lose a peer or encrypt by another algorithm since what was applied
    last; none where nobody knows what that was.

    Raises:
        JournalError: the journal has not all of it.
    """
    former = former_inventory(workspace)
    if former is None:
        return ()
    before, now = _sides(former), _sides(workspace.inventory)
    return tuple(sorted(name for name in before | now if before.get(name) != now.get(name)))


def scripts_note(workspace: Workspace) -> tuple[str, ...]:
    """What a person is told of them, one line at the most."""
    names = other_connections(workspace)
    if not names:
        return ()
    limits = " ".join(f"-l {name}" for name in names)
    return (
        f"IKE goes by other connections on {', '.join(names)}: until root has run there what "
        f"egovnet identity script {limits} -o DIR writes, new pairs have no keys, and former ones "
        "keep theirs",
    )


def _sides(inventory: Inventory) -> dict[str, EncryptedSide]:
    if not any(vpn.is_encrypted for vpn in inventory.network.vpns.values()):
        return {}  # a nation's sites need not be gone through
    return encrypted_sides(inventory.network, inventory.allocation)
