"""A Nornir runner that dead and slow devices do not hold up.

`num_workers` devices are worked on at a time. One that takes longer than patience lasts gives its
place to the next and is waited for beside the others; after `timeout` it is given up. Patience is
twice what a device usually takes, once that is known. So a run over many devices of which some are
dead takes no longer than one `timeout` more than without them.
"""

import threading
import time
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from statistics import median

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

#: Seconds after which a device's place is given to the next, before anything is known.
PATIENCE = 5.0
#: Devices that it takes to know what is usual, and how many of the last ones say so.
_ENOUGH, _LAST = 10, 50
#: Where devices are quick, a moment of the network's is not to cost them their place.
_LEAST = 0.5
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
    """See the module. Times are seconds; `timeout` is a device's whole time.

    Devices named in `first` are begun with: those that may be dead are waited for meanwhile.
    """

    def __init__(
        self,
        num_workers: int = 20,
        patience: float = PATIENCE,
        timeout: float = 120.0,
        first: Collection[str] = (),
    ) -> None:
        self.num_workers = num_workers
        self.patience = min(patience, timeout)
        self.timeout = timeout
        self.first = frozenset(first)
        self._took: deque[float] = deque(maxlen=_LAST)

    def run(self, task: Task, hosts: Iterable[Host]) -> AggregatedResult:
        """Run `task` on each of `hosts`; every one is in the result."""
        given = list(hosts)
        order = [host.name for host in given]
        waiting = deque(sorted(given, key=lambda host: host.name not in self.first))
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
                    if entry.result is not None and not entry.result.failed:
                        self._learn(now - entry.began)
                held = sum(entry.held for entry in under_way.values())
                room = MOST_WAITED_FOR + self.num_workers - len(under_way)
                for _ in range(min(self.num_workers - held, room, len(waiting))):
                    entry = _Work(waiting.popleft())
                    under_way[entry.host.name] = entry
                    # a thread that hangs in a device's session must not keep the process alive
                    threading.Thread(target=work, args=(entry,), daemon=True).start()
                if under_way:
                    changed.wait(self._until_next(under_way.values()))
        gathered = AggregatedResult(task.name)
        for name in order:
            gathered[name] = results[name]
        return gathered

    def _learn(self, seconds: float) -> None:
        """How long a device took that answered; most are neither dead nor slow."""
        self._took.append(seconds)
        if len(self._took) >= _ENOUGH:
            self.patience = min(max(2 * median(self._took), _LEAST), self.timeout)

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
