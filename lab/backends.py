"""The ways of running the virtual network by name, and which one is best on this machine.

Each backend is imported when it is chosen: they bring SSH, cryptography and FRR's grammar along.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from egovnet.lab.defaults import BOOT_SECONDS

if TYPE_CHECKING:
    from egovnet.lab.backend import Backend
    from egovnet.lab.guest_lab import GuestLab

AUTO = "auto"
BACKENDS = (AUTO, "uml", "microvm", "containerlab", "emulated")


def open_lab(
    name: str, directory: Path, *, boot_seconds: float = BOOT_SECONDS, image: str = ""
) -> Backend:
    """The backend called ``name`` over ``directory``; ``auto``: the one whose lab is there.

    ``image`` is that of containers; "": the usual one.
    """
    if name == AUTO:
        from egovnet.lab.state import read_state

        state = read_state(directory)
        name = state.backend if state is not None else "uml"
    if name == "containerlab":
        from egovnet.lab.containerlab import Containerlab

        return Containerlab(directory, image=image) if image else Containerlab(directory)
    if name == "emulated":
        from egovnet.lab.emulated.backend import Emulated

        return Emulated(directory)
    return guest_lab(name, directory, boot_seconds=boot_seconds)


def guest_lab(name: str, directory: Path, *, boot_seconds: float = BOOT_SECONDS) -> GuestLab:
    """The backend ``uml`` or ``microvm`` over ``directory``."""
    if name == "uml":
        from egovnet.lab.uml import UserModeLinux

        return UserModeLinux(directory, boot_seconds=boot_seconds)
    from egovnet.lab.microvm import MicroVm

    return MicroVm(directory, boot_seconds=boot_seconds)


def default_lab(directory: Path, *, progress: Callable[[str], None]) -> GuestLab:
    """What ``auto`` means for a new lab over ``directory``; the appliance is built if need be."""
    return guest_lab(best_guest(progress=progress), directory)


def best_guest(*, progress: Callable[[str], None], cache: Path | None = None) -> str:
    """``microvm`` where its processor is accelerated, else ``uml`` where its kernel can be had.

    Measured on the reference network without acceleration, a change of all routers is applied and
    verified five times as fast under User Mode Linux as on an emulated processor.
    """
    from egovnet.lab.appliance import default_cache, ensure_appliance
    from egovnet.lab.errors import LabError
    from egovnet.lab.qemu import find_qemu, kvm_works
    from egovnet.lab.uml_kernel import ensure_uml_kernel

    cache = cache or default_cache()
    appliance = ensure_appliance(progress=progress, cache=cache)
    if kvm_works(find_qemu(), appliance.kernel, appliance.kernel.parent):
        return "microvm"
    try:
        ensure_uml_kernel(cache, progress=progress)
    except LabError as error:
        progress(f"an emulated processor is used: {error}")
        return "microvm"
    return "uml"
