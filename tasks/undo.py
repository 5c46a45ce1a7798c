"""Take a device back to what it ran before its pending commit."""

from typing import Any

from nornir.core.task import Result, Task

from tasks.device import SESSION_LOST, driver, reconnect


class StillChangedError(RuntimeError):
    """A device answers and does not run its old text."""


def undo(task: Task, before: str) -> Result:
    """Undo what is pending and check that the device runs `before` again.

    Result: True.

    Raises:
        StillChangedError: the device answers and does not run its old text.
    """
    try:
        left = _go_back(driver(task), before)
    except SESSION_LOST:
        left = _go_back(reconnect(task), before)
    if left:
        raise StillChangedError(
            f"{task.host.name} does not run what it ran before; these lines are left:\n{left}"
        )
    return Result(host=task.host, result=True, changed=True)


def _go_back(device: Any, before: str) -> str:
    """Take the device back; the diff that is left ("" when all is as before).

    What is pending is rolled back. What was confirmed already, as another device's confirmation
    failed, is put back by a commit of the old text.
    """
    if device.has_pending_commit():
        device.rollback()
    device.load_replace_candidate(config=before)
    try:
        left = str(device.compare_config())
        if left:
            device.commit_config(message="egovnet undo")
            device.load_replace_candidate(config=before)
            left = str(device.compare_config())
        return left
    finally:
        device.discard_config()
