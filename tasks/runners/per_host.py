"""A Nornir task that has other arguments on each host, as one object that can be sent elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nornir.core.task import Result, Task


@dataclass(frozen=True)
class PerHost:
    """Runs `task` on a host with the keyword arguments that `arguments` has by its name."""

    task: Callable[..., Result]
    arguments: Mapping[str, Mapping[str, Any]]

    def __call__(self, task: Task) -> Result:
        """Run it on the host that Nornir gave `task`."""
        return self.task(task, **self.arguments[task.host.name])
