"""Make the lab's network inside the virtual machine: namespaces, links, routers, hosts.

One Python process forks for each node instead of starting programs: on an emulated processor a
started program costs 10 to 20 ms, and a lab of 33 nodes would start hundreds. Reads
``/lab/lab.json``; writes lines that start with ``egovnet:`` to the console.
"""

import contextlib
import ctypes
import fcntl
import gc
import importlib
import importlib.util
import json
import os
import socket
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, "/usr/lib/egovnet")  # the interpreter is isolated from where its script lies

import cables

Node = dict[str, Any]
"""A node as guest_payload.py describes it."""
Main = Callable[[], int | None]

LAB = Path("/lab")
NODES = Path("/nodes")
PIDS = Path("/run/egovnet")
NETNS = Path("/run/netns")
MACHINES = Path("/run/egovnet.machines")
"""Where the lab is two machines: the control address of this one and of the other."""
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x4000000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
MCL_FUTURE = 2
BOOT_ID = "proc/sys/kernel/random/boot_id"
FRR_UID = FRR_GID = 110
FRR_ORDER = ("zebra", "staticd", "bgpd", "isisd", "ldpd", "bfdd")
IPV4_CONF = {
    "rp_filter": 0,
    "ignore_routes_with_linkdown": 1,
    "send_redirects": 0,
    "accept_redirects": 0,
}
IPV6_CONF = {
    "accept_dad": 0,
    "keep_addr_on_down": 1,
    "ignore_routes_with_linkdown": 1,
    "accept_ra": 0,
}
ROUTER_SYSCTLS = {
    # who is not root may ping, as systemd sets it on Debian
    "net/ipv4/ping_group_range": "0 2147483647",
    "net/ipv4/ip_forward": 1,
    "net/ipv6/conf/all/forwarding": 1,
    "net/ipv6/conf/default/forwarding": 1,
}
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
POPULATE = Path("/usr/lib/egovnet/populate.so")
"""Only under User Mode Linux: a library for short programs, see lab/populate_library.py. Daemons go
without, as it would make them as large as the address space that they reserve."""

NFT_CONF = Path("/etc/nftables.conf")
"""Loaded at boot before the network comes up, as nftables.service of Debian does."""

FILTER_HEAD = "# What egovnet's agent loads, and nftables.service at the start."
"""The first line of the file as the driver's agent writes it."""

PRELOADED = Path("/etc/egovnet-lab.env")

libc = ctypes.CDLL(None, use_errno=True)
libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]


def check(result: int) -> None:
    """Raise what the last C call set errno to."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mount(
    source: str | None,
    target: str | Path,
    kind: str | None = None,
    flags: int = 0,
    data: str | None = None,
) -> None:
    """mount(2) with text arguments."""
    encoded = [value.encode() if value else None for value in (source, str(target), kind)]
    try:
        check(libc.mount(*encoded, flags, data.encode() if data else None))
    except OSError as error:
        raise OSError(
            error.errno, f"mount {kind or source} on {target}: {error.strerror}"
        ) from error


def unmount(target: str | Path) -> None:
    """umount2(2), at once also where it is in use."""
    check(libc.umount2(str(target).encode(), MNT_DETACH))


def say(text: str) -> None:
    """Write one line for the host, with the seconds since the kernel started."""
    uptime = Path("/proc/uptime").read_text().split()[0]
    os.write(1, f"egovnet: {uptime} {text}\n".encode())


def write_sysctls(values: Mapping[str, int | str]) -> None:
    """Set kernel parameters of the namespace we are in; a missing one is an error."""
    for key, value in values.items():
        (Path("/proc/sys") / key).write_text(str(value))


def run(argv: Sequence[str], text_in: str | None = None) -> str:
    """Run a program; returns what it printed, and raises what it said when it failed."""
    done = subprocess.run(argv, input=text_in, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def preload_ifupdown2() -> Main:
    """Import all of ifupdown2 once, for the routers' forks: imports are 60 % of an `ifreload`.

    Returns its main function, which reads ``sys.argv`` as the command's own executable does.
    """
    home = Path("/usr/share/ifupdown2")
    sys.path[:0] = [str(home), str(home / "addons")]
    spec = importlib.util.spec_from_file_location("ifupdown2_main", home / "__main__.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("ifupdown2 is not where Debian puts it")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    importlib.import_module("ifupdown.main")
    importlib.import_module("lib.nlcache")
    for line in Path("/etc/network/ifupdown2/addons.conf").read_text().split():
        with contextlib.suppress(ImportError):  # an addon of a program that is not installed
            importlib.import_module(line.partition(",")[2])
    ifupdown2_main: Main = module.main
    return ifupdown2_main


def start_ifreload(ifupdown2_main: Main) -> int:
    """Apply /etc/network/interfaces as `ifreload -a` does; returns the forked child's number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        if POPULATE.exists():
            check(libc.mlockall(MCL_FUTURE))  # what it still maps it gets at once, see there
        log = os.open("/var/log/ifreload-at-boot", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.argv = ["/usr/sbin/ifreload", "-a"]
        code = int(ifupdown2_main() or 0)
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:  # nothing may leave the fork but its exit code
        traceback.print_exc()
    finally:
        os._exit(code)


def make_links(lab: dict[str, Any]) -> subprocess.Popen[bytes]:
    """All namespaces, the links between them and the management network, in one `ip` process.

    Returns the process, which reads its orders from a file and is still at work.
    """
    management = lab["management"]
    lines = [f"netns add {node['name']}" for node in lab["nodes"]]
    lines += [
        "link set lo up",
        "link add br-mgmt type bridge forward_delay 0",
        "link set eth0 master br-mgmt up",
        f"address add {management['control']}/{management['prefix_length']} dev br-mgmt",
        "link set br-mgmt up",
    ]
    for number, node in enumerate(lab["nodes"]):
        if node["kind"] == "router":
            lines.append(
                f"link add name m{number} master br-mgmt up"
                f" type veth peer name eth0 netns {node['name']}"
            )
    for a, a_port, b, b_port in lab["links"]:
        lines.append(f"link add name {a_port} netns {a} type veth peer name {b_port} netns {b}")
    if management["other"]:
        lines.append("link set vec1 master br-mgmt up")
        lines += cables.link_orders(lab["cables"])
    orders = Path("/run/links.batch")
    orders.write_text("\n".join(lines) + "\n")
    return subprocess.Popen(["ip", "-batch", str(orders)])


def start_carrier(lab: dict[str, Any]) -> None:
    """Start the process that carries the state of ports to and from the other machine."""
    if os.fork() == 0:
        try:
            own, other = lab["management"]["control"], lab["management"]["other"]
            cables.keep_carrier(lab["cables"], own, other)
        except Exception:  # the host must hear of any fault, whatever it is
            traceback.print_exc()
            say("failed: the state of cables between the machines is carried no more")
        finally:
            os._exit(1)


def is_here(node: str) -> bool:
    """Whether a node lives in this machine."""
    return (NETNS / node).exists()


def enter_network(name: str) -> None:
    """Move this process into a node's network namespace."""
    with (NETNS / name).open() as handle:
        check(libc.setns(handle.fileno(), CLONE_NEWNET))


def interfaces_up() -> None:
    """Set every interface of the namespace up, as `ip link set ... up` would."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for _, name in socket.if_nameindex():
            request = struct.pack("16sH14x", name.encode(), 0x1)  # IFF_UP
            fcntl.ioctl(control, 0x8914, request)  # SIOCSIFFLAGS


def run_commands(commands: Sequence[str]) -> None:
    """Run a node's boot commands; those that only call `ip` go to one process together."""
    words = [command.split() for command in commands]
    if all(w and w[0] == "ip" and not set(" ".join(w)) & set("|&;<>$`\"'()*?{}\\") for w in words):
        # a batch line carries no options; the addresses say which family is meant
        lines = [" ".join(x for x in w[1:] if x not in ("-4", "-6")) for w in words]
        run(["ip", "-batch", "-"], "\n".join(lines) + "\n")
    else:
        run(["sh", "-e"], "\n".join(commands) + "\n")


def start_plain_nodes(nodes: Sequence[Node]) -> None:
    """Hosts, switches and static customer edges, one after the other in this process."""
    with Path("/proc/self/ns/net").open() as own:
        for node in nodes:
            try:
                start_plain_node(node)
            except Exception as error:  # the host must hear of any fault, whatever it is
                traceback.print_exc()
                say(f"failed: {node['name']}: {error}")
        check(libc.setns(own.fileno(), CLONE_NEWNET))


def start_plain_node(node: Node) -> None:
    """A host, a switch or a static customer edge: addresses and routes, no process stays."""
    enter_network(node["name"])
    if node["kind"] == "ce":
        write_sysctls(ROUTER_SYSCTLS)
    if node["kind"] == "switch":
        ports = [name for _, name in socket.if_nameindex() if name != "lo"]
        lines = ["link add br0 type bridge forward_delay 0 mcast_snooping 0"]
        lines += [f"link set {port} master br0" for port in ports]
        run(["ip", "-batch", "-"], "\n".join(lines) + "\n")
    interfaces_up()
    if node["commands"]:
        run_commands(node["commands"])


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


def start_daemons(daemons: Sequence[str]) -> None:
    """Start FRR's daemons side by side; returns when they take commands, after reading nothing."""
    ordered = [daemon for daemon in FRR_ORDER if daemon in daemons]
    starting = {}
    for daemon in ordered:
        argv = [f"/usr/lib/frr/{daemon}", "-A", "127.0.0.1"]
        if daemon == "zebra":
            argv += ["-s", "90000000"]
        # without -d, which would fork: under User Mode Linux a fork costs every page again
        with Path(os.devnull).open("r+b") as nothing:
            starting[daemon] = subprocess.Popen(
                argv, stdin=nothing, stdout=nothing, start_new_session=True
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


def write_description(node: Node, lab: dict[str, Any]) -> None:
    """What restart.py must know of a node; its texts are in its own files."""
    ports = ["eth0"] if node["kind"] == "router" else []
    for a, a_port, b, b_port in lab["links"]:
        ports += [a_port] * (a == node["name"]) + [b_port] * (b == node["name"])
    ports += [port for _, name, port in lab["cables"] if name == node["name"]]
    kept = {key: node[key] for key in ("name", "kind", "management", "daemons", "commands")}
    (PIDS / f"{node['name']}.json").write_text(json.dumps(kept | {"ports": ports}))


def install_agent(account: str) -> None:
    """Install the driver's agent, and the account that may run it, as root does on a router: once,
    in the file system that all routers look through.
    """
    run(["sh", str(LAB / "install-agent")])
    if POPULATE.exists():
        # what is preloaded does not go by sudo, which sees to that, nor would the agent have it
        own = Path("/etc/sudoers.d/lab")
        own.write_text(f"Defaults:{account} env_file={PRELOADED}\n")
        own.chmod(0o440)
        PRELOADED.write_text(f"LD_PRELOAD={POPULATE}\n")


def in_child(work: Callable[[Node], None], node: Node) -> int:
    """Fork and do ``work``; returns the child's number."""
    child = os.fork()
    if child:
        return child
    code = 0
    try:
        work(node)
    except Exception as error:  # the host must hear of any fault, whatever it is
        traceback.print_exc()
        say(f"failed: {node['name']}: {error}")
        code = 1
    os._exit(code)


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


def main() -> None:
    """Boot the lab."""
    say("kernel")
    lab = json.loads((LAB / "lab.json").read_text())
    PIDS.mkdir()
    NETNS.mkdir()
    write_sysctls({"net/core/devconf_inherit_init_net": 1})
    for conf in ("all", "default"):
        write_sysctls({f"net/ipv4/conf/{conf}/{key}": v for key, v in IPV4_CONF.items()})
        write_sysctls({f"net/ipv6/conf/{conf}/{key}": v for key, v in IPV6_CONF.items()})
    links = make_links(lab)
    install_agent(lab["account"])
    passwords = "".join(f"{user}:{lab['password']}\n" for user in ("root", lab["account"]))
    run(["chpasswd", "-c", "SHA256", "-s", "1000"], passwords)
    (LAB / "lab.json").unlink()  # holds the password
    if links.wait() != 0:
        say("failed: the links could not be made: see the lines above")
        return
    if lab["management"]["other"]:
        MACHINES.write_text(f"{lab['management']['control']} {lab['management']['other']}")
        cables.plug_in(lab["cables"])
        start_carrier(lab)
    say("links")
    isolated = [n for n in lab["nodes"] if n["kind"] == "router" or n["daemons"]]
    plain = [n for n in lab["nodes"] if n not in isolated]
    edges = [n for n in isolated if n["kind"] != "router"]
    routers = [n for n in isolated if n["kind"] == "router"]
    routers_up = os.pipe()

    def first_boot(node: Node) -> None:
        managed = node["kind"] == "router"
        os.close(routers_up[0 if managed else 1])
        write_files(node)
        start_router(node, ifupdown2_main if managed else None, routers_up)

    def isolate(node: Node) -> None:
        write_description(node, lab)
        isolate_router(node, first_boot)

    # what is loaded now is not to be written to by every fork's collector
    gc.disable()
    gc.freeze()
    # customer edges wait for the routers; as forks made before ifupdown2 is loaded they are small
    ifupdown2_main = None
    children = {in_child(isolate, node): node["name"] for node in edges}
    ifupdown2_main = preload_ifupdown2()
    gc.freeze()
    children |= {in_child(isolate, node): node["name"] for node in routers}
    for end in routers_up:
        os.close(end)
    start_sshd(lab["management"]["control"], "/lab/keys/control")
    say("control ssh")
    start_plain_nodes(plain)
    while children:
        number, status = os.wait()
        name = children.pop(number, None)
        if name is not None and status != 0:
            say(f"failed: {name}: its setup ended with {status}")
    say("hosts")


if __name__ == "__main__":
    main()
