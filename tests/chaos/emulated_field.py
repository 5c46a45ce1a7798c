"""Chaos on emulated routers: every edge of the reference network changes, and no packet flows."""

import itertools
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import yaml

from egovnet.lab.emulated import faults
from egovnet.lab.emulated.faults import AnyFault
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.lab.emulated.spec import Durations
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.dry_run import text_hash
from napalm_frr.text import device_text
from napalm_frr.text.device_state import DeviceState
from tests.chaos.field import mixed_time
from tests.chaos.inventories import make_inventories
from tests.playbooks.without_memory import forget_journals

PORTS = tuple(f"eth{number}" for number in range(10))
#: Long enough to be seen, short enough for hundreds of runs.
DURATIONS = Durations(linux=0.03, provide=0.03)
#: Each fault at the places where it can meet a controller; taken in turn.
FAULT_VARIANTS: Mapping[str, Sequence[AnyFault]] = {
    "refuses": (
        faults.RefuseConnections(count=2),
        faults.RefuseConnections(nth=2, count=2),
        faults.RefuseLine(pattern="maximum-prefix 77", count=1),
    ),
    "hangs": tuple(
        faults.Hang(at=place, seconds=1.5)
        for place in ("commit", "confirm", "extend", "connect", "rollback")
    ),
    "drops after commit": (
        faults.DropSession(verb="commit"),
        faults.DropSession(verb="accept"),
        faults.DropSession(verb="accept", when="before"),
        faults.DropSession(verb="confirm"),
        faults.DropSession(verb="rollback"),
        faults.DropSession(verb="extend"),
    ),
    "reboots inside the timer": tuple(
        faults.Reboot(at=state, after=after, down=0.3)
        for state in ("pending", "applied", "filter", "applying", "undoing", "permanent")
        for after in (0.0, 0.15)
    ),
    "keeps a lock": (faults.KeepLock(count=1), faults.KeepLock(nth=2, count=2)),
    "disk is full": tuple(
        faults.NoRoom(verb=verb, count=count)
        for count in (1, 3)
        for verb in ("commit", "extend", "confirm", "accept", "rollback")
    ),
    # For the one hole that is left: a confirmation that does not come before its controller dies.
    "confirms late": (faults.Hang(at="confirm", seconds=30.0),),
    "lies about success": (
        faults.Lie(verb="commit"),
        faults.Lie(verb="accept"),
        faults.Lie(verb="confirm"),
    ),
}


class EmulatedField:
    """See `tests.chaos.field.Field`."""

    confirm_timeout = 4
    hold = 6

    def __init__(self, root: Path, lab: EmulatedRouters) -> None:
        self._root = root
        self._lab = lab
        self._turns = {name: itertools.cycle(kinds) for name, kinds in FAULT_VARIANTS.items()}
        os.environ["EGOVNET_CREDENTIALS"] = str(lab.directory / "credentials.yaml")
        os.environ["EGOVNET_CONNECT_TIMEOUT"] = "1"
        plan = make_plan(self.workspace("planning"), Silent())
        assert not plan.unreachable, plan.unreachable
        self._at_first = "old"
        self._texts = {
            "old": {name: entry.before for name, entry in plan.devices.items()},
            "new": {name: entry.intended for name, entry in plan.devices.items()},
        }
        # The texts as these routers print them: a plan from new to old is fenced by hash.
        self._lab.reset(self._texts["new"])
        self._texts["new"] = {n: self._lab.running([n])[n] for n in plan.devices}
        self.plan = replace(
            plan,
            devices={
                name: replace(entry, intended=self._texts["new"][name])
                for name, entry in plan.devices.items()
            },
        )
        #: (device, hash of a text that it printed) -> "old", "new" or "mixed".
        self._known: dict[tuple[str, str], str] = {}

    def workspace(self, journal: str) -> Workspace:
        """A controller's view, with a journal of its own by that name."""
        os.environ["EGOVNET_JOURNAL"] = f"sqlite:///{self._root / journal}.db"
        return Workspace(self._root / "new")

    def reset(self, to: str = "old") -> None:
        """These texts everywhere; nothing pending; no faults; each journal is the first."""
        forget_journals(Workspace(self._root / "new").state)
        self._at_first = to
        self._lab.reset(self._texts[to])

    def fault(self, device: str, name: str) -> None:
        """The next variant of the fault."""
        self._lab.set_faults({device: [next(self._turns[name])]})

    def kill_daemon(self, device: str, daemon: str) -> None:
        """It runs no more until `heal`, or the router boots."""
        self._lab.kill_daemon(device, daemon)

    def heal(self) -> None:
        """All daemons run."""
        self._lab.heal()

    def at_rest(self, seconds: float) -> None:
        """Return when no router has a commit at work or pending, and none is down."""
        deadline = time.monotonic() + seconds
        busy = {"applying", "applied", "pending", "undoing"}
        while time.monotonic() < deadline:
            seen = self._lab.snapshots(self.plan.devices)
            if not any(busy & set(snapshot.commits.values()) for snapshot in seen.values()):
                return
            time.sleep(0.1)

    def runs(self) -> Mapping[str, str]:
        """What each router runs, and whether it would start with the same."""
        found = {}
        for name, seen in self._lab.snapshots(self.plan.devices).items():
            kinds = {self._kind(name, seen.running), self._kind(name, seen.startup)}
            found[name] = kinds.pop() if len(kinds) == 1 else "mixed"
        return found

    def differing(self, texts: Mapping[str, str]) -> list[str]:
        """Routers that run, or would start with, something else than these texts mean."""
        found = []
        for name, seen in self._lab.snapshots(texts).items():
            wanted = DeviceState.of(device_text.split(texts[name]))
            states = [DeviceState.of(device_text.split(t)) for t in (seen.running, seen.startup)]
            if not all(state.same(wanted) for state in states):
                found.append(name)
        return found

    def _kind(self, name: str, text: str) -> str:
        """Which of the two texts this one means; one text may be printed in several orders."""
        key = (name, text_hash(text))
        if key not in self._known:
            entry = self.plan.devices[name]
            state = DeviceState.of(device_text.split(text))
            kinds = [
                kind
                for kind, other in (("old", entry.before), ("new", entry.intended))
                if state.same(DeviceState.of(device_text.split(other)))
            ]
            self._known[key] = kinds[0] if kinds else "mixed"
        return self._known[key]

    def texts_in_turn(self) -> dict[str, list[str]]:
        """What each router has run since reset, in turn: "old" and "new"."""
        found: dict[str, list[str]] = {}
        for name, line in self._lab.timelines(list(self.plan.devices)).items():
            kinds = found.setdefault(name, [self._at_first])
            for _, seen in line:
                kind = self._known.get((name, seen))
                if kind in ("old", "new") and kind != kinds[-1]:
                    kinds.append(kind)
        return found

    def mixed_seconds(self) -> float:
        """From the routers' own timelines.

        A router between its two texts counts as what it was; texts are learned as they are seen
        at rest.
        """
        names = list(self.plan.devices)
        events = []
        for name, line in self._lab.timelines(names).items():
            for at, seen in line:
                kind = self._known.get((name, seen))
                if kind in ("old", "new"):
                    events.append((at, name, kind))
        return mixed_time(names, events, self._at_first)


def start(root: Path, network: str) -> EmulatedRouters:
    """The emulated reference network, provisioned with the old inventory, not entered yet.

    `network` is the routers' own, such as `loopback_network()` gives.
    """
    first = ip_network(network)[11]

    def moved(text: str) -> str:
        hosts = yaml.safe_load(text)
        for number, host in enumerate(hosts.values()):
            host["hostname"] = str(first + number)
        return yaml.safe_dump(hosts, sort_keys=False)

    make_inventories(root, "chaos", moved, ("party", "government", "court", "public", "taxation"))
    workspace = Workspace(root / "old")
    texts = workspace.intended()
    routers = EmulatedRouters(
        texts, root / "lab", network=network, ports=dict.fromkeys(texts, PORTS), durations=DURATIONS
    )
    return routers


@contextmanager
def emulated_place(root: Path, network: str) -> Iterator[EmulatedField]:
    """Emulated routers and a controller's environment for a test module, as it was afterwards."""
    before = dict(os.environ)
    os.environ["EGOVNET_STATE"] = str(root / "state")
    try:
        with start(root, network) as lab:
            yield EmulatedField(root, lab)
    finally:
        os.environ.clear()
        os.environ.update(before)
