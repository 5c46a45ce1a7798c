"""What live tests do to r1 beside the driver, and look at, on a real router and an emulated one."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any, Protocol

from egovnet.lab.emulated import faults
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.lab.emulated.spec import Durations
from egovnet.lab.guest_lab import GuestLab

NAME = "r1"
CHANGES = "/var/lib/egovnet/changes"
STATE_FILE = f"{CHANGES}/$(cat /var/lib/egovnet/current)/state"


class Beside(Protocol):
    """r1 from outside SSH."""

    def run(self, command: str) -> str:
        """A shell command's output, of those that both kinds know; whatever its result."""

    def links(self) -> list[dict[str, Any]]:
        """What ``ip -d -j addr show`` prints."""

    def everything(self) -> str:
        """All that a commit may change: name, start-up files, FRR, links and addresses."""

    def startup(self) -> str:
        """The files a start reads: interfaces, name, FRR's, one after the other."""

    def running(self) -> str:
        """What ``show running-config`` prints."""

    def hostname(self) -> str:
        """Its name now."""

    def addresses_of(self, name: str) -> str:
        """What an interface has; "" when there is none of this name."""

    def configure(self, line: str) -> None:
        """A person types a line in FRR's configuration mode."""

    def delete_link(self, name: str) -> None:
        """Somebody takes an interface away from Linux."""

    def kill_sessions(self) -> None:
        """The sessions end, the listening server does not."""

    def no_prompt(self) -> contextlib.AbstractContextManager[None]:
        """Logins show no prompt."""

    def slow_steps(self) -> contextlib.AbstractContextManager[None]:
        """A commit takes long enough to be met in the middle."""

    def hold_lock(self, owner: str) -> None:
        """A program that lives takes the lock."""

    def lock_holder_dies(self) -> None:
        """That program is gone, and its lock is not."""

    def wait_for(self, state: str) -> None:
        """Until the current commit is in this state, at most for 75 s."""

    def processes(self) -> int:
        """How many processes of commits there are."""

    def kill_commit(self, change: str) -> None:
        """``kill -9`` of a commit's process."""

    def stalled(self, at: str) -> contextlib.AbstractContextManager[None]:
        """The agent stands still at a step: provide, undo (before FRR is told), linux (its
        start-up file is written), permanent (between the first start-up file and the second)."""

    def wait_stalled(self, change: str) -> None:
        """Until it stands still, at most for 30 s."""

    def restart_since(self, change: str) -> None:
        """In the books the router was restarted after the commit's process died; sessions stay."""

    def frr_conf_mounted(self) -> contextlib.AbstractContextManager[None]:
        """FRR's start-up file is a mount of its own, as in a container: it cannot be replaced."""

    def wait_for_routes(self) -> None:
        """Until r1 has r2's routes in its VRF and packets go there, at most for 75 s."""

    def leftovers(self) -> str:
        """What the agent has not cleaned up: "" when nothing."""


class BesideReal:
    """By the shell of the router in the virtual machine."""

    def __init__(self, vm: GuestLab) -> None:
        self._vm = vm

    @property
    def vm(self) -> GuestLab:
        """The machine that the routers are in."""
        return self._vm

    def run(self, command: str) -> str:
        """A command's output, whatever its result."""
        return self._vm.exec(NAME, command, timeout=80).stdout

    def links(self) -> list[dict[str, Any]]:
        return list(json.loads(self.run("ip -d -j addr show")))

    def everything(self) -> str:
        return self.run(
            "hostname; cat /etc/network/interfaces /etc/frr/frr.conf; vtysh -c 'show "
            "running-config'; ip -br link | awk '{print $1}' | sort; ip -br addr | awk "
            "'{$2=\"\"; print}' | sed 's/fe80[^ ]*//' | sort"
        )

    def startup(self) -> str:
        return self.run("cat /etc/network/interfaces /etc/hostname /etc/frr/frr.conf")

    def running(self) -> str:
        return self.run("vtysh -c 'show running-config'")

    def hostname(self) -> str:
        return self.run("hostname").strip()

    def addresses_of(self, name: str) -> str:
        return self.run(f"ip -br addr show {name}")

    def configure(self, line: str) -> None:
        self.run(f"vtysh -c 'configure terminal' -c '{line}'")

    def delete_link(self, name: str) -> None:
        self.run(f"ip link delete {name}")

    def kill_sessions(self) -> None:
        self.run(
            "for p in $(ps -eo pid,args | awk '/sshd: egovnet/ {print $1}'); do kill -9 $p; done;"
            " sleep 0.2"
        )

    @contextlib.contextmanager
    def no_prompt(self) -> Iterator[None]:
        self.run(
            "printf '#!/bin/sh\\nexec sleep 600\\n' > /usr/bin/hang; chmod 755 /usr/bin/hang;"
            " sed -i '/^egovnet:/s#[^:]*$#/usr/bin/hang#' /etc/passwd"
        )
        try:
            yield
        finally:
            # what hangs does not notice that its session is gone
            self.run("sed -i '/^egovnet:/s#[^:]*$#/bin/sh#' /etc/passwd; pkill -u egovnet -x sleep")

    def slow_steps(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()  # they are

    def hold_lock(self, owner: str) -> None:
        self.run(
            "mkdir -p /run/egovnet/lock; cd /run/egovnet/lock;"
            " p=$(cat /run/frr/zebra.pid); set -- $(cat /proc/$p/stat);"
            " echo $p ${22} $(cat /proc/sys/kernel/random/boot_id) > holder;"
            f" echo {owner} > owner"
        )

    def lock_holder_dies(self) -> None:
        self.run("echo 999999 1 x > /run/egovnet/lock/holder")

    def wait_for(self, state: str) -> None:
        said = self.run(
            f"for i in $(seq 1500); do grep -q {state} {STATE_FILE} && echo so && exit;"
            " sleep 0.05; done"
        )
        assert said == "so\n", f"it is not {state}"

    def processes(self) -> int:
        return int(self.run("ps ax | grep -c '[r]outer_agent\\|[a]gent-.* run'"))

    def kill_commit(self, change: str) -> None:
        self.run(f"kill -9 $(cut -d' ' -f1 {CHANGES}/{change}/runner); sleep 0.1")

    @contextlib.contextmanager
    def stalled(self, at: str) -> Iterator[None]:
        calls = {
            "provide": [("vtysh", "*/provide*")],
            "undo": [("vtysh", "*/undo.*")],
            # on the way there, and on the way back
            "linux": [("cp", "*/run/egovnet/interfaces"), ("vtysh", "*zebra*")],
            "permanent": [("mv", "*/etc/hostname")],
        }[at]
        # the agent's PATH begins there
        wrappers = {program: f"/usr/sbin/{program}" for program, _ in calls}
        for program, words in calls:
            wrapper = wrappers[program]
            self.run(
                f'printf \'#!/bin/sh\\ncase "$*" in {words}) touch /run/stalled; exec sleep 600;; '
                f'esac\\nexec /usr/bin/{program} "$@"\\n\' > {wrapper}; chmod 755 {wrapper};'
                " rm -f /run/stalled"
            )
        try:
            yield
        finally:
            self.run(f"rm -f {' '.join(wrappers.values())}")

    def wait_stalled(self, change: str) -> None:
        said = self.run(
            "for i in $(seq 300); do [ -e /run/stalled ] && echo so && exit; sleep 0.1; done"
        )
        assert said == "so\n", "it does not stand still"

    def restart_since(self, change: str) -> None:
        # a restart ends what stands still, and whoever waits for it
        self.run(
            "for p in $(pgrep -f '^sleep 600'); do"
            " kill -9 $(ps -o pid= -s $(ps -o sid= -p $p)); done;"
            f" cd /var/lib/egovnet; sed -i 's/[^ ]*$/another-boot/' mark changes/{change}/boot"
            f" changes/{change}/runner; rm -rf /run/egovnet"
        )

    @contextlib.contextmanager
    def frr_conf_mounted(self) -> Iterator[None]:
        self.run("mount --bind /etc/frr/frr.conf /etc/frr/frr.conf")
        try:
            yield
        finally:
            self.run("umount /etc/frr/frr.conf")

    def wait_for_routes(self) -> None:
        said = self.run(
            "for i in $(seq 150); do"
            " vtysh -c 'show ip route vrf TEST 1.0.4.0/24 json' | grep -q bgp &&"
            " ping -c 1 -W 1 8.8.8.8 >/dev/null && ping -c 1 -W 1 -I TEST 10.64.0.2 >/dev/null &&"
            " echo so && exit; sleep 0.3; done"
        )
        assert said == "so\n", "there are no routes"

    def leftovers(self) -> str:
        return self.run(
            "pgrep -af '^sleep 600'; ls /run/egovnet /var/lib/egovnet | grep -x mark;"
            " ls /etc/frr /etc/network /etc | grep egovnet | grep -vx egovnet-lab.env"
        )


class BesideEmulated:
    """By the control socket of the emulated routers."""

    def __init__(self, routers: EmulatedRouters) -> None:
        self._routers = routers

    def run(self, command: str) -> str:
        """What an emulated router's shell prints."""
        return str(self._routers.control.do("exec", name=NAME, line=command)["stdout"])

    def links(self) -> list[dict[str, Any]]:
        return list(json.loads(self.run("ip -d -j addr show")))

    def _links(self) -> dict[str, list[str]]:
        return {
            link["ifname"]: sorted(
                f"{entry['local']}/{entry['prefixlen']}"
                for entry in link["addr_info"]
                if entry["scope"] != "link"
            )
            for link in self.links()
        }

    def everything(self) -> str:
        return f"{self.hostname()}\n{self.startup()}{self.running()}" + "".join(
            f"{name} {' '.join(addresses)}\n" for name, addresses in sorted(self._links().items())
        )

    def startup(self) -> str:
        return self.run("cat /etc/network/interfaces /etc/hostname /etc/frr/frr.conf")

    def running(self) -> str:
        return self.run("vtysh -c 'show running-config'")

    def hostname(self) -> str:
        return self.run("hostname").strip()

    def addresses_of(self, name: str) -> str:
        found = self._links().get(name)
        return "" if found is None else f"{name} {' '.join(found)}\n"

    def configure(self, line: str) -> None:
        self._routers.control.do("configure", name=NAME, lines=[line])

    def delete_link(self, name: str) -> None:
        self.run(f"ip link delete {name}")

    def kill_sessions(self) -> None:
        self._routers.control.do("drop_connections", name=NAME)

    def _with(self, *script: faults.AnyFault) -> contextlib.AbstractContextManager[None]:
        @contextlib.contextmanager
        def during() -> Iterator[None]:
            self._routers.set_faults({NAME: script})
            try:
                yield
            finally:
                self._routers.set_faults({NAME: ()})

        return during()

    def no_prompt(self) -> contextlib.AbstractContextManager[None]:
        return self._with(faults.Hang(at="prompt", count=0))

    @contextlib.contextmanager
    def slow_steps(self) -> Iterator[None]:
        self._routers.set_durations(Durations(withdraw=0.2, linux=0.5, provide=0.5))
        try:
            yield
        finally:
            self._routers.set_durations(Durations())

    def hold_lock(self, owner: str) -> None:
        self._routers.control.do("hold_lock", name=NAME, owner=owner)

    def lock_holder_dies(self) -> None:
        owner = self._routers.snapshots([NAME])[NAME].lock
        self._routers.control.do("hold_lock", name=NAME, owner=owner, alive=False)

    def wait_for(self, state: str) -> None:
        for _ in range(1500):
            found = self._routers.snapshots([NAME])[NAME]
            if found.commits.get(found.current) == state:
                return
            time.sleep(0.05)
        raise AssertionError(f"it is not {state}")

    def processes(self) -> int:
        return self._routers.snapshots([NAME])[NAME].processes

    def kill_commit(self, change: str) -> None:
        self._routers.control.do("kill_commit", name=NAME)

    def stalled(self, at: str) -> contextlib.AbstractContextManager[None]:
        if at == "undo":
            return self._with(
                faults.Stall(at="undo.withdraw", count=0), faults.Stall(at="undo.provide", count=0)
            )
        return self._with(faults.Stall(at=at, count=0))  # type: ignore[arg-type]  # one of its words

    def wait_stalled(self, change: str) -> None:
        for _ in range(300):
            if change in self._routers.snapshots([NAME])[NAME].stalled:
                return
            time.sleep(0.1)
        raise AssertionError("it does not stand still")

    def restart_since(self, change: str) -> None:
        self._routers.control.do("another_boot", name=NAME)

    def frr_conf_mounted(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()  # it has no mounts; its files are written as ever

    def wait_for_routes(self) -> None:
        """Nothing: there are none but its own."""

    def leftovers(self) -> str:
        found = self._routers.snapshots([NAME])[NAME]
        return f"mark of {found.mark}" if found.mark else ""
