"""Commit a device's intended text, to be undone by the device itself unless confirmed."""

from nornir.core.task import Result, Task

from tasks.device import driver


def commit(task: Task, revert_in: int, message: str) -> Result:
    """Commit the prepared candidate; the device goes back by itself after `revert_in` seconds."""
    device = driver(task)
    try:
        device.commit_config(message=message, revert_in=revert_in)
    finally:
        device.discard_config()
    return Result(host=task.host, changed=True)
