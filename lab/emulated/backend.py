"""The third backend: every router of the topology emulated, in one process of this machine.

Customer edges, hosts and switches are not started: there are no packets for them.
"""

from __future__ import annotations

import secrets
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from egovnet.lab.access import fresh_access, write_access
from egovnet.lab.addresses import (
    Address,
    Addresses,
    free_addresses,
    moved_words,
    one_at_a_time,
)
from egovnet.lab.appliance import default_cache
from egovnet.lab.backend import EXEC_SECONDS, Completed, Progress
from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.lab.emulated.control import Control
from egovnet.lab.emulated.process import start
from egovnet.lab.emulated.spec import Durations, FleetSpec, RouterSpec
from egovnet.lab.errors import (
    END_OR_REPLACE,
    GuestError,
    LabDiffersError,
    LabError,
    connections_not_possible,
)
from egovnet.lab.known_nodes import require_nodes
from egovnet.lab.state import (
    LabState,
    NodeState,
    end_process,
    find_marked,
    is_ours,
    locked,
    read_state,
    write_private,
    write_state,
)
from egovnet.lab.topology import Topology

NAME = "emulated"
READY_SECONDS = 60.0
_RUN_FILES = (
    "fleet.json", "control", "emulated.log", "known_hosts", "id_ed25519", "credentials.yaml",
)  # fmt: skip
_LONGEST_SOCKET = 107
"""Octets that the path of a Unix socket may have (sockaddr_un)."""
#: Where nodes are that it has not.
_NO_OTHERS = (
    ", and no packets: customers and hosts are there after egovnet lab down, and egovnet lab up"
    " without --backend emulated"
)


class Emulated:
    """The lab of one state directory, which holds what `MicroVm` leaves there for clients.

    `latency`: seconds of a round trip to each router; `durations`: of the steps of a commit.
    """

    no_packets = "emulated routers send no packets"
    no_connections = no_packets
    no_tunnels = "emulated routers have no tunnels"
    no_translation = ""
    no_zones = ""

    def __init__(
        self,
        directory: Path,
        *,
        latency: float = 0.0,
        durations: Durations | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self._latency = latency
        self._durations = durations or Durations()
        self.control = Control(self.directory / "control")

    def up(self, topology: Topology, *, progress: Progress, reconfigure: bool = False) -> LabState:
        """Start the routers and wait until they listen; see Backend.up for the refusals."""
        topology.check()
        if len(str(self.directory / "control")) > _LONGEST_SOCKET:
            raise LabError(
                "its path is too long for the control socket",
                where=str(self.directory),
                next_step="keep the state in a directory with a shorter path",
            )
        with locked(self.directory):
            state = read_state(self.directory)
            running = state is not None and is_ours(state.pid, state.marker)
            same = state is not None and state.digest == topology.digest()
            if state is not None and running and same and state.backend == NAME:
                progress(f"lab {topology.name} is already up")
                return self.status()
            if state is not None and running and not reconfigure:
                raise LabDiffersError(
                    f"lab {state.topology} ({state.backend}) runs, and is not this one",
                    where=str(self.directory),
                    next_step=END_OR_REPLACE,
                )
            self._clean()
            try:
                return self._start(topology, progress)
            except BaseException:
                # also on Ctrl-C: a lab that never became ready must not stay behind
                self._clean()
                raise

    def down(self) -> None:
        """End the process and remove the lab's keys."""
        with locked(self.directory):
            self._clean()

    def status(self) -> LabState:
        """What `state.json` and the process show together."""
        state = read_state(self.directory)
        if state is None or state.backend != NAME:
            return LabState(backend=NAME)
        running = is_ours(state.pid, state.marker)
        nodes = tuple(node.model_copy(update={"ready": running}) for node in state.nodes)
        return state.model_copy(
            update={
                "running": running,
                "ready": running,
                "pid": state.pid if running else None,
                "nodes": nodes,
            }
        )

    def exec(
        self, node: str, command: str | Sequence[str], timeout: float = EXEC_SECONDS
    ) -> Completed:
        """Run a line in a router's small shell; raises NodeError for a node without packets."""
        self._must_know([node])
        line = command if isinstance(command, str) else shlex.join(command)
        return Completed(
            **{
                "exit_code" if name == "code" else name: value
                for name, value in self.control.do(
                    "exec", name=node, line=line, seconds=timeout
                ).items()
            }
        )

    def exec_many(
        self, commands: Mapping[str, str], timeout: float = EXEC_SECONDS
    ) -> dict[str, Completed]:
        """Run one line per router."""
        self._must_know(commands)
        return {node: self.exec(node, line, timeout) for node, line in commands.items()}

    def try_connections(
        self,
        attempts: Sequence[ConnectionAttempt],
        addresses: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> list[SeenConnection]:
        """Not possible here: see `no_connections`."""
        del addresses
        raise connections_not_possible(len(attempts), self.no_connections)

    def restart(self, node: str) -> None:
        """Cut one router's power, see Backend.restart; it is up again at once."""
        self._must_know([node])
        self.control.do("restart", name=node)

    def _start(self, topology: Topology, progress: Progress) -> LabState:
        with one_at_a_time(default_cache()):
            return self._start_at(free_addresses(topology).routers, topology, progress)

    def _start_at(
        self, places: Mapping[str, Address], topology: Topology, progress: Progress
    ) -> LabState:
        """Start the routers where each is to answer."""
        access = fresh_access(topology)
        write_access(access, topology, Addresses(None, dict(places)), self.directory)
        routers = topology.routers()
        spec = FleetSpec(
            control=self.directory / "control",
            routers=tuple(
                RouterSpec(
                    name=node.name,
                    text=node.config,
                    address=places[node.name],
                    host_key=access.host_keys[node.name],
                    management=str(node.management),
                    ports=("eth0", *_ports(topology, node.name)),
                )
                for node in routers
            ),
            public_key=access.authorized_key,
            password=access.password,
            durations=asdict(self._durations),
            latency=self._latency,
        )
        left_out = [node.name for node in topology.nodes if node.kind != "router"]
        state = LabState(
            backend=NAME,
            topology=topology.name,
            digest=topology.digest(),
            marker=f"egovnet-{secrets.token_hex(8)}",
            nodes=tuple(
                NodeState(
                    name=node.name,
                    kind=node.kind,
                    management=str(node.management),
                    forward=places[node.name],
                    asked=node.forward if node.forward != places[node.name] else None,
                    daemons=True,
                )
                for node in routers
            ),
            notes=(_without(left_out),) if left_out else (),
        )
        # before the process: if we die in between, down finds it by its marker
        write_state(self.directory, state)
        if any(node.asked for node in state.nodes):
            progress(moved_words(places))
        progress(f"starting {len(routers)} emulated routers")
        begin = time.monotonic()
        file = self.directory / "fleet.json"
        write_private(file, spec.model_dump_json())
        with (self.directory / "emulated.log").open("w") as log:
            process = start(file, stdout=log.fileno(), stderr=log.fileno(), marker=state.marker)
        state = state.model_copy(update={"pid": process.pid})
        write_state(self.directory, state)
        self._wait(process, begin + READY_SECONDS)
        file.unlink()
        took = round(time.monotonic() - begin, 2)
        nodes = tuple(node.model_copy(update={"seconds": took}) for node in state.nodes)
        write_state(
            self.directory,
            state.model_copy(update={"nodes": nodes, "seconds": {"ssh": took, "ready": took}}),
        )
        for note in state.notes:
            progress(note)
        return self.status()

    def _wait(self, process: subprocess.Popen[str], deadline: float) -> None:
        log = self.directory / "emulated.log"
        while (output := log.read_text(errors="replace")) != "ready\n":
            if process.poll() is not None or time.monotonic() > deadline:
                raise GuestError(
                    f"the emulated routers did not start: {output.strip() or 'no output'}",
                    where=str(log),
                    next_step="free the address it names, or end the lab that has it",
                )
            time.sleep(0.02)

    def _clean(self) -> None:
        """End what runs and remove what was written, whatever state it was left in."""
        self.control.close()
        state = read_state(self.directory)
        if state is not None:
            pids = [state.pid] if state.pid is not None else find_marked(state.marker)
            for pid in pids:
                end_process(pid, state.marker)
        for name in (*_RUN_FILES, "state.json"):
            (self.directory / name).unlink(missing_ok=True)

    def _must_know(self, nodes: Mapping[str, str] | Sequence[str]) -> None:
        require_nodes(self.status(), self.directory, nodes, besides=_NO_OTHERS)


def _ports(topology: Topology, node: str) -> list[str]:
    ends = [end for link in topology.links for end in (link.a, link.b)]
    return [end.port for end in ends if end.node == node]


def _without(names: Sequence[str]) -> str:
    some = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return (
        f"{Emulated.no_packets}: {len(names)} customer edges, hosts and switches are"
        f" not started ({some})"
    )
