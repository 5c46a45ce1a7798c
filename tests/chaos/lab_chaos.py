"""Chaos on the virtual network, while untouched VPNs and strangers send packets."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from egovnet.lab.backends import default_lab
from egovnet.lab.generate import generate
from egovnet.lab.guest_lab import GuestLab
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_backends import lab_directory
from tests.chaos.inventories import make_inventories
from tests.chaos.lab_field import (
    FRIENDS,
    IMPOSSIBLE,
    STRANGERS,
    LabField,
    make_plan_of,
)
from tests.chaos.runs import FAULTS, Report, Scenario
from tests.chaos.scenarios import few_scenarios

#: A router without power forwards nothing: untouched VPNs are watched while none is restarted.
RESTART = "reboots inside the timer"
_LOG = "/run/chaos"


@dataclass
class Packets:
    """What was sent and answered, by who sent to whom."""

    friends: dict[str, tuple[int, int]] = field(default_factory=dict)
    strangers: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Echoes of untouched VPNs without an answer; the last of each may be under way."""
        return sum(max(sent - answered - 1, 0) for sent, answered in self.friends.values())

    @property
    def crossed(self) -> int:
        """Echoes that were answered across zones or agencies."""
        return sum(answered for _, answered in self.strangers.values())

    def well(self) -> bool:
        """Whether packets were sent, none was lost, and none crossed."""
        sent = [pair[0] for pair in (*self.friends.values(), *self.strangers.values())]
        return min(sent, default=0) > 0 and not self.lost and not self.crossed

    def told(self) -> str:
        """One line."""
        sent = [sum(pair[0] for pair in m.values()) for m in (self.friends, self.strangers)]
        return (
            f"packets of untouched VPNs: {sent[0]} sent, {self.lost} lost (no router restarted); "
            f"packets to strangers: {sent[1]} sent, {self.crossed} arrived"
        )


def lab_chaos(root: Path, seed: int, many: int, console: Console) -> tuple[list[Report], Packets]:
    """Boot the lab with the old inventory, run `many` scenarios, end it."""
    from tests.chaos.table import run_all  # noqa: PLC0415 -- the table runs this

    field_, lab = start(root)
    try:
        possible = [fault for fault in FAULTS if fault not in IMPOSSIBLE]
        chosen = few_scenarios(field_, seed, possible, many)
        calm = [scenario for scenario in chosen if not _restarts(scenario)]
        packets = Packets()
        begin_pings(lab, {**FRIENDS, **STRANGERS})
        reports = run_all(field_, calm, console)
        packets.friends = end_pings(lab, FRIENDS)
        packets.strangers = end_pings(lab, STRANGERS)
        console.print(f"{len(reports)} runs; {packets.told()}")
        begin_pings(lab, STRANGERS)
        reports += run_all(field_, [s for s in chosen if _restarts(s)], console)
        for pair, (sent, answered) in end_pings(lab, STRANGERS).items():
            before = packets.strangers[pair]
            packets.strangers[pair] = (before[0] + sent, before[1] + answered)
    finally:
        lab.down()
    return reports, packets


def _restarts(scenario: Scenario) -> bool:
    return any(fault == RESTART for _, fault in scenario.faults)


def start(root: Path) -> tuple[LabField, GuestLab]:
    """The lab, provisioned with the old inventory and cabled for the new one, and converged."""
    os.environ["EGOVNET_STATE"] = str(root / "state")
    os.environ.pop("EGOVNET_CREDENTIALS", None)
    os.environ.pop("EGOVNET_CONNECT_TIMEOUT", None)
    make_inventories(
        root, "chaos-lab", lambda text: text.replace("127.20.20.", "127.20.27."), ("party",)
    )
    old, new = Workspace(root / "old"), Workspace(root / "new")
    lab = default_lab(lab_directory(new), progress=print)
    lab.up(generate(new.network, new.allocation, old.intended(old.network.routers)), progress=print)
    deadline = time.monotonic() + 120
    for host, targets in FRIENDS.items():
        for target in targets:
            while lab.exec(host, f"ping -n -c 1 -W 1 {target}").exit_code:
                assert time.monotonic() < deadline, f"{host} does not reach {target}"
    return LabField(root, lab, make_plan_of(root)), lab


def begin_pings(lab: GuestLab, pairs: Mapping[str, Sequence[str]]) -> None:
    """Every host sends five echoes a second to each of its targets."""
    lab.exec_many(
        {
            host: "\n".join(
                f"setsid ping -n -i 0.2 -W 5 {target} >{_LOG}.{host}.{number} 2>&1 </dev/null & "
                f"echo $! >{_LOG}.{host}.{number}.pid"
                for number, target in enumerate(targets)
            )
            for host, targets in pairs.items()
        }
    )


def end_pings(lab: GuestLab, pairs: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int]]:
    """ "host -> target": (sent, answered)."""
    scripts = {}
    for host, targets in pairs.items():
        lines = []
        for number, _ in enumerate(targets):
            log = f"{_LOG}.{host}.{number}"
            lines.append(
                f"kill -INT $(cat {log}.pid); sleep 0.3; grep transmitted {log}; rm {log}*"
            )
        scripts[host] = "\n".join(lines)
    found = {}
    for host, done in lab.exec_many(scripts).items():
        summaries = [line.split() for line in done.stdout.splitlines() if "transmitted" in line]
        for target, words in zip(pairs[host], summaries, strict=True):
            found[f"{host} -> {target}"] = (int(words[0]), int(words[3]))
    return found
