"""Connections that hosts of a lab keep open, and make anew, while the network changes."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egovnet.lab.backend import Backend

_PROGRAM = (Path(__file__).parent / "steady_connections.py").read_text(encoding="utf-8")
#: (node, address) of who opens, and of who answers, and its port.
Flow = tuple[str, str, str, str, int]


@dataclass(frozen=True)
class Steady:
    """What became of a flow. Times are seconds of the lab's clock."""

    #: When the last line came back over the connection that was open from the beginning.
    held: float
    #: The longest time in which no new connection came about, and when it was over.
    gap: float
    gap_end: float
    #: New connections that came about.
    made: int
    begun: float


def steady(
    lab: Backend,
    flows: Sequence[Flow],
    during: Callable[[], Any],
    *,
    every: float = 0.05,
    after: float = 5.0,
) -> list[Steady]:
    """What became of `flows` while `during` ran, and for `after` seconds more."""
    asked = {"every": every, "stop": "/run/steady-stop", "flows": flows}
    begin = (
        "rm -f /run/steady-stop /run/steady-out; "
        f"cat >/run/steady.py <<'%%END'\n{_PROGRAM}%%END\n"
        f"cat >/run/steady-in <<'%%END'\n{json.dumps(asked)}\n%%END\n"
        "setsid python3 -IS /run/steady.py </run/steady-in >/run/steady-out 2>/run/steady-err &"
    )
    machines = _machines(lab, [flow[2] for flow in flows], [flow[0] for flow in flows])
    for node in machines:  # who listens first
        assert lab.exec(node, begin).exit_code == 0
        time.sleep(1)
    time.sleep(2)
    try:
        during()
        time.sleep(after)
    finally:
        for node in machines:
            lab.exec(node, "touch /run/steady-stop")
    time.sleep(2)
    said: dict[str, dict[str, float]] = {}
    for node in machines:
        done = lab.exec(node, "cat /run/steady-err /run/steady-out")
        said |= json.loads(done.stdout)
    return [Steady(**said[str(number)]) for number in range(len(flows))]


def _machines(lab: Backend, *nodes: Sequence[str]) -> list[str]:
    """A node of each machine that some of `nodes` live in, in their order."""
    machine = {node.name: node.machine for node in lab.status().nodes}
    found: dict[int, str] = {}
    for name in (name for some in nodes for name in some):
        found.setdefault(machine[name], name)
    return list(found.values())
