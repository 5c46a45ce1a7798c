"""Set the confirm timer of a device's pending commit anew."""

from nornir.core.task import Task

from egovnet.tasks.device import Deadline, driver, reconnect, seconds_until, session_lost
from egovnet.tasks.task_result import TaskResult


def extend(task: Task, change_id: str, deadline: Deadline) -> TaskResult[None]:
    """The device goes back at `deadline`, unless confirmed.

    Raises:
        napalm CommitError: that commit is not pending, for instance as its timer has fired.
    """
    try:
        driver(task).extend_commit(change_id, seconds_until(deadline))
    except session_lost():
        # Setting it twice does no harm.
        reconnect(task).extend_commit(change_id, seconds_until(deadline))
    return TaskResult(task.host, None)
