"""Read many devices at once; every one of them has a row, those that did not answer too."""

import functools
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from egovnet.isolation.running.explain import left_over
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.runner_names import READ_AT_ONCE, THREADED
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.history import Before
from egovnet.playbooks.drift.links import ExpectedLinks, expected_links
from egovnet.playbooks.verify.control_plane import (
    Check,
    VrfExpectation,
    check_device,
    ldp_neighbors,
)
from egovnet.tasks.code_version import own_code
from egovnet.tasks.read_device import Reading, read_device
from egovnet.tasks.runners.elastic import ElasticRunner
from egovnet.tasks.runners.wire.own_tasks import OWN_TASKS
from egovnet.tasks.runners.wire.task_form import TaskForm
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from egovnet.templates.model.running_state import RunningState
from egovnet.templates.model.state import DeviceState, SeenNeighbor


@dataclass(frozen=True, slots=True)
class Collected:
    """What was read. Every device asked is in one of the two."""

    readings: "dict[str, StateReading]"
    unreachable: dict[str, str]
    at: str


def collect(
    workspace: Workspace,
    progress: Progress,
    names: Collection[str],
    timeout: int,
    before: Before,
    *,
    routes: Mapping[tuple[str, str], VrfExpectation],
) -> Collected:
    """Read `names`, `workspace.workers` of them (20 where nobody says) at a time.

    `routes` are those that VRFs are to have. Devices that were compliant `before` and would answer
    the same send digests only. Dead and slow ones do not delay the others: the whole takes at most
    `timeout` seconds longer than without them.
    """
    nornir = open_nornir(workspace, names, DRIFT_TASKS)
    if workspace.runner == THREADED:
        runner = ElasticRunner(
            workspace.workers or READ_AT_ONCE, timeout=timeout, first=before.not_read
        )
        nornir = nornir.with_runner(runner)
    neighbors = ldp_neighbors(workspace.network, workspace.allocation)
    links = expected_links(workspace.network, workspace.allocation)
    arguments = {}
    for name in names:
        device = workspace.devices[name]
        expected = {(name, vrf.name): routes[name, vrf.name] for vrf in device.vrfs}
        seen, same_intended = before.of(name)
        evaluate = EvaluateState(expected, tuple(neighbors.get(name, ())), links[name])
        arguments[name] = {
            "device": device,
            "routes": {vrf: expectation.usual for (_, vrf), expectation in expected.items()},
            "evaluate": evaluate,
            "state_intended": evaluate.digest(),
            "before": seen,
            "same_intended": same_intended,
        }
    task: Callable[..., TaskResult[Reading[StateResult | None]]] = read_device
    answers = run(nornir, "read", task, arguments, progress)
    readings = {
        name: reading.with_evaluated(
            reading.evaluated or StateResult((), dict(before.devices[name].numbers))
        )
        for name, reading in answers.results.items()
    }
    return Collected(readings, dict(answers.failures), now())


def compliant(reading: "StateReading") -> bool:
    """Whether a device has no difference at all, not even a cosmetic one, and nothing to report."""
    result = reading.evaluated
    told = result.failed or result.answering or result.strangers
    return not (reading.changes or reading.faults or reading.dead or told)


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class StateResult:
    """A device's state: the checks that failed, and its size in few numbers."""

    failed: tuple[Check, ...]
    numbers: dict[str, int]
    #: What the device does and the inventory does not explain; None where nobody can say.
    running: RunningState | None = None
    #: Addresses of awaited customers whose session is up.
    answering: tuple[str, ...] = ()
    #: Neighbours that no circuit explains.
    strangers: tuple[SeenNeighbor, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluateState:
    """Evaluates a device's state where it was read; it holds no more than that device needs."""

    routes: Mapping[tuple[str, str], VrfExpectation]
    #: (name, LSR id) of each router at the other end of a circuit.
    neighbors: tuple[tuple[str, str], ...]
    links: ExpectedLinks

    def digest(self) -> str:
        """Digest of what it evaluates by, and of egovnet itself."""
        lines = [own_code(), *(f"{name} {lsr}" for name, lsr in self.neighbors)]
        lines += self.links.lines
        for (_, vrf), expectation in sorted(self.routes.items()):
            routes = (expectation.must, expectation.may, expectation.usual, expectation.awaited)
            lines.append(" ".join((vrf, *map(_digest, routes))))
            lines += (f"{site} {_digest(prefixes)}" for site, prefixes in expectation.some_of)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def __call__(self, device: Device, state: DeviceState) -> StateResult:
        """Every session counts: a peer that does not answer us may be up."""
        peers = frozenset(peer.name for peer in device.backbone_peers)
        checks = check_device(device, state, peers, self.routes, self.neighbors)
        failed = tuple(check for check in checks if not check.passed)
        running = state.running and left_over(intended_facts(device), state.running)
        answering = tuple(
            address
            for (device_name, vrf), expectation in self.routes.items()
            for address in sorted(expectation.awaited)
            if device_name == device.name and (vrf, address) in state.bgp
        )
        strangers = self.links.unexpected(state.neighbors)
        return StateResult(failed, _numbers(state), running, answering, strangers)


StateReading = Reading[StateResult]
#: The tasks that workers do for drift: what evaluates a state goes with them.
DRIFT_TASKS = OWN_TASKS.and_also(
    [TaskForm(read_device, Reading[StateResult | None], {"evaluate": EvaluateState})]
)


# The VRFs of a VPN share their routes.
@functools.lru_cache(maxsize=4096)
def _digest(prefixes: frozenset[str]) -> str:
    return hashlib.sha256(" ".join(sorted(prefixes)).encode()).hexdigest()


def _numbers(state: DeviceState) -> dict[str, int]:
    """A state in few numbers."""
    return {
        "IS-IS adjacencies": len(state.isis),
        "LDP sessions": len(state.ldp),
        "BGP sessions": len(state.bgp),
        "VRF routes": sum(len(routes) for (vrf, _), routes in state.routes.items() if vrf),
    }
