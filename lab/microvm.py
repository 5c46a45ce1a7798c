"""The backend `microvm`: the guest is a virtual machine of QEMU, with or without acceleration.

A machine that was booted is kept, and the next lab of the same network goes on from there: see
snapshots.py. What goes on is held against what was booted, router by router; when it differs, the
snapshot is dropped and the lab booted.
"""

from __future__ import annotations

import base64
import importlib
import os
import subprocess
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from egovnet.lab.access import Access
from egovnet.lab.appliance import Appliance
from egovnet.lab.backend import Progress
from egovnet.lab.defaults import BOOT_SECONDS
from egovnet.lab.errors import GuestError, LabError
from egovnet.lab.guest import Guest, memory_needed
from egovnet.lab.guest_lab import GuestLab
from egovnet.lab.guest_payload import write_initrd
from egovnet.lab.qemu import find_qemu, kvm_works, machine_arguments, qemu_version
from egovnet.lab.qmp import Qmp
from egovnet.lab.snapshots import MEMORY, Snapshot, Snapshots, snapshot_key
from egovnet.lab.state import LabState
from egovnet.lab.topology import Topology
from napalm_frr.change.installation import install_script

PROCESSORS = 2
SETTLE_SECONDS = 120.0
QUIET_LOOKS = 3
LOOK_SECONDS = 2.0

# Which daemons live, router by router, said by one shell without a program: each start of one costs
# an emulated processor 10 to 20 ms. What they hold is the memory's, which is held to its digest.
_DAEMONS = (
    "for at in /run/egovnet/*.pid; do read -r its <$at; node=${at##*/};"
    " for file in /proc/$its/root/run/frr/*.pid; do [ -e $file ] || continue;"
    " read -r pid <$file; name=dead; read -r name 2>/dev/null </proc/$its/root/proc/$pid/comm;"
    ' echo "${node%.pid} ${file##*/} $pid $name"; done; done'
)
_MOVES = (
    "vtysh -c 'show bgp vrf all summary json' | grep '\"state\":' | grep -vc Established;"
    " { ip -4 route show table all; ip -6 route show table all; ip -f mpls route; }"
    " | sort | sha256sum"
)


class _DiffersError(GuestError):
    """A kept machine did not go on as what was booted."""


class MicroVm(GuestLab):
    """A lab in QEMU.

    ``accelerate`` overrides whether KVM is used (default: where it works); without ``snapshots``
    every lab is booted, and none is kept.
    """

    backend = "microvm"
    no_tunnels = "its appliance has neither strongSwan nor the kernel's GRE"

    def __init__(
        self,
        directory: Path,
        *,
        cache: Path | None = None,
        accelerate: bool | None = None,
        boot_seconds: float = BOOT_SECONDS,
        snapshots: bool = True,
    ) -> None:
        super().__init__(directory, cache=cache, boot_seconds=boot_seconds)
        self._accelerate = accelerate
        self._snapshots = Snapshots(self.cache) if snapshots else None
        self._key = ""
        self._restored: Snapshot | None = None
        self._whole: Future[bool] | None = None

    def up(self, topology: Topology, *, progress: Progress, reconfigure: bool = False) -> LabState:
        """Boot ``topology``, or let a kept machine go on as it; see Backend.up for the refusals."""
        try:
            return super().up(topology, progress=progress, reconfigure=reconfigure)
        except LabError as error:
            if self._restored is None:
                raise
            self._restored.forget()
            self._restored = None
            progress(f"the kept machine is dropped ({error.what}), the lab is booted")
            return super().up(topology, progress=progress, reconfigure=reconfigure)

    def _check_host(self, progress: Progress) -> None:
        find_qemu()

    def _is_accelerated(self, appliance: Appliance) -> bool:
        if self._accelerate is None:
            self._accelerate = kvm_works(find_qemu(), appliance.kernel, appliance.kernel.parent)
        return self._accelerate

    def _access(self, topology: Topology, appliance: Appliance) -> Access:
        self._restored = None
        if self._snapshots is not None:
            how = "kvm" if self._is_accelerated(appliance) else "tcg"
            memory = str(memory_needed(topology))
            version = qemu_version(find_qemu())
            machine = [memory, str(PROCESSORS), how, version]
            self._key = snapshot_key(
                [appliance.digest, topology.digest(), *machine, install_script()]
            )
            self._restored = self._snapshots.find(self._key)
        if self._restored is not None:
            return self._restored.access
        return super()._access(topology, appliance)

    def _boot(self, guest: Guest, progress: Progress) -> tuple[int, ...]:
        accelerated = self._is_accelerated(guest.appliance)
        # also for a kept machine, whose parts must have the sizes that they had
        initrd = self.directory / "initrd"
        write_initrd(initrd, [guest.appliance.initrd], guest.machines[0], guest.access)
        if self._restored is not None:
            (self.directory / "console.log").write_text(self._restored.console)
        argv = machine_arguments(
            qemu=find_qemu(),
            accelerated=accelerated,
            kernel=guest.appliance.kernel,
            initrd=initrd,
            console=self.directory / "console.log",
            marker=guest.marker,
            memory_mb=memory_needed(guest.topology),
            processors=PROCESSORS,
            subnet=guest.topology.management_subnet,
            forwards=guest.forwards(0),
            relay=guest.machines[0].relay,
            wait_for_memory=self._restored is not None,
        )
        how = "KVM" if accelerated else "emulated processor"
        verb = "booting" if self._restored is None else "restoring"
        progress(f"{verb} {len(guest.topology.nodes)} nodes ({how})")
        with (self.directory / "guest.log").open("wb") as log:
            machine = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.directory,
            )
        if self._restored is not None:
            # beside QEMU, which reads the same file
            with ThreadPoolExecutor(max_workers=2) as beside:
                self._whole = beside.submit(self._restored.memory_is_whole)
                beside.submit(importlib.import_module, "paramiko")  # it is needed next
                with Qmp(self.directory) as qemu:
                    qemu.go_on_with(self._restored.memory)
        return (machine.pid,)

    def _when_ready(self, guest: Guest, progress: Progress) -> None:
        if self._restored is not None:
            self._go_on(self._restored, guest)
        elif self._snapshots is not None:
            try:
                self._keep(self._snapshots, guest, progress)
            except (LabError, OSError) as error:
                progress(f"warning: this machine could not be kept for the next time: {error}")

    def _go_on(self, kept: Snapshot, guest: Guest) -> None:
        """Set the clock of a restored machine right, stir its random numbers, and check it."""
        if self._whole is None or not self._whole.result():
            raise _DiffersError("its memory is not what was kept")
        noise = base64.b64encode(os.urandom(64)).decode()
        told = self._daemons(
            guest, f"cat >/dev/urandom; date -s @{time.time():.3f} >/dev/null || exit; ", noise
        )
        if differ := sorted(name for name, was in kept.routers.items() if told.get(name) != was):
            raise _DiffersError(f"{', '.join(differ)} differ from what was booted")

    def _daemons(self, guest: Guest, before: str = "", text_in: str = "") -> dict[str, str]:
        """Each router's daemons with their process numbers, after the shell line ``before``."""
        done = self._channel().machine(before + _DAEMONS, text_in, self._boot_seconds)
        if done.exit_code != 0:
            raise _DiffersError(f"it does not say what runs in it: {done.stderr.strip()}")
        told = {node.name: "" for node in guest.topology.nodes if node.daemons}
        for line in done.stdout.splitlines():
            name, _, daemon = line.partition(" ")
            told[name] = told.get(name, "") + daemon + "\n"
        return told

    def _keep(self, snapshots: Snapshots, guest: Guest, progress: Progress) -> None:
        self._settle(guest, progress)
        routers = self._daemons(guest)
        self._channel().close()
        progress("keeping this machine for the next time")
        memory = self.directory / MEMORY
        memory.touch(mode=0o600)
        try:
            with Qmp(self.directory) as qemu:
                qemu.save(MEMORY)
            snapshots.keep(
                self._key,
                memory=memory,
                console=(self.directory / "console.log").read_text(),
                access=guest.access,
                routers=routers,
            )
        finally:
            memory.unlink(missing_ok=True)

    def _settle(self, guest: Guest, progress: Progress) -> None:
        """Wait until routing has nothing more to do, so that it is kept at rest."""
        if not any("\nrouter " in node.config for node in guest.topology.nodes):
            return
        progress("waiting until routing has settled")
        deadline = time.monotonic() + SETTLE_SECONDS
        looks = [self._told(guest, _MOVES)]
        while time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
            looks.append(self._told(guest, _MOVES))
            last = looks[-QUIET_LOOKS:]
            up = all(told.splitlines()[0] == "0" for told in last[-1].values())
            if up and len(last) == QUIET_LOOKS and all(look == last[0] for look in last):
                return
        raise GuestError("routing did not settle", where=guest.topology.name)

    def _told(self, guest: Guest, line: str) -> dict[str, str]:
        routers = [node.name for node in guest.topology.nodes if node.daemons]
        answers = self.exec_many(dict.fromkeys(routers, line), timeout=self._boot_seconds)
        return {name: answer.stdout for name, answer in answers.items()}
