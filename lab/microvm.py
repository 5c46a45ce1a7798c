"""The default backend: one virtual machine, and in it a namespace and an SSH server per router.

Nothing needs root or a container engine on the host: QEMU runs as the invoking user, with or
without hardware acceleration, and the network ends on loopback addresses of this machine.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from egovnet.lab.access import make_access
from egovnet.lab.appliance import Appliance, ensure_appliance
from egovnet.lab.backend import EXEC_SECONDS, Completed, Progress
from egovnet.lab.console import BootReport, read_console
from egovnet.lab.control_channel import ControlChannel
from egovnet.lab.errors import GuestError, LabDiffersError, LabNotRunningError, NodeError
from egovnet.lab.guest_payload import control_address, guest_payload
from egovnet.lab.qemu import find_qemu, kvm_works, machine_arguments
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

BOOT_SECONDS = 180.0
RESTART_SECONDS = 120.0
POLL_SECONDS = 0.1
_NOTHING_TO_RESTART = 125
CONTROL_FORWARD = ("127.20.20.2", 2222)
_RUN_FILES = ("initrd", "known_hosts", "id_ed25519", "credentials.yaml", "qemu.log")
_BASE_MB = 640
_ROUTER_MB = 56
_EDGE_MB = 24
_MACHINE_MB = 2048


class MicroVm:
    """The lab of one state directory.

    ``directory`` holds ``state.json``, ``known_hosts``, ``id_ed25519``, ``credentials.yaml`` and
    ``console.log``. ``control`` is the loopback address and port for ``exec``. Two labs can run at
    once when their directories, control addresses and routers' forwards differ.
    """

    def __init__(
        self,
        directory: Path,
        *,
        control: tuple[str, int] = CONTROL_FORWARD,
        cache: Path | None = None,
        accelerate: bool | None = None,
        boot_seconds: float = BOOT_SECONDS,
    ) -> None:
        self.directory = directory.absolute()
        self._control = control
        self._cache = cache
        self._accelerate = accelerate
        self._boot_seconds = boot_seconds
        self._channel = ControlChannel(control, self.directory)

    def up(self, topology: Topology, *, progress: Progress, reconfigure: bool = False) -> LabState:
        """Boot ``topology`` and wait for all its nodes; see Backend.up for the refusals."""
        topology.check()
        with locked(self.directory):
            state = self.status()
            if state.running and state.digest == topology.digest() and state.ready:
                progress(f"lab {topology.name} is already up")
                return state
            if state.running and state.digest != topology.digest() and not reconfigure:
                raise LabDiffersError(
                    f"lab {state.topology} runs, made from another topology than {topology.name}",
                    where=str(self.directory),
                    next_step="end it with lab down first, or ask to reconfigure",
                )
            self._clean()
            try:
                self._start(
                    topology, ensure_appliance(progress=progress, cache=self._cache), progress
                )
                return self._wait(progress)
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
            return LabState(backend="microvm")
        if not is_ours(state.pid, state.marker):
            nodes = tuple(n.model_copy(update={"ready": False}) for n in state.nodes)
            return state.model_copy(
                update={"running": False, "ready": False, "pid": None, "nodes": nodes}
            )
        return _with_report(state, self._report()).model_copy(update={"running": True})

    def restart(self, node: str) -> None:
        """Cut one router's power, see Backend.restart; all routers share the machine's kernel.

        So what a router wrote to a file and did not sync is not lost, /proc/uptime goes on, and
        the sessions of its SSH server hang, as at a real power cut, until they are used again.
        """
        self._must_know([node])
        done = self._channel.restart(node, RESTART_SECONDS)
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
                next_step="look at the console; lab up boots the whole lab afresh",
            )

    def exec(
        self, node: str, command: str | Sequence[str], timeout: float = EXEC_SECONDS
    ) -> Completed:
        """Run a shell line or an argument list in ``node``'s namespaces and file system."""
        self._must_know([node])
        return self._channel.exec(node, command, timeout)

    def exec_many(
        self, commands: Mapping[str, str], timeout: float = EXEC_SECONDS
    ) -> dict[str, Completed]:
        """Run one shell line per node, all at once, over one connection."""
        self._must_know(commands)
        return self._channel.exec_many(commands, timeout) if commands else {}

    def _start(self, topology: Topology, appliance: Appliance, progress: Progress) -> None:
        qemu = find_qemu()
        accelerated = self._accelerate
        if accelerated is None:
            accelerated = kvm_works(qemu, appliance.kernel, appliance.kernel.parent)
        access = make_access(topology, self.directory, self._control)
        initrd = self.directory / "initrd"
        with initrd.open("wb") as stream:
            initrd.chmod(0o600)
            with appliance.initrd.open("rb") as base:
                shutil.copyfileobj(base, stream, 1 << 20)
            stream.write(guest_payload(topology, access))
        forwards = [(self._control, control_address(topology))]
        forwards += [
            (n.forward, n.management) for n in topology.routers() if n.forward and n.management
        ]
        write_private(self.directory / "console.log", "")
        marker = f"egovnet-{secrets.token_hex(8)}"
        argv = machine_arguments(
            qemu=qemu,
            accelerated=accelerated,
            kernel=appliance.kernel,
            initrd=initrd,
            console=self.directory / "console.log",
            marker=marker,
            memory_mb=memory_needed(topology),
            processors=2,
            subnet=topology.management_subnet,
            forwards=forwards,
        )
        nodes = tuple(
            NodeState(
                name=node.name,
                kind=node.kind,
                management=str(node.management) if node.management else None,
                forward=node.forward,
                daemons=bool(node.daemons),
            )
            for node in topology.nodes
        )
        state = LabState(
            backend="microvm",
            topology=topology.name,
            digest=topology.digest(),
            marker=marker,
            nodes=nodes,
        )
        # before the process: if we die in between, down finds the machine by its marker
        write_state(self.directory, state)
        how = "KVM" if accelerated else "emulated processor"
        progress(f"booting {len(topology.nodes)} nodes ({how})")
        with (self.directory / "qemu.log").open("wb") as log:
            machine = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.directory,
            )
        write_state(self.directory, state.model_copy(update={"pid": machine.pid}))

    def _wait(self, progress: Progress) -> LabState:
        deadline = time.monotonic() + self._boot_seconds
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
                log = (self.directory / "qemu.log").read_text(errors="replace").strip()
                raise GuestError(
                    f"the virtual machine ended: {log or 'it said nothing'}",
                    where=str(self.directory / "console.log"),
                    next_step="free the address or the memory it names, then try again",
                )
            done = sum(node.ready for node in state.nodes)
            line = f"{done} of {len(state.nodes)} nodes ready"
            if line != said:
                progress(line)
                said = line
            if state.ready:
                for warning in report.warnings:
                    progress(f"warning: {warning}")
                write_state(self.directory, state)
                (self.directory / "initrd").unlink(missing_ok=True)  # QEMU has read it
                return state
            if time.monotonic() > deadline:
                late = ", ".join(node.name for node in state.nodes if not node.ready)
                raise GuestError(
                    f"after {self._boot_seconds:.0f} s these nodes were not ready: {late}",
                    where=str(self.directory / "console.log"),
                    next_step="look at the console; a busy machine needs more time",
                )
            time.sleep(POLL_SECONDS)

    def _clean(self) -> None:
        """End what runs and remove what was written, whatever state it was left in."""
        self._channel.close()
        state = read_state(self.directory)
        if state is not None:
            pids = [state.pid] if state.pid is not None else find_marked(state.marker)
            for pid in pids:
                end_process(pid, state.marker)
        for name in (*_RUN_FILES, "state.json"):
            (self.directory / name).unlink(missing_ok=True)

    def _report(self) -> BootReport:
        try:
            return read_console((self.directory / "console.log").read_text(errors="replace"))
        except FileNotFoundError:
            return BootReport()

    def _must_know(self, nodes: Mapping[str, str] | Sequence[str]) -> None:
        state = self.status()
        if not state.running:
            raise LabNotRunningError(
                "no lab is running", where=str(self.directory), next_step="start it with lab up"
            )
        known = {node.name for node in state.nodes}
        if unknown := sorted(set(nodes) - known):
            raise LabNotRunningError(
                f"lab {state.topology} has no node {', '.join(unknown)}",
                where=str(self.directory),
                next_step=f"it has {', '.join(sorted(known))}",
            )


def memory_needed(topology: Topology) -> int:
    """Megabytes for the machine: the appliance, the routers' daemons and some room."""
    edges = sum(1 for node in topology.nodes if node.kind == "ce" and node.daemons)
    needed = _BASE_MB + _ROUTER_MB * len(topology.routers()) + _EDGE_MB * edges
    return max(1024, needed)


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
