"""The backend of a network's lab; each is imported when it is chosen."""

from pathlib import Path
from typing import TYPE_CHECKING

from egovnet.lab.backends import AUTO, open_lab

if TYPE_CHECKING:
    from egovnet.lab.backend import Backend
    from egovnet.playbooks.core.workspace import Workspace


def lab_directory(workspace: "Workspace") -> Path:
    """Where the lab of the workspace's network keeps its keys and state."""
    return workspace.state / "lab"


def backend(workspace: "Workspace", name: str = AUTO) -> "Backend":
    """The backend called `name` over the network's lab directory; `auto`: of the lab there is."""
    return open_lab(name, lab_directory(workspace))
