"""Chaos on the virtual network of real routers: three PEs change while everybody else talks.

One change makes a new site on one PE (Linux and FRR) and alters sessions on two others.
"""

import os
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from napalm.base.exceptions import ConnectionException
from nornir.core import Nornir

from egovnet.lab.backend import Backend
from egovnet.lab.guest_lab import GuestLab
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_backends import backend
from napalm_frr.text import device_text
from napalm_frr.text.device_state import DeviceState
from tests.chaos.field import mixed_time
from tests.playbooks.without_memory import forget_journals

CHANGED = ("bj-pe1", "gd-pe1", "sh-pe1", "sc-pe1")
#: Hosts of VPNs that the change does not touch, and whom they talk to.
FRIENDS = {
    "gov-beijing-host": ("10.1.22.10", "fde9:1:22::a"),
    "court-shanghai-host": ("10.1.30.10", "fde9:1:30::a"),
    "public-beijing-host": ("10.2.12.10", "fde9:2:12::a"),
}
#: Hosts of one network, and addresses of the other, or of another agency.
STRANGERS = {
    "gov-shanghai-host": ("10.2.12.10", "fde9:2:12::a"),
    "public-shanghai-host": ("10.1.13.10", "fde9:1:13::a"),
    "party-guangdong-host": ("10.2.21.10", "10.1.20.10"),
}
_AGENT = "/var/lib/egovnet"
#: Seconds that routers are waited for after a run that failed: on a machine that others have, a
#: commit that takes 10 s took 500.
_LONGEST_REST = 900.0
_OVER = "/run/chaos-is-over"
_WHEN = (
    "for i in $(seq 300); do grep -qs '^{state}$' {agent}/changes/egovnet-*/state && break; "
    "sleep 0.1; done; "
)
#: What a router does by itself, for a while; scripts on it.
SCRIPTS = {
    "refuses": "pkill -9 -x sshd; sleep 5; /usr/sbin/sshd -f /run/sshd_config",
    "hangs": "pkill -STOP -x sshd; sleep 5; pkill -CONT -x sshd",
    "drops after commit": _WHEN.format(state="applied", agent=_AGENT)
    + "pkill -9 -f '^sshd: egovnet'",
    "keeps a lock": "cd /run/egovnet && mkdir lock || exit 0; "
    "read -r stat </proc/$$/stat; set -- ${stat##*) }; "
    'echo "$$ ${20} $(cat /proc/sys/kernel/random/boot_id)" >lock/holder; '
    "echo somebody >lock/owner; sleep 5; rm -rf lock",
    "disk is full": f"mount --bind {_AGENT} {_AGENT}; mount -o remount,bind,ro {_AGENT}; "
    f"sleep 5; umount {_AGENT}",
}
#: Whether nothing is at work or pending; the brackets keep pgrep from finding the shell that asks.
AT_REST = (
    "cd /var/lib/egovnet/changes 2>/dev/null || exit 0; "
    "! grep -lE '^(applying|applied|pending|undoing)$' */state"
    " && ! pgrep -f egovnet.[a]gent"
)
#: Faults of FAULTS that a real router cannot be made to have.
IMPOSSIBLE = ("lies about success",)


class LabField:
    """The lab's routers, provisioned with the old inventory; see `tests.chaos.field.Field`."""

    confirm_timeout = 60
    hold = 60

    def __init__(self, root: Path, lab: GuestLab, plan: Plan) -> None:
        self._root = root
        self._lab = lab
        self.plan = plan
        self._begun = 0.0
        self._at_first = "old"
        self._watchers: list[tuple[str, int]] = []

    def workspace(self, journal: str) -> Workspace:
        """A controller's view, with a journal of its own by that name."""
        os.environ["EGOVNET_JOURNAL"] = f"sqlite:///{self._root / journal}.db"
        return Workspace(self._root / "new")

    def reset(self, to: str = "old") -> None:
        """These texts everywhere; nothing pending; each journal is the first."""
        forget_journals(Workspace(self._root / "new").state)
        self._end_watchers()
        # what the run before left is brought to its end by the routers' own timers
        self.at_rest(_LONGEST_REST)
        for name in CHANGED:
            with self._driver(name) as device:
                if device.has_pending_commit():
                    device.rollback()
                entry = self.plan.devices[name]
                text = entry.before if to == "old" else entry.intended
                if device.diff_to(text):
                    device.load_replace_candidate(config=text)
                    device.commit_config(message="chaos reset")
        self._at_first = to
        self._begun = self._uptime()

    def fault(self, device: str, name: str) -> None:
        """From now on `device` misbehaves, once, when the controller comes to it."""
        if name == "reboots inside the timer":
            child = restart_when_pending(lambda: backend(self.workspace("watcher")), device)
            self._watchers.append((device, child))
            return
        script = SCRIPTS[name]
        line = f"setsid sh -c {shlex.quote(script)} >/dev/null 2>&1 </dev/null &"
        self._lab.exec(device, line)

    def at_rest(self, seconds: float) -> None:
        """Return when no router has a commit at work or pending."""
        self._end_watchers()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            done = self._lab.exec_many(dict.fromkeys(CHANGED, AT_REST))
            if all(answer.exit_code == 0 for answer in done.values()):
                return
            time.sleep(0.5)

    def runs(self) -> Mapping[str, str]:
        """What each router runs, and whether it would start with the same."""
        found = {}
        for name in CHANGED:
            entry = self.plan.devices[name]
            with self._driver(name) as device:
                kinds = [
                    kind
                    for kind, text in (("old", entry.before), ("new", entry.intended))
                    if not device.diff_to(text)
                ]
                started = self._starts_with(name, entry.before, entry.intended)
            found[name] = kinds[0] if kinds == [started] else f"mixed ({kinds}, starts {started})"
        return found

    def mixed_seconds(self) -> float:
        """From the routers' own logs: they share one clock."""
        events: list[tuple[float, str, str]] = []
        for name in CHANGED:
            ahead = "new" if self._at_first == "old" else "old"
            meaning = ahead
            for line in self._lab.exec(name, "cat /var/lib/egovnet/log").stdout.splitlines():
                at, _, words = line.split(" ", 2)
                if float(at) < self._begun:
                    continue
                if words.startswith("commit by "):
                    meaning = self._at_first if words.endswith("egovnet back") else ahead
                elif words == "state applied":
                    events.append((float(at), name, meaning))
                elif words == "state undone":
                    events.append((float(at), name, self._at_first))
        return mixed_time(CHANGED, events, self._at_first)

    # -- helpers ---------------------------------------------------------------------------

    def _starts_with(self, name: str, old: str, new: str) -> str:
        """Which text the router's start-up files are."""
        files = self._lab.exec(
            name,
            "cat /etc/hostname; echo '# This file describes the network interfaces'; "
            "cat /etc/network/interfaces; echo '# ports.conf --'; echo '# nftables.conf --'; "
            "sed '1,/^flush ruleset$/d' /etc/nftables.conf 2>/dev/null; cat /etc/frr/frr.conf",
        ).stdout
        state = DeviceState.of(device_text.split(files))
        for kind, text in (("old", old), ("new", new)):
            if state.same(DeviceState.of(device_text.split(text))):
                return kind
        return "something else"

    @contextmanager
    def _driver(self, name: str) -> Iterator[Any]:
        nornir = open_nornir(self.workspace("observer"), [name])
        try:
            yield _patiently_connected(nornir, name)
        finally:
            nornir.close_connections(on_good=True, on_failed=True)

    def _uptime(self) -> float:
        return float(self._lab.exec(CHANGED[0], "cat /proc/uptime").stdout.split()[0])

    def _end_watchers(self) -> None:
        """Nobody waits for a commit any more; a restart under way is waited for."""
        for name, child in self._watchers:
            end_watcher(self._lab, name, child)
        self._watchers.clear()


def restart_when_pending(open_lab: Callable[[], Backend], name: str) -> int:
    """A process, by its number, that cuts the router's power as soon as its commit is pending.

    It has a connection to the lab of its own: the other one is the parent's.
    """
    child = os.fork()
    if child:
        return child
    try:
        lab = open_lab()
        pending = (
            f"for i in $(seq 300); do grep -qs '^pending$' {_AGENT}/changes/egovnet-*/state"
            f" && exit 0; test -e {_OVER} && exit 1; sleep 0.1; done; exit 1"
        )
        if lab.exec(name, pending, timeout=90).exit_code == 0:
            lab.restart(name)
    finally:
        os._exit(0)


def end_watcher(lab: Backend, name: str, child: int) -> None:
    """It waits for a commit no longer; a restart under way is waited for."""
    lab.exec(name, f"touch {_OVER}")
    os.waitpid(child, 0)
    lab.exec(name, f"rm -f {_OVER}")


def _patiently_connected(nornir: Nornir, name: str) -> Any:  # noqa: ANN401 -- NAPALM has no types
    """A session, also with a router that restarts or is getting over its fault."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return nornir.inventory.hosts[name].get_connection("napalm", nornir.config)
        except ConnectionException:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def make_plan_of(root: Path) -> Plan:
    """The change from the old inventory to the new one, as the routers plan it."""
    plan = make_plan(Workspace(root / "new"), Silent())
    assert tuple(plan.devices) == CHANGED, plan.devices.keys()
    assert not plan.unreachable
    return plan
