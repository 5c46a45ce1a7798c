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
    forwards: Sequence[tuple[tuple[str, int], IPv4Address]],
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
            user_network(subnet, forwards),
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
    subnet: IPv4Network, forwards: Sequence[tuple[tuple[str, int], IPv4Address]]
) -> str:
    """QEMU's network in user space, called ``management``: a way in, no way out."""
    # QEMU's own host and DNS stand at the subnet's end, out of the routers' way
    network = f"user,id=management,restrict=on,net={subnet},host={subnet[-2]},dns={subnet[-3]}"
    for (address, port), guest in forwards:
        network += f",hostfwd=tcp:{address}:{port}-{guest}:22"
    return network


def relay_arguments(
    *,
    qemu: str,
    marker: str,
    subnet: IPv4Network,
    forwards: Sequence[tuple[tuple[str, int], IPv4Address]],
    frames: int,
) -> list[str]:
    """QEMU without a machine: its user network, joined to a socket that carries Ethernet frames.

    ``frames`` is the inherited descriptor of a datagram socket.
    """
    return [
        qemu,
        *("-name", marker, "-machine", "none"),
        *("-nodefaults", "-no-user-config", "-display", "none"),
        *("-netdev", user_network(subnet, forwards)),
        *("-netdev", f"dgram,id=guest,local.type=fd,local.str={frames}"),
        *("-netdev", "hubport,id=left,hubid=0,netdev=management"),
        *("-netdev", "hubport,id=right,hubid=0,netdev=guest"),
    ]
