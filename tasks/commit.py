"""Commit a device's intended text, to be undone by the device itself unless confirmed."""

from nornir.core.task import Result, Task

from tasks.device import driver, seconds_until


def commit(task: Task, change_id: str, deadline: float, message: str) -> Result:
    """Commit the prepared candidate under `change_id`; undone at `deadline` (time.monotonic).

    The id is the controller's, so that whoever recovers can ask for exactly this commit. The
    deadline is the same for all devices, however long each waits for its turn: where the
    controller dies, they go back together.
    """
    device = driver(task)
    try:
        device.commit_as(change_id)
        device.commit_config(message=message, revert_in=seconds_until(deadline))
    finally:
        device.discard_config()
    return Result(host=task.host, changed=True)
