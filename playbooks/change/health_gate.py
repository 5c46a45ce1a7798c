"""The health gate between waves: what the devices pushed so far had before, they have still.

Facts are the control plane of those devices; packets of the whole matrix are for the verification
at the end, when everything is there that is to be reached.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import HealthReport
from egovnet.playbooks.verify.control_plane import (
    Check,
    check_device,
    expected_routes,
    ldp_neighbors,
)
from egovnet.tasks.collect_state import collect_state

_PAUSE = 2.0
Key = tuple[str, str, str]


@dataclass
class Health:
    """Polls devices before the push and after each wave."""

    workspace: Workspace
    progress: Progress
    converge: int
    #: What was seen before the push.
    before: dict[Key, Check] = field(default_factory=dict)

    def take_baseline(self, names: Collection[str]) -> None:
        """Remember how the devices of the plan are before anything is done."""
        checks, _ = self._poll(names)
        self.before = {check.key: check for check in checks}

    def check(self, names: Collection[str]) -> HealthReport:
        """What `names` lost, and leak, after at most `converge` seconds."""
        deadline = time.monotonic() + self.converge
        while True:
            checks, unreachable = self._poll(names)
            blamed = worse(self.before, checks)
            if not (blamed or unreachable) or time.monotonic() >= deadline:
                break
            time.sleep(_PAUSE)
        return HealthReport(tuple(check.finding(known=False) for check in blamed), unreachable)

    def _poll(self, names: Collection[str]) -> tuple[list[Check], dict[str, str]]:
        workspace = self.workspace
        routes = expected_routes(workspace.network, workspace.allocation)
        neighbors = ldp_neighbors(workspace.network, workspace.allocation)
        arguments = {name: {"device": workspace.devices[name]} for name in names}
        with connected(workspace, names) as nornir:
            states = run(nornir, "health", collect_state, arguments, self.progress)
        everybody = frozenset(workspace.network.routers)
        checks: list[Check] = []
        for name, state in states.results.items():
            device, others = workspace.devices[name], neighbors.get(name, ())
            checks += check_device(device, state, everybody, routes, others)
        return checks, dict(states.failures)


def worse(before: Mapping[Key, Check], now: Iterable[Check]) -> list[Check]:
    """What a push is blamed for: a check that passed and fails, and a leak that says more.

    A route that is to go with a later wave is a stray already, and was one before the push: only
    what was not said then is news.
    """
    return [check for check in now if not check.passed and _is_news(before.get(check.key), check)]


def _is_news(before: Check | None, now: Check) -> bool:
    if before is not None and before.passed:
        return True
    said = set() if before is None else _words(before.message)
    return now.severity == "leak" and not _words(now.message) <= said


def _words(message: str) -> set[str]:
    return {word.strip(",;") for word in message.split()}
