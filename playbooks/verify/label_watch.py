"""Watch the backbone for MPLS labels while packets are sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from nornir.core import Nornir

from egovnet.inventory.model import Role
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.see_labels import end_watching, start_watching
from egovnet.templates.registry import platform

#: Seconds after which a capture ends by itself, whatever becomes of us.
_LONGEST = 300


@dataclass(slots=True)
class LabelWatch:
    """What was seen, and on which routers: the P routers that answer, or all where none does, and
    `everywhere` all: packets may go from one PE to another and pass no P router.

    Only routers whose platform shows labels; where no router of the network has such a platform,
    seeing them is not `possible`, and nobody is blamed for it.
    """

    labels: list[str] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)
    possible: bool = True

    @contextmanager
    def watching(
        self, nornir: Nornir, workspace: Workspace, up: frozenset[str], *, everywhere: bool = False
    ) -> Iterator[None]:
        """Watch the circuits of routers in `up` until the block ends."""
        able = [name for name in workspace.network.routers if _shows_labels(workspace, name)]
        self.possible = bool(able)
        answering = [name for name in able if name in up]
        backbone = set() if everywhere else set(workspace.network.with_role(Role.P))
        self.watched = [name for name in answering if name in backbone] or sorted(answering)
        arguments = {
            name: {"interfaces": circuits, "seconds": _LONGEST}
            for name in self.watched
            if (circuits := _circuits(workspace, name))
        }
        captures = run(nornir, "watch", start_watching, arguments, Silent())
        yield
        handles = {name: {"handle": at} for name, at in captures.results.items()}
        seen = run(nornir, "watch", end_watching, handles, Silent())
        self.labels = [
            f"{name}: {stack}" for name, stacks in seen.results.items() for stack in stacks
        ]


def _shows_labels(workspace: Workspace, name: str) -> bool:
    return platform(workspace.network.routers[name].platform).label_watch is not None


def _circuits(workspace: Workspace, name: str) -> list[str]:
    return [i.name for i in workspace.devices[name].interfaces if i.circuit is not None]
