"""Read many devices at once; every one of them has a row, those that did not answer too."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from playbooks.context import THREADED, Context
from playbooks.fleet import Progress, run
from playbooks.judge import expected_routes
from tasks.elastic_runner import ElasticRunner
from tasks.read_device import Reading, read_device
from templates.state import DeviceState

#: Seconds that a device has, from the connection to the last answer.
DEFAULT_TIMEOUT = 120


@dataclass(frozen=True, slots=True)
class Collected:
    """What was read. Every device asked is in one of the two."""

    readings: dict[str, Reading]
    unreachable: dict[str, str]
    at: str


def collect(
    context: Context, progress: Progress, names: Collection[str], timeout: int
) -> Collected:
    """Read `names`, `context.workers` of them at a time.

    Dead and slow devices do not hold the others up: the whole takes no more than `timeout`
    seconds longer than without them.
    """
    nornir = context.nornir(names)
    if context.runner == THREADED:
        nornir = nornir.with_runner(ElasticRunner(context.workers, timeout=timeout))
    meant = expected_routes(context.network, context.allocation)
    arguments = {
        name: {
            "device": context.devices[name],
            "routes": {v.name: meant[name, v.name].may for v in context.devices[name].vrfs},
        }
        for name in names
    }
    answers = run(nornir, "read", read_device, arguments, progress)
    return Collected(dict(answers.results), dict(answers.failures), now())


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def numbers(state: DeviceState) -> dict[str, int]:
    """A state in few numbers, for those who ask how a device was."""
    return {
        "IS-IS adjacencies": len(state.isis),
        "LDP sessions": len(state.ldp),
        "BGP sessions": len(state.bgp),
        "VRF routes": sum(len(routes) for (vrf, _), routes in state.routes.items() if vrf),
    }
