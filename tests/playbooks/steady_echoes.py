"""Echo requests that hosts of a lab send all the time while the network changes."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from egovnet.lab.backend import Backend

_PROGRAM = (Path(__file__).parent / "echo_gaps.py").read_text(encoding="utf-8")
#: (name, node, source, target)
EchoFlow = tuple[str, str, str, str]


@dataclass
class Echoes:
    """What became of flows, by their names, once sending has ended: "sent", "answered", "gap", the
    longest time in seconds in which every request was lost, and "gaps" (begin, seconds)."""

    flows: dict[str, dict[str, Any]] = field(default_factory=dict)


@contextmanager
def echoes(lab: Backend, flows: Sequence[EchoFlow], *, every: float) -> Iterator[Echoes]:
    """Send one request in `every` seconds on each of `flows` as long as the context lasts."""
    # a machine's program sees the hosts of that machine
    machines = {node.name: node.machine for node in lab.status().nodes}
    groups: dict[int, list[EchoFlow]] = {}
    for flow in flows:
        groups.setdefault(machines[flow[1]], []).append(flow)
    for group in groups.values():
        asked = {"every": every, "stop": "/run/gaps-stop", "flows": [f[1:] for f in group]}
        _exec(
            lab,
            group[0][1],
            "rm -f /run/gaps-stop /run/gaps-out; "
            f"cat >/run/gaps.py <<'%%END'\n{_PROGRAM}%%END\n"
            f"cat >/run/gaps-in <<'%%END'\n{json.dumps(asked)}\n%%END\n"
            "setsid python3 -S /run/gaps.py </run/gaps-in >/run/gaps-out 2>/run/gaps-err &",
        )
    time.sleep(2)
    found = Echoes()
    try:
        yield found
    finally:
        for group in groups.values():
            node = group[0][1]
            _exec(lab, node, "touch /run/gaps-stop; sleep 2")
            wait = "for i in 1 2 3 4 5 6; do [ -s /run/gaps-out ] && break; sleep 1; done"
            said = _exec(lab, node, f"{wait}; cat /run/gaps-out /run/gaps-err")
            found.flows.update(zip((f[0] for f in group), json.loads(said), strict=True))


def gaps(
    lab: Backend,
    flows: Sequence[EchoFlow],
    during: Callable[[], Any],
    *,
    every: float,
    after: float,
) -> dict[str, dict[str, Any]]:
    """Flow -> what became of its echoes while `during` ran and for `after` seconds more."""
    with echoes(lab, flows, every=every) as found:
        during()
        time.sleep(after)
    return found.flows


def _exec(lab: Backend, node: str, command: str) -> str:
    return lab.exec(node, command, 120).stdout
