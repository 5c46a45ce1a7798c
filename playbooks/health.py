"""The health gate between waves: what the devices pushed so far had before, they have still.

Facts are the control plane of those devices; packets of the whole matrix are for the verification
at the end, when everything is there that is to be reached.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from playbooks.context import Context
from playbooks.fleet import Progress, run
from playbooks.judge import Check, expected_routes, judge_ldp, judge_state
from tasks.collect_state import collect_state

_PAUSE = 2.0


@dataclass
class Health:
    """Looks at devices before the push and after each wave."""

    context: Context
    progress: Progress
    settle: int
    #: Checks that passed before the push.
    passed: set[tuple[str, str, str]] = field(default_factory=set)

    def take_baseline(self, names: Collection[str]) -> None:
        """Remember what is well on the devices of the plan before anything is done."""
        checks, _ = self._look(names)
        self.passed = {check.key for check in checks if check.passed}

    def check(self, names: Collection[str]) -> tuple[dict[str, Any], bool]:
        """(report, whether `names` lost nothing and leak nothing), in at most `settle` seconds."""
        deadline = time.monotonic() + self.settle
        while True:
            checks, unreachable = self._look(names)
            lost = [
                check
                for check in checks
                if not check.passed and (check.severity == "leak" or check.key in self.passed)
            ]
            if not (lost or unreachable) or time.monotonic() >= deadline:
                break
            time.sleep(_PAUSE)
        findings = [
            {
                "class": check.kind,
                "severity": check.severity,
                "device": check.device,
                "subject": check.subject,
                "message": check.message,
                "known": False,
            }
            for check in lost
        ]
        return {"findings": findings, "unreachable": unreachable}, not (findings or unreachable)

    def _look(self, names: Collection[str]) -> tuple[list[Check], dict[str, str]]:
        context = self.context
        routes = expected_routes(context.network, context.allocation)
        neighbors = _neighbors(context)
        arguments = {name: {"device": context.devices[name]} for name in names}
        nornir = context.nornir(names)
        try:
            states = run(nornir, "health", collect_state, arguments, self.progress)
        finally:
            nornir.close_connections(on_good=True, on_failed=True)
        everybody = frozenset(context.network.routers)
        checks: list[Check] = []
        for name, state in states.results.items():
            checks += judge_state(context.devices[name], state, everybody, routes)
            checks += judge_ldp(context.devices[name], state, neighbors.get(name, ()))
        return checks, dict(states.failures)


def _neighbors(context: Context) -> dict[str, list[tuple[str, str]]]:
    """Router -> (name, LSR id) of each router at the other end of a circuit."""
    loopbacks = context.allocation.loopback4
    found: dict[str, set[str]] = {}
    for circuit in context.network.circuits.values():
        found.setdefault(circuit.a.router, set()).add(circuit.b.router)
        found.setdefault(circuit.b.router, set()).add(circuit.a.router)
    return {
        name: [(other, str(loopbacks[other])) for other in sorted(others)]
        for name, others in found.items()
    }
