"""Whether a lab runs and has the nodes that a verb names: one question, asked by every backend."""

from collections.abc import Iterable
from pathlib import Path

from egovnet.inventory.model.shown import did_you_mean
from egovnet.lab.errors import LabNotRunningError, UnknownNodeError
from egovnet.lab.state import LabState

#: So many of a lab's nodes are named where one is not known.
_NAMED = 8


def require_nodes(
    state: LabState | None, directory: Path, nodes: Iterable[str] = (), besides: str = ""
) -> LabState:
    """The state of a lab that runs and has `nodes`; `besides` says where others are.

    Raises:
        LabNotRunningError: it does not run, or is none.
        UnknownNodeError: one of `nodes` is none of its own.
    """
    if state is None or not state.running:
        raise LabNotRunningError(directory)
    known = sorted(node.name for node in state.nodes)
    unknown = sorted(set(nodes).difference(known))
    if unknown:
        some = ", ".join(known[:_NAMED]) + (", ..." if len(known) > _NAMED else "")
        raise UnknownNodeError(
            f"the lab has no node {', '.join(unknown)}",
            next_step=f"{did_you_mean(unknown[0], known)}it has {some}{besides}",
        )
    return state
