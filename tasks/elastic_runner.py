"""A Nornir runner that dead and slow devices do not hold up.

`num_workers` devices are worked on at a time. One that takes longer than `patience` gives its
place to the next and is waited for beside the others; after `timeout` it is given up. So a run
over many devices of which some are dead takes no longer than one `timeout` more than without them.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

#: Seconds after which a device's place is given to the next.
PATIENCE = 5.0
#: Devices waited for at the same time, besides those worked on: each is a thread.
MOST_WAITED_FOR = 1000


class DeviceTimeoutError(TimeoutError):
    """A device did not come to an end in the time that it has."""


@dataclass
class _Work:
    """One device under way."""

    host: Host
    began: float = field(default_factory=time.monotonic)
    held: bool = True
    result: MultiResult | None = None


class ElasticRunner:
    """See the module. Times are seconds; `timeout` is a device's whole time."""

    def __init__(
        self, num_workers: int = 20, patience: float = PATIENCE, timeout: float = 120.0
    ) -> None:
        self.num_workers = num_workers
        self.patience = min(patience, timeout)
        self.timeout = timeout

    def run(self, task: Task, hosts: Iterable[Host]) -> AggregatedResult:
        """Run `task` on each of `hosts`; every one is in the result."""
        waiting = list(reversed(list(hosts)))
        order = [host.name for host in reversed(waiting)]
        results: dict[str, MultiResult] = {}
        under_way: dict[str, _Work] = {}
        changed = threading.Condition()

        def work(entry: _Work) -> None:
            result = task.copy().start(entry.host)
            with changed:
                entry.result = result
                changed.notify()

        with changed:
            while waiting or under_way:
                now = time.monotonic()
                for name, entry in list(under_way.items()):
                    if entry.result is None and now - entry.began < self.timeout:
                        entry.held = entry.held and now - entry.began < self.patience
                        continue
                    results[name] = entry.result or self._given_up(task, entry.host)
                    del under_way[name]
                held = sum(entry.held for entry in under_way.values())
                room = MOST_WAITED_FOR + self.num_workers - len(under_way)
                for _ in range(min(self.num_workers - held, room, len(waiting))):
                    entry = _Work(waiting.pop())
                    under_way[entry.host.name] = entry
                    # a thread that hangs in a device's session must not keep the process alive
                    threading.Thread(target=work, args=(entry,), daemon=True).start()
                if under_way:
                    changed.wait(self._until_next(under_way.values()))
        gathered = AggregatedResult(task.name)
        for name in order:
            gathered[name] = results[name]
        return gathered

    def _until_next(self, under_way: Iterable[_Work]) -> float:
        """Seconds until a place is given away or a device given up."""
        now = time.monotonic()
        ends = (e.began + (self.patience if e.held else self.timeout) for e in under_way)
        return max(min(ends) - now, 0.001)

    def _given_up(self, task: Task, host: Host) -> MultiResult:
        error = DeviceTimeoutError(f"{host.name}: no end after {self.timeout:g} s; given up")
        multi = MultiResult(task.name)
        multi.append(Result(host=host, exception=error, failed=True, name=task.name))
        task.nornir.processors.task_instance_completed(task, host, multi)
        return multi
