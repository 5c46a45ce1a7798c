"""Run one Nornir task over many devices: bounded, watched, every failure named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from nornir.core import Nornir
from nornir.core.inventory import Host
from nornir.core.state import GlobalState
from nornir.core.task import AggregatedResult, MultiResult, Task

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.results.without_secrets import hidden
from egovnet.tasks.device import is_unanswered
from egovnet.tasks.runners.per_host import PerHost
from egovnet.tasks.task_result import TaskResult

T = TypeVar("T")

_GONE = "it is not in the inventory any more, and cannot be reached: put its entry back"


@dataclass(frozen=True)
class DeviceResults(Generic[T]):
    """What a task gave on each device, and one line of why on each that failed."""

    results: dict[str, T] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    #: Failed devices that gave no verdict: not reached, cut off, too slow, or locked by somebody.
    unanswered: frozenset[str] = frozenset()


class _Watcher:
    """Nornir processor that passes a task's life on to Progress and to a listener."""

    def __init__(
        self, stage: str, progress: Progress, listener: Callable[[str, str, str], None] | None
    ) -> None:
        self.stage, self.progress, self.listener = stage, progress, listener
        self._ended: set[str] = set()

    def task_started(self, task: Task) -> None:
        pass  # Progress counts devices, not tasks

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        pass  # `run` reads the aggregated result itself

    def task_instance_started(self, task: Task, host: Host) -> None:
        self.progress.device(self.stage, host.name, "begin")

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        if host.name in self._ended:
            return  # given up before, and come to its end after all
        self._ended.add(host.name)
        error = reason(result) if result.failed else ""
        state = "failed" if error else "done"
        if self.listener is not None:
            self.listener(host.name, state, error)
        self.progress.device(self.stage, host.name, state, error)

    def subtask_instance_started(self, task: Task, host: Host) -> None:
        pass  # our tasks are flat

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        pass  # our tasks are flat


def run(
    nornir: Nornir,
    stage: str,
    task: Callable[..., TaskResult[T]],
    arguments: Mapping[str, Mapping[str, Any]],
    progress: Progress,
    *,
    listener: Callable[[str, str, str], None] | None = None,
) -> DeviceResults[T]:
    """Run `task` on every device named in `arguments`, with its own keyword arguments.

    `listener(device, "done" | "failed", reason)` is called as each device ends, in the
    device's thread. One device's failure never keeps another from running. A device that left the
    inventory, with a change of it unfinished, is one that does not answer. Two stages may run side
    by side, in two threads, on sessions that are open.
    """
    if not arguments:
        return DeviceResults()
    gone = sorted(arguments.keys() - nornir.inventory.hosts.keys())
    hosts = nornir.filter(filter_func=lambda host: host.name in arguments)
    # who failed before is asked all the same; and another stage may run beside this one
    hosts.data = GlobalState(nornir.data.dry_run)
    progress.stage(stage, len(arguments))

    aggregated = hosts.with_processors([_Watcher(stage, progress, listener)]).run(
        task=PerHost(task, arguments), name=stage
    )
    results: dict[str, T] = {}
    failures: dict[str, str] = {}
    unanswered: set[str] = set()
    for name in gone:
        failures[name] = _GONE
        unanswered.add(name)
        if listener is not None:
            listener(name, "failed", _GONE)
        progress.device(stage, name, "failed", _GONE)
    for name, multi in aggregated.items():
        if multi.failed:
            failures[name] = reason(multi)
            if is_unanswered(_error(multi)):
                unanswered.add(name)
        else:
            results[name] = multi[0].result
    return DeviceResults(results, failures, frozenset(unanswered))


def reason(result: MultiResult) -> str:
    """One line of why a device's task failed: its own words, after the kind of another's fault."""
    error = _error(result)
    if error is None:
        return "failed without an error"
    words = str(error).strip() or "no more is known"
    if isinstance(error, EgovnetError):
        return hidden(words)  # it says what, and what to do
    return hidden(f"{type(error).__name__}: {words}")


def _error(result: MultiResult) -> BaseException | None:
    return next((entry.exception for entry in result if entry.exception is not None), None)
