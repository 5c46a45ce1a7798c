"""An inventory that may be written to: one that the user named."""

from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import REFERENCE, Workspace


def require_own(workspace: Workspace) -> None:
    """Refuse to write into the reference inventory, which stands for an option left out.

    Raises:
        UsageError: says how to name one.
    """
    if workspace.directory.resolve() == REFERENCE:
        raise UsageError(
            "the reference inventory is egovnet's own: name yours with --inventory or "
            "EGOVNET_INVENTORY, or write one with: egovnet init DIR"
        )
