"""A lab inside one guest, or two: a namespace and an SSH server per router.

QEMU and User Mode Linux share all of it. Nothing needs root or a container engine on the host: the
guest runs as the invoking user, and its network ends on loopback addresses of this machine. A
backend says what it boots, and how.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from egovnet.lab.access import Access, fresh_access, write_access
from egovnet.lab.addresses import Address, free_addresses, is_free, moved_words, one_at_a_time
from egovnet.lab.appliance import Appliance, default_cache, ensure_appliance
from egovnet.lab.backend import EXEC_SECONDS, Completed, Progress
from egovnet.lab.connections import (
    OTHER_ENDED,
    PROGRAM,
    ConnectionAttempt,
    SeenConnection,
    read_seen,
    request,
    seconds_at_most,
)
from egovnet.lab.console import BootReport, read_console, together
from egovnet.lab.control_channel import ControlChannel
from egovnet.lab.defaults import BOOT_SECONDS
from egovnet.lab.errors import (
    END_OR_REPLACE,
    GuestError,
    LabDiffersError,
    LabNotRunningError,
    NodeError,
)
from egovnet.lab.guest import Guest, console_name
from egovnet.lab.guest_payload import agent_digest
from egovnet.lab.known_nodes import require_nodes
from egovnet.lab.machines import Machine, one_machine
from egovnet.lab.state import (
    LabState,
    NodeState,
    end_process,
    find_marked,
    in_turn,
    is_ours,
    locked,
    read_state,
    write_private,
    write_state,
)
from egovnet.lab.topology import Topology

RESTART_SECONDS = 120.0
POLL_SECONDS = 0.1
WAITING_SECONDS = 15.0
"""How often a wait in which nothing moves says how long it goes on."""
_NOTHING_TO_RESTART = 125
UML_FILES = "uml"
"""Directory in which User Mode Linux keeps its process numbers and its management sockets."""

_RUN_FILES = ("initrd", "known_hosts", "id_ed25519", "credentials.yaml", "guest.log", "qmp.sock")


class GuestLab(ABC):
    """The lab of one state directory.

    ``directory`` holds ``state.json``, ``known_hosts``, ``id_ed25519``, ``credentials.yaml`` and
    ``console.log``. Any number of labs can run at once when their directories differ: one whose
    addresses are taken moves to free ones, and says so in its credentials and its state.
    """

    backend: ClassVar[str]
    no_packets = ""
    no_tunnels = ""
    no_translation = ""
    no_zones = ""
    no_connections = ""
    #: Connections to machines of labs, by process, directory and address: who sends packets, tries
    #: connections and runs commands need not each log in.
    _open: ClassVar[dict[tuple[int, Path, Address], ControlChannel]] = {}
    _opening: ClassVar[threading.Lock] = threading.Lock()

    def __init__(
        self, directory: Path, *, cache: Path | None = None, boot_seconds: float = BOOT_SECONDS
    ) -> None:
        self.directory = directory.absolute()
        self.cache = cache or default_cache()
        self._boot_seconds = boot_seconds

    # -- what a backend adds -----------------------------------------------------------------

    @abstractmethod
    def _check_host(self, progress: Progress) -> None:
        """Fetch or find what else must be there; raises before anything of the lab is made."""

    @abstractmethod
    def _boot(self, guest: Guest, progress: Progress) -> tuple[int, ...]:
        """Start ``guest``; returns its process and then those that help it."""

    def _machines(self, topology: Topology) -> tuple[Machine, ...]:
        """Over how many machines the lab is spread."""
        return one_machine(topology)

    def _access(self, topology: Topology, appliance: Appliance) -> Access:
        """The keys of a new lab; those of a machine that was kept are in its memory."""
        del appliance
        return fresh_access(topology)

    def _when_ready(self, guest: Guest, progress: Progress) -> None:  # noqa: B027 -- may be left
        """Called once all nodes of a new lab are ready."""

    # ----------------------------------------------------------------------------------------

    def up(self, topology: Topology, *, progress: Progress, reconfigure: bool = False) -> LabState:
        """Boot ``topology`` and wait for all its nodes; see Backend.up for the refusals."""
        topology.check()
        with locked(self.directory):
            state = self.status()
            same = (state.digest, state.backend) == (topology.digest(), self.backend)
            same = same and (not state.running or state.agent in {"", agent_digest()})
            if state.running and same and state.ready:
                progress(f"lab {topology.name} is already up")
                return state
            if state.running and not same and not reconfigure:
                raise LabDiffersError(
                    f"lab {state.topology} runs ({state.backend}), made from another topology than"
                    f" {topology.name}, by another backend than {self.backend}, or with an older"
                    " agent",
                    where=str(self.directory),
                    next_step=END_OR_REPLACE,
                )
            self._clean()
            try:
                appliance = ensure_appliance(progress=progress, cache=self.cache)
                self._check_host(progress)
                with one_at_a_time(self.cache):
                    guest = self._start(topology, appliance, progress)
                state = self._wait(progress)
                self._when_ready(guest, progress)
                return state
            except BaseException:
                # also on Ctrl-C: a lab that never became ready must not stay behind
                self._clean()
                raise

    def down(self) -> None:
        """End the machine and remove the lab's keys; ``console.log`` stays for whoever asks why."""
        with locked(self.directory):
            self._clean()

    def status(self) -> LabState:
        """What ``state.json``, the process and the console say together."""
        state = read_state(self.directory)
        if state is None:
            return LabState(backend=self.backend)
        processes = (state.pid, *state.helpers)
        if not all(is_ours(pid, state.marker) for pid in processes):
            nodes = tuple(n.model_copy(update={"ready": False}) for n in state.nodes)
            return state.model_copy(
                update={"running": False, "ready": False, "pid": None, "nodes": nodes}
            )
        return _with_report(state, self._report()).model_copy(update={"running": True})

    def restart(self, node: str) -> None:
        """Cut one router's power, see Backend.restart; many routers share the machine's kernel.

        So what a router wrote to a file and did not sync is not lost, /proc/uptime goes on, and
        the sessions of its SSH server hang, as at a real power cut, until they are used again.
        """
        self._must_know([node])
        done = self._channel(node).restart(node, RESTART_SECONDS)
        if done.exit_code == _NOTHING_TO_RESTART:
            raise NodeError(
                "has no processes of its own: there is nothing to restart",
                where=node,
                next_step="restart a router, or a customer edge that speaks BGP",
            )
        if done.exit_code != 0:
            raise GuestError(
                f"{node} did not come up again: {done.stderr.strip() or 'no answer in time'}",
                where=str(self.directory / "console.log"),
                next_step="look at it; egovnet lab up --reconfigure boots the whole lab afresh",
            )

    def exec(
        self, node: str, command: str | Sequence[str], timeout: float = EXEC_SECONDS
    ) -> Completed:
        """Run a shell line or an argument list in ``node``'s namespaces and file system."""
        self._must_know([node])
        return self._channel(node).exec(node, command, timeout)

    def exec_many(
        self, commands: Mapping[str, str], timeout: float = EXEC_SECONDS
    ) -> dict[str, Completed]:
        """Run one shell line per node, all at once, over one connection to each machine."""
        self._must_know(commands)
        shares: dict[ControlChannel, dict[str, str]] = {}
        for node, command in commands.items():
            shares.setdefault(self._channel(node), {})[node] = command
        with ThreadPoolExecutor(max_workers=max(1, len(shares))) as pool:
            parts = list(pool.map(lambda s: s[0].exec_many(s[1], timeout), shares.items()))
        answers = {node: done for part in parts for node, done in part.items()}
        return {node: answers[node] for node in commands}

    def try_connections(
        self,
        attempts: Sequence[ConnectionAttempt],
        addresses: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> list[SeenConnection]:
        """Try connections between nodes, all by one program in each machine that they live in."""
        ends = {name for one in attempts for name in (one.source, one.target)}
        self._must_know(sorted(ends | addresses.keys()))
        if not attempts:
            return []
        limit = seconds_at_most(attempts)
        channels = list(dict.fromkeys(self._channel(node) for node in sorted(ends | {*addresses})))
        asked = request(attempts, addresses, spread=len(channels) > 1)
        line = shlex.join(PROGRAM)
        # two of them would listen on the same ports of the same nodes
        with (
            in_turn(self.directory),
            ThreadPoolExecutor(max_workers=len(channels)) as pool,
        ):
            answers = list(pool.map(lambda each: each.machine(line, asked, limit), channels))
        # one that ended because the other one had is not the one to blame
        failed = sorted(
            (d for d in answers if d.exit_code), key=lambda d: d.exit_code == OTHER_ENDED
        )
        if failed:
            raise GuestError(
                f"the guest could not try {len(attempts)} connections: {failed[0].stderr.strip()}",
                where="lab connections",
                next_step="look at the lab's console.log",
            )
        return read_seen([done.stdout for done in answers], attempts)

    def _start(self, topology: Topology, appliance: Appliance, progress: Progress) -> Guest:
        machines = self._machines(topology)
        guest = Guest(
            topology=topology,
            appliance=appliance,
            access=self._access(topology, appliance),
            addresses=free_addresses(topology, machines=len(machines)),
            marker=f"egovnet-{secrets.token_hex(8)}",
            machines=machines,
        )
        for console in self._consoles():
            console.unlink()
        for number in range(len(machines)):
            write_private(self.directory / console_name(number), "")
        write_access(guest.access, topology, guest.addresses, self.directory)
        state = _new_state(self.backend, guest)
        # before the process: if we die in between, down finds the machine by its marker
        write_state(self.directory, state)
        if any(node.asked for node in state.nodes):
            progress(moved_words(guest.addresses.routers))
        pid, *helpers = self._boot(guest, progress)
        write_state(
            self.directory, state.model_copy(update={"pid": pid, "helpers": tuple(helpers)})
        )
        # nobody else may choose addresses before these are in use
        while any(map(is_free, guest.addresses.controls)) and self.status().running:
            time.sleep(0.02)
        return guest

    def _wait(self, progress: Progress) -> LabState:
        begun = told = time.monotonic()
        said = ""
        while True:
            state = self.status()
            report = self._report()
            if report.failures:
                raise GuestError(
                    "the lab could not boot: " + "; ".join(report.failures),
                    where=str(self.directory / "console.log"),
                    next_step="correct the node's text; nothing of the lab was left running",
                )
            if not state.running:
                raise GuestError(
                    f"the virtual machine ended: {self._last_words()}",
                    where=str(self.directory / "console.log"),
                    next_step="free the address or the memory it names, then try again",
                )
            done = sum(node.ready for node in state.nodes)
            line = f"{done} of {len(state.nodes)} nodes ready"
            if line != said:
                progress(line)
                said, told = line, time.monotonic()
            elif time.monotonic() - told > WAITING_SECONDS:
                told = time.monotonic()
                progress(f"{line}, {told - begun:.0f} s of at most {self._boot_seconds:.0f} s")
            if state.ready:
                for warning in report.warnings:
                    progress(f"warning: {warning}")
                write_state(self.directory, state)
                for initrd in self.directory.glob("initrd*"):
                    initrd.unlink()  # the guest has read it
                return state
            if time.monotonic() - begun > self._boot_seconds:
                late = ", ".join(node.name for node in state.nodes if not node.ready)
                raise GuestError(
                    f"after {self._boot_seconds:.0f} s these nodes were not ready: {late}",
                    where=str(self.directory / "console.log"),
                    next_step="look at it; on a busy machine: egovnet lab up --timeout SECONDS",
                )
            time.sleep(POLL_SECONDS)

    def _clean(self) -> None:
        """End what runs and remove what was written, whatever state it was left in."""
        with self._opening:
            ours = [key for key in self._open if key[:2] == (os.getpid(), self.directory)]
            for channel in [self._open.pop(key) for key in ours]:
                channel.close()
        state = read_state(self.directory)
        if state is not None:
            known = () if state.pid is None else (state.pid, *state.helpers)
            for pid in known or find_marked(state.marker):
                end_process(pid, state.marker)
        initrds = [path.name for path in self.directory.glob("initrd*")]
        for name in (*_RUN_FILES, *initrds, "state.json"):
            (self.directory / name).unlink(missing_ok=True)
        shutil.rmtree(self.directory / UML_FILES, ignore_errors=True)

    def _channel(self, node: str = "") -> ControlChannel:
        """To the machine that ``node`` lives in, or to the first one."""
        state = read_state(self.directory)
        if state is None or state.control is None:
            raise LabNotRunningError(self.directory)
        number = next((each.machine for each in state.nodes if each.name == node), 0)
        address = (state.control, *state.more_controls)[number]
        key = (os.getpid(), self.directory, address)
        with self._opening:
            return self._open.setdefault(key, ControlChannel(address, self.directory))

    def _last_words(self) -> str:
        """What the guest's processes wrote to their log, or the end of its console."""
        for path in (self.directory / "guest.log", *self._consoles()):
            if path.is_file() and (text := path.read_text(errors="replace").strip()):
                return text[-2000:]
        return "it said nothing"

    def _consoles(self) -> list[Path]:
        """The machines' consoles that are there: console.log, console-2.log."""
        return sorted(self.directory.glob("console*.log"), key=lambda path: len(path.name))

    def _report(self) -> BootReport:
        return together(
            [read_console(path.read_text(errors="replace")) for path in self._consoles()]
        )

    def _must_know(self, nodes: Mapping[str, str] | Sequence[str]) -> None:
        require_nodes(self.status(), self.directory, nodes)


def _new_state(backend: str, guest: Guest) -> LabState:
    topology, routers = guest.topology, guest.addresses.routers
    machine_of = {
        node.name: number
        for number, machine in enumerate(guest.machines)
        for node in machine.topology.nodes
    }
    nodes = tuple(
        NodeState(
            name=node.name,
            kind=node.kind,
            management=str(node.management) if node.management else None,
            forward=routers.get(node.name),
            asked=node.forward if node.forward != routers.get(node.name) else None,
            daemons=bool(node.daemons),
            machine=machine_of[node.name],
        )
        for node in topology.nodes
    )
    return LabState(
        backend=backend,
        topology=topology.name,
        digest=topology.digest(),
        agent=agent_digest(),
        marker=guest.marker,
        control=guest.addresses.control,
        more_controls=guest.addresses.more_controls,
        nodes=nodes,
    )


def _with_report(state: LabState, report: BootReport) -> LabState:
    hosts_at = report.stages.get("hosts")

    def judged(node: NodeState) -> NodeState:
        alone = node.daemons or node.kind == "router"
        at = report.ready.get(node.name) if alone else hosts_at
        up = at is not None and node.name not in report.down
        return node.model_copy(update={"ready": up, "seconds": at})

    nodes = tuple(judged(node) for node in state.nodes)
    seconds = dict(report.stages)
    routers = [node for node in nodes if node.kind == "router"]
    if routers and all(node.name in report.ssh for node in routers):
        seconds["ssh"] = max(report.ssh.values())
    ready = hosts_at is not None and all(node.ready for node in nodes)
    if ready:
        seconds["ready"] = max(node.seconds or 0.0 for node in nodes)
    return state.model_copy(update={"nodes": nodes, "ready": ready, "seconds": seconds})
