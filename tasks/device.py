"""A device's NAPALM session within a Nornir task, opened when needed and again after a drop."""

import math
import time
from typing import Any

from napalm.base.exceptions import ConnectionClosedException, ConnectionException
from nornir.core.task import Task

#: What a lost session looks like, whatever lost it.
SESSION_LOST = (ConnectionException, ConnectionClosedException, EOFError, OSError)


def driver(task: Task) -> Any:
    """The NAPALM driver of the task's host."""
    return task.host.get_connection("napalm", task.nornir.config)


def reconnect(task: Task) -> Any:
    """Close what is left of the session and open a new one."""
    if "napalm" in task.host.connections:
        try:
            task.host.close_connection("napalm")
        except SESSION_LOST:
            # The old session is broken, which is why a new one is wanted.
            task.host.connections.pop("napalm", None)
    return driver(task)


def seconds_until(deadline: float) -> int:
    """Whole seconds until a time.monotonic() value, for a device's timer; at least 1."""
    return max(1, math.ceil(deadline - time.monotonic()))
