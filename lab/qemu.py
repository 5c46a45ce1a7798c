"""The command line of the lab's virtual machine, and whether this host can accelerate it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from egovnet.lab.errors import ToolMissingError
from egovnet.lab.qmp import SOCKET

QEMU = "qemu-system-x86_64"
KVM_PROBE_SECONDS = 5.0
KERNEL_ARGUMENTS = (
    "console=ttyS0 quiet loglevel=3 panic=-1 net.ifnames=0 tsc=reliable no_timer_check"
    # no defence is needed in a machine that runs what we put into it and reaches nothing, and
    # each costs an emulated processor dearly: norandmaps halves the start of FRR's daemons,
    # init_on_alloc and what follows it a third of the whole boot
    " mitigations=off norandmaps nokaslr audit=0 selinux=0 apparmor=0 init_on_alloc=0"
    " hardened_usercopy=off randomize_kstack_offset=off random.trust_cpu=on"
    " cryptomgr.notests nowatchdog rcupdate.rcu_expedited=1"
)

Forward = tuple[tuple[str, int], IPv4Address]
"""An address and TCP port of this host, and the guest's address whose port 22 it reaches."""


def find_qemu() -> str:
    """Path of QEMU; raises ToolMissingError with the line that installs it."""
    path = shutil.which(QEMU)
    if path is None:
        raise ToolMissingError(
            f"{QEMU} is not installed",
            where="lab",
            next_step="run: sudo apt-get install --no-install-recommends qemu-system-x86",
        )
    return path


def kvm_works(qemu: str, kernel: Path, remembered: Path) -> bool:
    """Whether KVM boots ``kernel`` here; a device that opens, runs a little and hangs counts as no.

    A kernel without a root panics, and with it QEMU ends: that takes a second where KVM works.
    The answer is kept in the directory ``remembered`` until this machine is booted again.
    """
    try:
        with Path("/dev/kvm").open("r+b"):
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return False
    answer = remembered / f"kvm-{boot}"
    if answer.exists():
        return answer.read_text() == "works"
    probe = [qemu, "-accel", "kvm", "-cpu", "host", "-machine", "q35", "-m", "256M"]
    probe += ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    probe += ["-kernel", str(kernel), "-append", "panic=-1 quiet"]
    try:
        done = subprocess.run(probe, capture_output=True, timeout=KVM_PROBE_SECONDS, check=False)
        works = done.returncode == 0
    except subprocess.TimeoutExpired:
        works = False
    answer.write_text("works" if works else "hangs or fails")
    return works


def machine_arguments(
    *,
    qemu: str,
    accelerated: bool,
    kernel: Path,
    initrd: Path,
    console: Path,
    marker: str,
    memory_mb: int,
    processors: int,
    subnet: IPv4Network,
    forwards: Sequence[Forward],
    relay: tuple[IPv4Address, IPv4Address],
    wait_for_memory: bool = False,
) -> list[str]:
    """QEMU's argument list for a machine that reaches nothing and is reached over ``forwards``.

    ``forwards`` pairs an address and port of this host with a guest address (its port 22).
    ``marker`` becomes the machine's name, by which its process is recognised. With
    ``wait_for_memory`` it does not boot, but waits to be told whose memory it goes on with.
    """
    if accelerated:
        processor = ["-accel", "kvm", "-cpu", "host"]
    else:
        processor = ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "qemu64"]
    return [
        qemu,
        *("-name", marker),
        *("-machine", "q35,usb=off,smbus=off,sata=off,i8042=off,vmport=off"),
        *processor,
        *("-smp", str(processors), "-m", f"{memory_mb}M"),
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-kernel", str(kernel), "-initrd", str(initrd)),
        *("-append", KERNEL_ARGUMENTS),
        *("-chardev", f"file,id=console,path={console},append=on", "-serial", "chardev:console"),
        *("-qmp", f"unix:{SOCKET},server=on,wait=off"),
        *(
            "-netdev",
            user_network(subnet, forwards, relay),
            "-device",
            "virtio-net-pci,netdev=management,romfile=",
        ),
        *("-device", "virtio-rng-pci"),
        *(("-incoming", "defer") if wait_for_memory else ()),
    ]


def qemu_version(qemu: str) -> str:
    """What QEMU says of itself: a machine's memory is read by the same QEMU only."""
    done = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=False)
    return done.stdout


def user_network(
    subnet: IPv4Network,
    forwards: Sequence[Forward],
    relay: tuple[IPv4Address, IPv4Address],
    name: str = "management",
) -> str:
    """QEMU's network in user space, called ``name``: a way in, no way out.

    ``relay`` are QEMU's own host and DNS in it, out of the routers' way.
    """
    network = f"user,id={name},restrict=on,net={subnet},host={relay[0]},dns={relay[1]}"
    for (address, port), guest in forwards:
        network += f",hostfwd=tcp:{address}:{port}-{guest}:22"
    return network


def relay_arguments(*, qemu: str, marker: str, machines: Sequence[tuple[str, int]]) -> list[str]:
    """QEMU without a machine: user networks, each joined to a socket that carries Ethernet frames.

    ``machines`` are each a network called ``host0`` (and on) as ``user_network`` gives it, and the
    inherited descriptor of a datagram socket. Each has a network of its own, as QEMU's answers also
    frames that are meant for another.
    """
    networks = []
    for number, (network, frames) in enumerate(machines):
        networks += [
            *("-netdev", network),
            *("-netdev", f"dgram,id=guest{number},local.type=fd,local.str={frames}"),
            *("-netdev", f"hubport,id=left{number},hubid={number},netdev=host{number}"),
            *("-netdev", f"hubport,id=right{number},hubid={number},netdev=guest{number}"),
        ]
    return [
        qemu,
        *("-name", marker, "-machine", "none"),
        *("-nodefaults", "-no-user-config", "-display", "none"),
        *networks,
    ]
