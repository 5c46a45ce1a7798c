"""Make a device's pending commit permanent."""

from nornir.core.task import Result, Task

from tasks.device import SESSION_LOST, driver, reconnect


def confirm(task: Task) -> Result:
    """Cancel the device's confirm timer and keep what it runs.

    Raises:
        napalm CommitError: nothing is pending, for instance as the timer has fired.
    """
    try:
        driver(task).confirm_commit()
    except SESSION_LOST:
        device = reconnect(task)
        # The first call may have arrived before the session broke.
        if device.has_pending_commit():
            device.confirm_commit()
    return Result(host=task.host, changed=True)
