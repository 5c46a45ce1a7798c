"""The backends that make the virtual network, by name; each is imported when it is chosen."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egovnet.lab.backend import Backend
    from egovnet.playbooks.core.workspace import Workspace


def lab_directory(workspace: "Workspace") -> Path:
    """Where the lab of the workspace's network keeps its keys and state."""
    return workspace.state / "lab"


def _microvm(workspace: "Workspace") -> "Backend":
    """The microvm answers beside its routers: labs on other loopback networks do not collide."""
    from egovnet.lab.microvm import MicroVm

    router = next(iter(workspace.network.routers.values()))
    try:
        beside = ip_network(f"{router.hostname}/24", strict=False)
    except ValueError:
        return MicroVm(lab_directory(workspace))  # routers are reached by name
    return MicroVm(lab_directory(workspace), control=(str(beside[2]), router.port))


def _containerlab(workspace: "Workspace") -> "Backend":
    from egovnet.lab.containerlab import Containerlab

    return Containerlab(lab_directory(workspace))


def _emulated(workspace: "Workspace") -> "Backend":
    from egovnet.lab.emulated.backend import Emulated

    return Emulated(lab_directory(workspace))


_MAKE: dict[str, Callable[["Workspace"], "Backend"]] = {
    "microvm": _microvm,
    "containerlab": _containerlab,
    "emulated": _emulated,
}
#: Names of the backends, the default first.
BACKENDS = tuple(_MAKE)


def backend(workspace: "Workspace", name: str = "microvm") -> "Backend":
    """The backend called `name`, over the network's lab directory."""
    return _MAKE[name](workspace)
