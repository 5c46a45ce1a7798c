"""How far a device has come in a change; nothing is done to it."""

from dataclasses import dataclass

from nornir.core.task import Task

from egovnet.tasks.confirm_or_rollback import DeviceChange
from egovnet.tasks.device import driver
from egovnet.tasks.task_result import TaskResult


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """What became of the change's commit on the device, and which configuration it runs."""

    #: A CommitStage of `egovnet.tasks.driver`, such as "pending" or "none".
    commit: str
    #: Seconds until it goes back by itself, when it is pending.
    seconds_left: int
    #: "old", "new", "both" (the configurations mean the same) or "other".
    runs: str


def commit_status(task: Task, change: DeviceChange) -> TaskResult[CommitStatus]:
    """Result: CommitStatus."""
    device = driver(task)
    state = device.commit_state(change.change_id)
    same = (not device.diff_to(change.before), not device.diff_to(change.intended))
    runs = {(True, True): "both", (True, False): "old", (False, True): "new"}.get(same, "other")
    status = CommitStatus(str(state.state), int(state.seconds_left or 0), runs)
    return TaskResult(task.host, status)
