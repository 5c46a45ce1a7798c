"""What every way of running the virtual network can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.lab.state import LabState
from egovnet.lab.topology import Topology

Progress = Callable[[str], None]
"""Told what is being done, one short line at a time."""

EXEC_SECONDS = 60.0


@dataclass(frozen=True)
class Completed:
    """A command that ended in a node."""

    stdout: str
    stderr: str
    exit_code: int
    """The command's own; 124 when its time was over."""


class Backend(Protocol):
    """Runs one lab at a time. All errors are LabErrors."""

    no_packets: str
    """Why no packet is sent or seen in its labs, for people; "" where they are."""
    no_connections: str
    """Why no connection is tried between its nodes, for people; "" where they are."""
    no_tunnels: str
    """Why its routers have no tunnels of encrypted VPNs, for people; "" where they have."""
    no_translation: str
    """Why its routers cannot translate addresses, for people; "" where they can."""

    no_zones: str
    """Why its routers cannot track connections of VPNs apart, for people; "" where they can."""

    def up(self, topology: Topology, *, progress: Progress, reconfigure: bool = False) -> LabState:
        """Bring ``topology`` up and wait until every node is ready.

        Does nothing when it already runs; raises LabDiffersError when another topology does,
        unless ``reconfigure`` says to replace it.
        """
        ...

    def down(self) -> None:
        """End the lab and remove what it left, also after a crash; no lab is fine, too."""
        ...

    def status(self) -> LabState:
        """How the lab is now; never raises because it is down."""
        ...

    def restart(self, node: str) -> None:
        """Cut the power of one router and boot it again from its own files; returns when it is up.

        What it had in memory is lost, its files and cables stay. Raises NodeError for a node
        that has no processes of its own, and what the backend cannot do says its docstring.
        """
        ...

    def exec(
        self, node: str, command: str | Sequence[str], timeout: float = EXEC_SECONDS
    ) -> Completed:
        """Run a shell line, or an argument list, where ``node`` lives."""
        ...

    def exec_many(
        self, commands: Mapping[str, str], timeout: float = EXEC_SECONDS
    ) -> dict[str, Completed]:
        """Run one shell line per node, all at the same time and in one round trip."""
        ...

    def try_connections(
        self,
        attempts: Sequence[ConnectionAttempt],
        addresses: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> list[SeenConnection]:
        """Try connections with real sockets, all in one round trip; what was seen, in order.

        ``addresses``: those that hosts have besides their own until all is done.

        Raises GuestError where there are none: see ``no_connections``.
        """
        ...
