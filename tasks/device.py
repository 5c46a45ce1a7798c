"""A device's session within a Nornir task, opened when needed and again after a drop."""

import math
import time

from nornir.core.task import Task

from egovnet.tasks.driver import TransactionalDriver
from egovnet.tasks.keys.keyed_driver import with_keys
from egovnet.tasks.keys.on_hosts import keys_of
from egovnet.tasks.napalm_errors import napalm_errors

#: Seconds in which a session that is alive answers.
ANSWER_SECONDS = 10.0
_CONNECTION = "napalm"


def session_lost() -> tuple[type[Exception], ...]:
    """What a lost session looks like, whatever lost it; for an `except`."""
    errors = napalm_errors()
    return (errors.ConnectionException, errors.ConnectionClosedException, EOFError, OSError)


def is_unanswered(error: BaseException | None) -> bool:
    """Whether a device failed without a verdict: not reached, cut off, too slow, or locked."""
    errors = napalm_errors()
    kinds = (*session_lost(), errors.CommandTimeoutException, errors.LockError)
    return isinstance(error, kinds)


def driver(task: Task) -> TransactionalDriver:
    """The driver of the task's host, with an open session.

    Raises:
        NAPALM's ConnectionException: the device is not reached, or refuses the login.
    """
    found: TransactionalDriver = task.host.get_connection(_CONNECTION, task.nornir.config)
    return with_keys(found, keys_of(task.host))


def reconnect(task: Task) -> TransactionalDriver:
    """Close what is left of the session and open a new one."""
    disconnect(task)
    return driver(task)


def disconnect(task: Task) -> None:
    """Close the session, if there is one, whatever is left of it."""
    if _CONNECTION in task.host.connections:
        try:
            task.host.close_connection(_CONNECTION)
        except session_lost():
            # It is broken already.
            task.host.connections.pop(_CONNECTION, None)


def answering(task: Task) -> TransactionalDriver:
    """The driver of a device that answers: in the session there is, or else in a new one.

    A router that lost its power does not end its sessions: a command in one waits for its whole
    time limit, which is long for a commit on its way back.
    """
    try:
        fresh = _CONNECTION not in task.host.connections
        device = driver(task)
        if fresh or device.answers_within(ANSWER_SECONDS):
            return device
    except session_lost():
        pass  # it may have been busy with its own start: once more
    return reconnect(task)


class Deadline(float):
    """A moment by this machine's time.monotonic(); to another machine it goes as seconds left."""


def seconds_until(deadline: float) -> int:
    """Whole seconds until a time.monotonic() value, for a device's timer; at least 1."""
    return max(1, math.ceil(deadline - time.monotonic()))
