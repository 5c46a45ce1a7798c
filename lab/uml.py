"""The backend `uml`: the guest is User Mode Linux, a kernel that runs as a process of this host.

User code runs at the processor's own speed, so a push takes a fraction of what it takes on an
emulated processor. A machine has one virtual processor, bound to one of this host's: the kernel and
the processes it runs take turns, and on two processors each turn would wake up the other one, which
makes a system call seven times as dear. So where the host has two processors a lab is two machines,
joined by a pair of sockets for each cable between them: see machines.py and appliance/cables.py.
The way in is the same as QEMU's: QEMU's own network in user space, run without a machine and joined
to each guest by another pair of sockets.

User Mode Linux keeps its guest's processes apart for tests, not against an attacker. The lab runs
only what we put into it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from egovnet.lab.backend import Progress
from egovnet.lab.defaults import BOOT_SECONDS
from egovnet.lab.errors import GuestError
from egovnet.lab.guest import Guest, console_name, memory_needed
from egovnet.lab.guest_clock import clock_archive
from egovnet.lab.guest_lab import UML_FILES, GuestLab
from egovnet.lab.guest_payload import write_initrd
from egovnet.lab.ike_archive import ensure_ike_archive, is_needed
from egovnet.lab.machines import Machine, one_machine, two_machines
from egovnet.lab.qemu import find_qemu, relay_arguments, user_network
from egovnet.lab.topology import Topology
from egovnet.lab.uml_kernel import UmlKernel, ensure_uml_kernel

KERNEL_ARGUMENTS = (
    *("con=null", "con0=null,fd:1", "seccomp=on", "quiet", "loglevel=3", "panic=-1", "noreboot"),
    *("norandmaps", "init_on_alloc=0", "cryptomgr.notests", "nowatchdog"),
)
WIRE_MTU = 10000
"""Of a wire between two machines; as appliance/cables.py has it for what joins it to the ports."""
_SOCKET_BYTES = 4 << 20
_MB = 1 << 20


class UserModeLinux(GuestLab):
    """A lab in User Mode Linux."""

    backend = "uml"
    no_translation = "User Mode Linux has no chains of nftables' type nat"
    no_zones = "User Mode Linux is built without zones of connections (NF_CONNTRACK_ZONES)"
    _kernel: UmlKernel | None = None

    def _check_host(self, progress: Progress) -> None:
        find_qemu()
        self._kernel = ensure_uml_kernel(self.cache, progress=progress)

    def __init__(
        self,
        directory: Path,
        *,
        cache: Path | None = None,
        boot_seconds: float = BOOT_SECONDS,
        machines: tuple[Machine, ...] = (),
    ) -> None:
        """``machines`` overrides how the lab is spread over machines."""
        super().__init__(directory, cache=cache, boot_seconds=boot_seconds)
        self._given = machines

    def _machines(self, topology: Topology) -> tuple[Machine, ...]:
        if self._given:
            return self._given
        return two_machines(topology) if len(os.sched_getaffinity(0)) > 1 else one_machine(topology)

    def _boot(self, guest: Guest, progress: Progress) -> tuple[int, ...]:
        kernel = self._kernel or ensure_uml_kernel(self.cache, progress=progress)
        archive = clock_archive(self.cache)
        clock = [archive] if archive else []
        ike = []
        if is_needed(guest.topology):
            ike = [ensure_ike_archive(guest.appliance, kernel, self.cache, progress=progress)]
        count = len(guest.machines)
        how = "" if count == 1 else f", {count} machines"
        progress(f"booting {len(guest.topology.nodes)} nodes (User Mode Linux{how})")
        with contextlib.ExitStack() as held:
            management = [_pair(held) for _ in guest.machines]
            helper = self._start_relay(guest, [outside for _, outside in management])
            # between two machines: the management network's, then one for each cable
            wires = [_pair(held) for _ in guest.machines[1:]]
            wires += [_pair(held) for _ in guest.machines[0].cables]
            started = []
            for number, machine in enumerate(guest.machines):
                ends = [management[number][0], *(wire[number] for wire in wires)]
                initrd = self.directory / f"initrd-{number}"
                bases = [guest.appliance.initrd, kernel.modules, *ike, *clock]
                write_initrd(initrd, bases, machine, guest.access)
                started.append(self._start_machine(kernel, guest.marker, number, machine, ends))
        return (started[0], helper, *started[1:])

    def _start_relay(self, guest: Guest, frames: Sequence[socket.socket]) -> int:
        relay = relay_arguments(
            qemu=find_qemu(),
            marker=guest.marker,
            machines=[
                (
                    user_network(
                        guest.topology.management_subnet,
                        guest.forwards(number),
                        guest.machines[number].relay,
                        f"host{number}",
                    ),
                    end.fileno(),
                )
                for number, end in enumerate(frames)
            ],
        )
        with (self.directory / "guest.log").open("wb") as log:
            helper = subprocess.Popen(
                relay,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[end.fileno() for end in frames],
            )
        return helper.pid

    def _start_machine(
        self,
        kernel: UmlKernel,
        marker: str,
        number: int,
        machine: Machine,
        ends: Sequence[socket.socket],
    ) -> int:
        """Start one machine; ``ends`` are its way in, and then those to the other machine."""
        memory = memory_needed(machine.topology)
        wires = [f"vec{at}:transport=fd,fd={end.fileno()}" for at, end in enumerate(ends)]
        wires[1:] = [f"{wire},mtu={WIRE_MTU}" for wire in wires[1:]]
        with (self.directory / console_name(number)).open("ab") as console:
            process = subprocess.Popen(
                [
                    str(kernel.program),
                    f"mem={memory}M",
                    f"initrd={self.directory / f'initrd-{number}'}",
                    *wires,
                    *(f"uml_dir={self.directory / UML_FILES}", f"umid={number}"),
                    *KERNEL_ARGUMENTS,
                    marker,
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
                pass_fds=[end.fileno() for end in ends],
                cwd=kernel.directory,
                env={
                    "LD_LIBRARY_PATH": str(kernel.directory / "lib"),
                    "TMPDIR": str(_memory_directory(memory, self.directory)),
                },
            )
        os.sched_setaffinity(process.pid, {_quietest_processor()})
        return process.pid


def _pair(held: contextlib.ExitStack) -> tuple[socket.socket, socket.socket]:
    """Two ends of a wire for Ethernet frames, closed with ``held``."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in (one, other):
        held.enter_context(end)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
    return one, other


def _memory_directory(megabytes: int, otherwise: Path) -> Path:
    """Where the guest's memory lies, in a file: shared memory where there is room for it."""
    shared = Path("/dev/shm")  # noqa: S108 -- the kernel makes its file there, unlinked at once
    for directory in (shared, otherwise):
        try:
            room = os.statvfs(directory)
        except OSError:
            continue
        enough = room.f_bavail * room.f_frsize > megabytes * _MB
        if enough and not room.f_flag & os.ST_NOEXEC and os.access(directory, os.W_OK):
            return directory
    raise GuestError(
        f"its memory of {megabytes} MB has no room in {shared}, nor in the lab's directory",
        where=str(otherwise),
        next_step="free some space, or use the backend microvm",
    )


def _quietest_processor() -> int:
    """The processor of ours that the fewest other labs are bound to."""
    used: Counter[int] = Counter()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if b"linux.uml" in (entry / "cmdline").read_bytes().partition(b"\0")[0]:
                    used.update(os.sched_getaffinity(int(entry.name)))
            except OSError:
                continue  # it ended while we looked
    return min(sorted(os.sched_getaffinity(0), reverse=True), key=lambda number: used[number])
