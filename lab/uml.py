"""The backend `uml`: the guest is User Mode Linux, a kernel that runs as a process of this host.

User code runs at the processor's own speed, so a push takes a fraction of what it takes on an
emulated processor. Its one virtual processor is bound to one of this machine's: the kernel and the
processes it runs take turns, and on two processors each turn would wake up the other one, which
makes a system call seven times as dear. The way in is the same as QEMU's: QEMU's own network in
user space, run without a machine and joined to the guest by a pair of sockets.

User Mode Linux keeps its guest's processes apart for tests, not against an attacker. The lab runs
only what we put into it.
"""

from __future__ import annotations

import os
import socket
import subprocess
from collections import Counter
from pathlib import Path

from egovnet.lab.backend import Progress
from egovnet.lab.errors import GuestError
from egovnet.lab.guest_lab import UML_FILES, Guest, GuestLab
from egovnet.lab.guest_payload import write_initrd
from egovnet.lab.qemu import find_qemu, relay_arguments
from egovnet.lab.uml_kernel import UmlKernel, ensure_uml_kernel

KERNEL_ARGUMENTS = (
    *("con=null", "con0=null,fd:1", "seccomp=on", "quiet", "loglevel=3", "panic=-1", "noreboot"),
    *("norandmaps", "init_on_alloc=0", "cryptomgr.notests", "nowatchdog"),
)
_SOCKET_BYTES = 4 << 20
_MB = 1 << 20


class UserModeLinux(GuestLab):
    """A lab in User Mode Linux."""

    backend = "uml"
    _kernel: UmlKernel | None = None

    def _check_host(self, progress: Progress) -> None:
        find_qemu()
        self._kernel = ensure_uml_kernel(self.cache, progress=progress)

    def _boot(self, guest: Guest, progress: Progress) -> tuple[int, ...]:
        kernel = self._kernel or ensure_uml_kernel(self.cache, progress=progress)
        initrd = self.directory / "initrd"
        write_initrd(initrd, [guest.appliance.initrd, kernel.modules], guest.topology, guest.access)
        progress(f"booting {len(guest.topology.nodes)} nodes (User Mode Linux)")
        inside, outside = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with inside, outside:
            for end in (inside, outside):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
            relay = relay_arguments(
                qemu=find_qemu(),
                marker=guest.marker,
                subnet=guest.topology.management_subnet,
                forwards=guest.forwards,
                frames=outside.fileno(),
            )
            with (self.directory / "guest.log").open("wb") as log:
                helper = subprocess.Popen(
                    relay,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=[outside.fileno()],
                )
            with (self.directory / "console.log").open("ab") as console:
                machine = subprocess.Popen(
                    [
                        str(kernel.program),
                        f"mem={guest.memory_mb}M",
                        f"initrd={initrd}",
                        f"vec0:transport=fd,fd={inside.fileno()}",
                        *(f"uml_dir={self.directory}", f"umid={UML_FILES}"),
                        *KERNEL_ARGUMENTS,
                        guest.marker,
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=console,
                    stderr=console,
                    start_new_session=True,
                    pass_fds=[inside.fileno()],
                    cwd=kernel.directory,
                    env={
                        "LD_LIBRARY_PATH": str(kernel.directory / "lib"),
                        "TMPDIR": str(_memory_directory(guest.memory_mb, self.directory)),
                    },
                )
        os.sched_setaffinity(machine.pid, {_quietest_processor()})
        return machine.pid, helper.pid


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
