"""A device's NAPALM session within a Nornir task, opened when needed and again after a drop."""

import math
import time
from typing import Any

from napalm.base.exceptions import (
    CommandTimeoutException,
    ConnectionClosedException,
    ConnectionException,
)
from nornir.core.task import Task

#: Seconds in which a session that is alive answers.
ANSWER_SECONDS = 10.0
#: What a lost session looks like, whatever lost it.
SESSION_LOST = (ConnectionException, ConnectionClosedException, EOFError, OSError)


def driver(task: Task) -> Any:
    """The NAPALM driver of the task's host."""
    return task.host.get_connection("napalm", task.nornir.config)


def reconnect(task: Task) -> Any:
    """Close what is left of the session and open a new one."""
    disconnect(task)
    return driver(task)


def disconnect(task: Task) -> None:
    """Close the session, if there is one, whatever is left of it."""
    if "napalm" in task.host.connections:
        try:
            task.host.close_connection("napalm")
        except SESSION_LOST:
            # It is broken already.
            task.host.connections.pop("napalm", None)


def answering(task: Task) -> Any:
    """The driver of a device that answers: in the old session, or else in a new one.

    A router that lost its power does not end its sessions: a command in one waits for its whole
    time limit, which is long for a commit on its way back.
    """
    try:
        device = driver(task)
        device.linux("true", timeout=ANSWER_SECONDS)
    except (*SESSION_LOST, CommandTimeoutException):
        return reconnect(task)
    return device


class Deadline(float):
    """A moment by this machine's time.monotonic(); to another machine it goes as seconds left."""


def seconds_until(deadline: float) -> int:
    """Whole seconds until a time.monotonic() value, for a device's timer; at least 1."""
    return max(1, math.ceil(deadline - time.monotonic()))
