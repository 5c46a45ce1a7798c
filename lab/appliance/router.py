"""One router: its file system, its files, its daemons and its SSH server.

A managed router or a customer edge that speaks BGP; what runs in it is its own process 1's.
"""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from interfaces import Main, start_ifreload
from machine import (
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUTS,
    MS_BIND,
    MS_PRIVATE,
    MS_REC,
    NETNS,
    NODES,
    PIDS,
    POPULATE,
    ROUTER_SYSCTLS,
    Node,
    check,
    enter_network,
    in_child,
    libc,
    mount,
    run,
    say,
    unmount,
    write_sysctls,
)
from plain_nodes import interfaces_up, run_commands
from ticks import CLOCK

BOOT_ID = "proc/sys/kernel/random/boot_id"
FRR_UID = FRR_GID = 110
FRR_ORDER = ("zebra", "staticd", "bgpd", "isisd", "ldpd", "bfdd")
MANAGED_SYSCTLS = {
    # as large as needed: every label of the table costs 8 bytes in each router
    "net/mpls/platform_labels": 100000,
    "net/mpls/ip_ttl_propagate": 1,
    "net/vrf/strict_mode": 1,
    # a daemon answers in the VRF it is bound to, and in no other
    "net/ipv4/tcp_l3mdev_accept": 0,
    "net/ipv4/udp_l3mdev_accept": 0,
    "net/ipv4/raw_l3mdev_accept": 0,
}
SSHD_CONFIG = """\
ListenAddress {listen}
HostKey {host_key}
# root's, for people; the account's own are where its installation puts them
AuthorizedKeysFile /lab/authorized_keys .ssh/authorized_keys
PermitRootLogin yes
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
StrictModes no
PrintMotd no
PrintLastLog no
X11Forwarding no
MaxStartups 100
MaxSessions 100
PidFile /run/sshd.pid
# the cheapest strong choices on a processor without AES instructions
KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org
Ciphers chacha20-poly1305@openssh.com,aes128-ctr
MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-256
Subsystem sftp internal-sftp
SetEnv PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8{preload}
"""
NFT_CONF = Path("/etc/nftables.conf")
"""Loaded at boot before the network comes up, as nftables.service of Debian does."""
FILTER_HEAD = "# What egovnet's agent loads, and nftables.service at the start."
"""The first line of the file as the driver's agent writes it."""


def isolate_router(node: Node, start: Callable[[Node], None]) -> None:
    """Enter the node's namespaces and fork its process 1, which the root may look up, to start."""
    enter_network(node["name"])
    check(libc.unshare(CLONE_NEWPID))

    def process_one(node: Node) -> None:
        own_number = str(
            Path("/proc/self").readlink()
        )  # still the machine's /proc: the number outside
        (PIDS / f"{node['name']}.pid").write_text(own_number)
        own_file_system(node["name"])
        os.setsid()
        start(node)
        while True:  # bury the orphans of this router
            try:
                os.wait()
            except ChildProcessError:
                time.sleep(0.5)

    in_child(process_one, node)


def own_file_system(name: str) -> None:
    """A file system that looks like the appliance's and keeps its changes to itself."""
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWUTS))
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    with contextlib.suppress(OSError):  # or a restarted router's old network would live on in ours
        unmount(NETNS)
    home = NODES / name
    root = home / "root"
    for directory in (home / "upper", home / "work", root):
        directory.mkdir(parents=True, exist_ok=True)
    mount("overlay", root, "overlay", 0, f"lowerdir=/,upperdir={home}/upper,workdir={home}/work")
    mount("/dev", root / "dev", None, MS_BIND | MS_REC)
    mount("proc", root / "proc", "proc")
    mount("sysfs", root / "sys", "sysfs")
    # every start of a router has its own, as if the kernel were not all routers' together
    boot_id = home / "boot_id"
    boot_id.write_text(Path("/proc/sys/kernel/random/uuid").read_text())
    boot_id.chmod(0o444)
    mount(str(boot_id), root / BOOT_ID, None, MS_BIND)
    os.chroot(root)
    os.chdir("/")
    for missing in ("/run/frr", "/run/network", "/run/sshd", "/run/lock"):
        Path(missing).mkdir(parents=True, exist_ok=True)
    os.chown("/run/frr", FRR_UID, FRR_GID)
    Path("/tmp").chmod(0o1777)  # noqa: S108 - the router's own, made sticky as on any Linux


def write_files(node: Node) -> None:
    """The files that a package and an administrator would have put there."""
    name = node["name"]
    Path("/etc/hostname").write_text(name + "\n")
    Path("/etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {name}\n")
    Path("/etc/network/interfaces").write_text(node["interfaces"])
    if node["filter"]:
        NFT_CONF.write_text(f"{FILTER_HEAD}\nflush ruleset\n{node['filter']}")
    else:
        NFT_CONF.unlink(missing_ok=True)
    frr = Path("/etc/frr")
    (frr / "frr.conf").write_text(node["frr"])
    (frr / "vtysh.conf").write_text("service integrated-vtysh-config\n")
    lines = [f"{daemon}={'yes' if daemon in node['daemons'] else 'no'}" for daemon in FRR_ORDER]
    lines += ["vtysh_enable=yes", 'zebra_options="  -A 127.0.0.1 -s 90000000"']
    lines += [f'{daemon}_options="  -A 127.0.0.1"' for daemon in FRR_ORDER[1:]]
    (frr / "daemons").write_text("\n".join(lines) + "\n")
    for path in (frr, *frr.iterdir(), Path("/var/log/frr")):
        os.chown(path, FRR_UID, FRR_GID)
    for path in frr.iterdir():
        path.chmod(0o640)
    frr.chmod(0o750)


def start_router(
    node: Node, ifupdown2_main: Main | None, routers_up: tuple[int, int] | None = None
) -> None:
    """A managed router or a BGP customer edge boots from its files; runs as its process 1.

    ``ifupdown2_main`` is a managed router's. ``routers_up`` is a pipe that ends when the last
    managed router has closed its side: only then do customer edges take the processors.
    """
    name = node["name"]
    socket.sethostname(Path("/etc/hostname").read_text().strip())
    write_sysctls(ROUTER_SYSCTLS)
    network = None
    if NFT_CONF.exists() and NFT_CONF.read_text().startswith(FILTER_HEAD):
        run(["nft", "-f", str(NFT_CONF)])
    if ifupdown2_main is not None:
        write_sysctls(MANAGED_SYSCTLS)
        network = start_ifreload(ifupdown2_main)
    else:
        interfaces_up()
        run_commands(node["commands"])
        if routers_up is not None:
            os.read(routers_up[0], 1)
            os.close(routers_up[0])
    if network is not None:
        _, status = os.waitpid(network, 0)
        output = Path("/var/log/ifreload-at-boot").read_text(errors="replace").split()
        if status != 0 or output:
            say(f"warning: {name}: ifreload: status {status}: {' '.join(output)}")
        say(f"node {name} interfaces")
    # after the interfaces are all there: zebra 8.4 can miss some of what changes while it starts,
    # and a static route over it is then never installed (seen on a busy machine)
    start_daemons(node["daemons"])
    say(f"node {name} daemons")
    if network is not None:
        vrf = management_vrf(Path("/etc/network/interfaces").read_text())
        listen = node["management"] + (f" rdomain {vrf}" if vrf else "")
        start_sshd(listen, f"/lab/keys/{name}")
        if routers_up is not None:
            os.close(routers_up[1])
        say(f"node {name} ssh")
    if has_frr_configuration(Path("/etc/frr/frr.conf").read_text()):
        preload = {"LD_PRELOAD": str(POPULATE)} if POPULATE.exists() else {}
        done = subprocess.run(
            ["vtysh", "-b"],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | preload,
        )
        if done.returncode != 0:
            say(f"warning: {name}: vtysh: {' '.join((done.stdout + done.stderr).split())}")
    say(f"node {name} ready")


def start_daemons(daemons: Sequence[str]) -> None:
    """Start FRR's daemons side by side; returns when they take commands, after reading nothing."""
    ordered = [daemon for daemon in FRR_ORDER if daemon in daemons]
    starting = {}
    environment = os.environ | ({"LD_PRELOAD": str(CLOCK)} if CLOCK.exists() else {})
    for daemon in ordered:
        argv = [f"/usr/lib/frr/{daemon}", "-A", "127.0.0.1"]
        if daemon == "zebra":
            argv += ["-s", "90000000"]
        # without -d, which would fork: under User Mode Linux a fork costs every page again
        with Path(os.devnull).open("r+b") as nothing:
            starting[daemon] = subprocess.Popen(
                argv, stdin=nothing, stdout=nothing, start_new_session=True, env=environment
            )
        if daemon == "bfdd":
            # all routers share the machine's processors: who does not get one in time would be
            # taken for dead by its neighbours
            os.sched_setscheduler(starting[daemon].pid, os.SCHED_RR, os.sched_param(1))
        if daemon == "zebra":
            wait_for_terminal(daemon, starting[daemon])
    for daemon, process in starting.items():
        wait_for_terminal(daemon, process)


def wait_for_terminal(daemon: str, process: subprocess.Popen[bytes]) -> None:
    """Until a daemon takes commands; it opens its terminal last."""
    deadline = time.monotonic() + 120
    while not Path(f"/run/frr/{daemon}.vty").exists():
        if process.poll() is not None:
            raise RuntimeError(f"{daemon} did not start: exit code {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{daemon} opened no terminal in 120 s")
        time.sleep(0.02)


def start_sshd(listen: str, host_key: str) -> None:
    """Start the SSH server of the namespace and file system we are in."""
    path = Path("/run/sshd_config")
    preload = f" LD_PRELOAD={POPULATE}" if POPULATE.exists() else ""
    path.write_text(SSHD_CONFIG.format(listen=listen, host_key=host_key, preload=preload))
    run(["/usr/sbin/sshd", "-f", str(path)])


def management_vrf(interfaces: str) -> str:
    """The VRF that the router's text binds eth0 to, or an empty string."""
    stanza = ""
    for line in interfaces.splitlines():
        words = line.split()
        if words[:1] == ["iface"]:
            stanza = words[1]
        elif stanza == "eth0" and words[:1] == ["vrf"]:
            return words[1]
    return ""


def has_frr_configuration(text: str) -> bool:
    """Whether FRR's part says more than the header every daemon starts with anyway."""
    words = [line.split()[:1] for line in text.splitlines()]
    return any(word not in ([], ["!"], ["frr"], ["hostname"], ["service"]) for word in words)
