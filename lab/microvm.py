"""The backend `microvm`: the guest is a virtual machine of QEMU, with or without acceleration."""

from __future__ import annotations

import subprocess
from pathlib import Path

from egovnet.lab.backend import Progress
from egovnet.lab.backends import BOOT_SECONDS
from egovnet.lab.guest_lab import Guest, GuestLab
from egovnet.lab.guest_payload import write_initrd
from egovnet.lab.qemu import find_qemu, kvm_works, machine_arguments


class MicroVm(GuestLab):
    """A lab in QEMU; ``accelerate`` overrides whether KVM is used (default: where it works)."""

    backend = "microvm"

    def __init__(
        self,
        directory: Path,
        *,
        cache: Path | None = None,
        accelerate: bool | None = None,
        boot_seconds: float = BOOT_SECONDS,
    ) -> None:
        super().__init__(directory, cache=cache, boot_seconds=boot_seconds)
        self._accelerate = accelerate

    def _check_host(self, progress: Progress) -> None:
        find_qemu()

    def _boot(self, guest: Guest, progress: Progress) -> tuple[int, ...]:
        qemu, appliance = find_qemu(), guest.appliance
        accelerated = self._accelerate
        if accelerated is None:
            accelerated = kvm_works(qemu, appliance.kernel, appliance.kernel.parent)
        initrd = self.directory / "initrd"
        write_initrd(initrd, [appliance.initrd], guest.topology, guest.access)
        argv = machine_arguments(
            qemu=qemu,
            accelerated=accelerated,
            kernel=appliance.kernel,
            initrd=initrd,
            console=self.directory / "console.log",
            marker=guest.marker,
            memory_mb=guest.memory_mb,
            processors=2,
            subnet=guest.topology.management_subnet,
            forwards=guest.forwards,
        )
        how = "KVM" if accelerated else "emulated processor"
        progress(f"booting {len(guest.topology.nodes)} nodes ({how})")
        with (self.directory / "guest.log").open("wb") as log:
            machine = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.directory,
            )
        return (machine.pid,)
