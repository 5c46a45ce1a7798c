"""Commit a device's intended text, to be undone by the device itself unless confirmed."""

from nornir.core.task import Result, Task

from tasks.device import driver


def commit(task: Task, intended: str, revert_in: int, message: str) -> Result:
    """Load and commit `intended`; the device goes back after `revert_in` seconds by itself.

    Result: the native diff (str); "" when the device already ran it and nothing was done.
    """
    device = driver(task)
    device.load_replace_candidate(config=intended)
    try:
        diff = device.compare_config()
        if diff:
            device.commit_config(message=message, revert_in=revert_in)
    finally:
        device.discard_config()
    return Result(host=task.host, result=diff, diff=diff, changed=bool(diff))
