"""The router's agent on this machine: the real scripts in a root of their own, with small disks.

Namespaces of their own (mounts, processes, name) make a router of this host: /run, /etc and the
agent's directory are small tmpfs. FRR, Linux and nft are played by a few lines of shell: a set of
lines, a list of interfaces and a ruleset; what is tested is the agent, how it writes and what it
does when it cannot. Needs no root: user namespaces do.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from napalm.base.exceptions import CommandTimeoutException

from napalm_frr import FRRDriver
from napalm_frr.change.agent import STATE_DIRECTORY
from napalm_frr.ssh.session import Completed
from napalm_frr.text.device_text import split

FILTER = """table inet egovnet {
\tchain local {
\t\ttype filter hook input priority filter; policy drop;
\t\tiifname { "lo", "eth0" } accept
\t\ttcp dport 179 accept
\t}
}
"""
OTHER_FILTER = FILTER.replace("179", "3784")
DAY0 = f"""r1
# This file describes the network interfaces
auto lo
iface lo inet loopback

auto eth0
iface eth0
    address 172.20.20.101/24
# ports.conf --
# nftables.conf --
{FILTER}frr version 8.4.4
frr defaults traditional
hostname r1
service integrated-vtysh-config
!
ip route 10.70.0.0/16 Null0
!
"""
CHANGED = DAY0.replace(
    "# ports.conf --",
    "\nauto i-x\niface i-x\n    vrf-table 1001\n# ports.conf --",
).replace("ip route 10.70.0.0/16 Null0", "ip route 10.71.0.0/16 Null0")
CHANGED = CHANGED.replace(FILTER, OTHER_FILTER)
#: What the kernel has between the two.
BOTH_FILTERS = FILTER + OTHER_FILTER.replace("egovnet", "egovnet-next")

#: Shell that makes the router; $1 is the directory of this machine that holds its parts.
_SETUP = r"""
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs -o size=8m,mode=755 none "$1"
mkdir "$1/etc" "$1/sbin"
cp -a /etc/alternatives "$1/etc/" 2>/dev/null || :
cp -a /etc/ld.so.cache /etc/passwd /etc/group /etc/nsswitch.conf "$1/etc/"
mkdir -p "$1/etc/network" "$1/etc/frr"
mount -t tmpfs -o size=2m,mode=755 none /run
mount --bind "$1/etc" /etc
mount --bind "$1/sbin" /usr/sbin
# bash can be told to stop before each command: see _TRAP
mount --bind /usr/bin/bash /usr/bin/dash
mkdir -p /var/lib/egovnet 2>/dev/null || { mount -t tmpfs none /var/lib; mkdir /var/lib/egovnet; }
mount -t tmpfs -o size=1m,mode=755 none /var/lib/egovnet
mkdir -p "$1/fake"
mount --bind "$1/fake" /mnt
mkdir -p "$1/modules/nf_tables"
[ ! -d /sys/module ] || mount --bind "$1/modules" /sys/module
touch "$1/ready"; exec 2>/dev/null
while :; do sleep 3600 & wait $! || :; done
"""
_VTYSH = r"""#!/bin/sh
# lines of FRR's configuration are the lines of a file, in any order
lines=/mnt/frr
feed() {
    while IFS= read -r line; do
        case $line in "" | ! | exit | end | "hostname "*) continue ;; esac
        case $line in
        "no "*) grep -vxF -e "${line#no }" $lines >/mnt/frr.new || :; mv /mnt/frr.new $lines ;;
        *) grep -qxF -e "$line" $lines || echo "$line" >>$lines ;;
        esac
    done <"$1"
}
show() {
    printf 'Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\n'
    printf 'frr defaults traditional\nhostname r1\nservice integrated-vtysh-config\n!\n'
    cat $lines
    printf '!\nend\n'
    [ -z "$asked" ] || interfaces
}
interfaces() { # zebra heard of all of them
    awk '/^iface / { print "Interface " $2 " is up, line protocol is up" }
        $1 == "address" { print "  inet " $2 }' /mnt/linux
}
asked=
case "$*" in *"show interface vrf all"*) asked=yes ;; esac
case "$*" in
"-C "*) exit 0 ;;
"-f "*) feed "$2" ;;
*zebra*) interfaces ;;
*"copy "*) set -- $2; feed "$2"; show ;;
*) show ;;
esac
"""
_IP = r"""#!/bin/sh
case "$*" in
*mpls*) echo '[]' ;;
*addr*)
    awk 'BEGIN { printf "[" }
        /^auto / { next }
        /^iface / { if (n++) printf "]},"; printf "{\"ifname\":\"%s\",\"flags\":[\"UP\"],", $2
            getline following
            table = following ~ /vrf-table/ ? substr(following, index(following, "table") + 6) : ""
            if (table != "")
                printf "\"linkinfo\":{\"info_kind\":\"vrf\",\"info_data\":{\"table\":%s}},", table
            printf "\"addr_info\":["
            if (following ~ /address/) { split(following, w, /[ \/]+/)
                printf "{\"local\":\"%s\",\"prefixlen\":%s,\"scope\":\"global\"}", w[3], w[4] } }
        END { if (n) printf "]}"; print "]" }' /mnt/linux ;;
esac
"""
_NFT = r"""#!/bin/sh
case "$*" in
*"list ruleset") cat /mnt/nft ;;
"-c -f "*) exit 0 ;;
"-f "*) sed '/^#/d; /^flush ruleset$/d' "$2" >/mnt/nft.new && mv /mnt/nft.new /mnt/nft ;;
esac
"""
_IFRELOAD = """#!/bin/sh
[ ! -e /mnt/linux-fails ] || { echo "error: eth9: netlink: No such device"; exit 1; }
cp /etc/network/interfaces /mnt/linux
"""
_TRAP = r"""
# Counts the commands that write, over all processes, and fills the disk before the chosen one.
set -T
trap '_before "$BASH_COMMAND"' DEBUG
_before() {
    case $1 in
    echo\ * | printf\ * | cp\ * | mv\ * | mkdir\ * | ln\ * | awk* | cat\ * | *\>*) ;;
    fallocate\ * | tail\ *) ;;
    *) return 0 ;;
    esac
    local n
    read -r n </mnt/count 2>/dev/null || return 0
    n=$((n + 1))
    echo $n >/mnt/count
    [ $n -ne "$(</mnt/moment)" ] || sh /mnt/cause >/dev/null 2>&1
}
"""
_WITH_TRAP = b"\n[ ! -e /mnt/trap ] || . /mnt/trap\nset -u\n"
#: What may become of a place: shell that does it, and shell that undoes it; {} is the place.
CAUSES = {
    "full": ("head -c 9m /dev/zero >{}/filler", "rm -f {}/filler"),
    "no inodes": (
        "for n in 1 2 3 4 5 6; do touch $(seq -f {}/filler.$n.%g 400); done",
        "rm -f {}/filler.*",
    ),
    "read-only": ("mount -o remount,ro {}", "mount -o remount,rw {}"),
    "emptied": ("rm -rf {}/*", "true"),
}
#: And of the process of a change.
KILLED = "kill -9 $(cut -d' ' -f1 /var/lib/egovnet/changes/one/runner)\n"
PLACES = {
    "disk": (STATE_DIRECTORY,),
    "memory": ("/run",),
    "both": (STATE_DIRECTORY, "/run"),
    "etc": ("/etc",),
}


class AgentHost:
    """A router of this host; `driver()` gives a real driver with the real agent."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self._holder = subprocess.Popen(
            [
                *("unshare", *user, "--mount", "--uts", "--pid", "--fork", "--kill-child"),
                *("sh", "-c", _SETUP, "sh", str(directory)),
            ],
            stdin=subprocess.DEVNULL,
        )
        self._user = bool(user)
        deadline = time.monotonic() + 10
        self._first = 0
        while True:
            children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
            found = children.read_text().split() if children.exists() else []
            if found:
                self._first = int(found[0])
                if Path(f"/proc/{self._first}/root{directory}/ready").exists():
                    break
            assert time.monotonic() < deadline, "the router does not come up"
            time.sleep(0.01)
        played = (("vtysh", _VTYSH), ("ip", _IP), ("ifreload", _IFRELOAD), ("nft", _NFT))
        for name, text in played:
            self._install(name, text)
        self._install("ifquery", "#!/bin/sh\nexit 0\n")

    def _install(self, name: str, text: str) -> None:
        self.sh(f"cat >/usr/sbin/{name} && chmod 755 /usr/sbin/{name}", text)

    def close(self) -> None:
        """Everything ends; nothing is left on this machine."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._holder.pid, signal.SIGKILL)
        self._holder.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def run(self, command: str, stdin: bytes = b"", seconds: float = 60.0) -> Completed:
        """A shell command on the router."""
        user = ["--user", "--preserve-credentials"] if self._user else []
        argv = ["nsenter", "--target", str(self._first), *user, "--mount", "--uts", "--pid"]
        try:
            done = subprocess.run(
                [*argv, "--root", "--wdns=/", "sh", "-c", command],
                input=stdin,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CommandTimeoutException(f"no end after {seconds:g} s of {command}") from error
        return Completed(
            done.stdout.decode(errors="surrogateescape"), done.stderr.decode(), done.returncode
        )

    def sh(self, command: str, text: str = "") -> str:
        """What a shell command prints."""
        done = self.run(command, text.encode())
        assert done.exit_code == 0, f"{command}: {done.stderr}"
        return done.stdout

    def reset(self) -> None:
        """Day-0: no process of the agent, empty directories, nothing changed."""
        parts = split(DAY0)
        self.sh(
            "rm -f /mnt/count /mnt/trap; "
            "for p in /proc/[0-9]*; do p=${p#/proc/}; "
            "[ $p = 1 ] || [ $p = $$ ] || kill -9 $p; "
            "done 2>/dev/null; "
            f"for place in /run {STATE_DIRECTORY}; do mount -o remount,rw $place; "
            "rm -rf $place/* $place/.[a-z]*; done; rm -rf /etc/filler* /etc/frr/* /etc/network/*; "
            "hostname r1; echo r1 >/etc/hostname; rm -f /mnt/linux-fails"
        )
        self.sh(
            "cat >/etc/network/interfaces; cp /etc/network/interfaces /mnt/linux", parts.interfaces
        )
        self.sh("tee /mnt/nft | sed '1i flush ruleset' >/etc/nftables.conf", parts.filter)
        self.sh("cat >/etc/frr/frr.conf", parts.frr)
        self.sh("grep ^ip /etc/frr/frr.conf >/mnt/frr")

    @contextlib.contextmanager
    def cause_at(self, moment: int, cause: str, place: str) -> Iterator[None]:
        """Before the agent's `moment`-th write a place becomes unfit; until the context ends."""
        does, undoes = CAUSES[cause]
        places = PLACES[place]
        try:
            with self._at(moment, "".join(does.format(each) + "\n" for each in places)):
                yield
        finally:
            self.sh("; ".join(undoes.format(each) for each in places))

    @contextlib.contextmanager
    def killed_at(self, moment: int) -> Iterator[None]:
        """Before its `moment`-th write the process of the change "one" is killed."""
        with self._at(moment, KILLED):
            yield

    @contextlib.contextmanager
    def _at(self, moment: int, cause: str) -> Iterator[None]:
        self.sh("cat >/mnt/cause", cause)
        self.sh(f"echo {moment} >/mnt/moment; echo 0 >/mnt/count")
        self.sh("cat >/mnt/trap", _TRAP)
        try:
            yield
        finally:
            self.sh("rm -f /mnt/trap /mnt/count")

    @property
    def moments(self) -> int:
        """How many writes were counted so far."""
        return int(self.sh("cat /mnt/count"))

    def driver(self, **options: Any) -> FRRDriver:  # noqa: ANN401  # NAPALM's optional_args
        """A driver with an open session."""
        driver = FRRDriver("r1", "root", "", 60, options)
        driver._session = driver._agent._session = _HostSession(self)  # type: ignore[assignment]
        script = driver._agent._script
        driver._agent._script = script.replace(b"\nset -u\n", _WITH_TRAP, 1)
        assert driver._agent._script != script
        return driver

    def runs(self) -> str:
        """FRR's lines, Linux' interfaces and the ruleset, as they are now."""
        return self.sh("sort /mnt/frr; cat /mnt/linux; hostname; cat /mnt/nft")

    def startup(self) -> str:
        """What a start would read."""
        return self.sh(
            "grep -h . /etc/network/interfaces /etc/hostname; grep ^ip /etc/frr/frr.conf;"
            " grep -v ^# /etc/nftables.conf"
        )

    def processes(self) -> int:
        """Processes of the agent; those that are about to end are waited for."""
        ask = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c '[a]gent-' || :"
        for _ in range(240):
            found = int(self.sh(ask))
            if not found:
                break
            time.sleep(0.05)
        return found


class _HostSession:
    """In place of SSH: the same commands, in the router's namespaces."""

    device = "r1"
    connection = "the only one"

    def __init__(self, host: AgentHost) -> None:
        self._host = host

    def run(
        self, command: str, *, stdin: bytes = b"", timeout: float | None = None, named: str = ""
    ) -> Completed:
        prefix = "export SSH_CONNECTION='172.20.20.1 1 172.20.20.101 22'; "
        return self._host.run(prefix + command, stdin, 60.0 if timeout is None else timeout)
