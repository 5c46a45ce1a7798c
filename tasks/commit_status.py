"""How far a device has come in a change; nothing is done to it."""

from dataclasses import dataclass

from nornir.core.task import Result, Task

from egovnet.tasks.confirm_or_rollback import Settling
from egovnet.tasks.device import driver


@dataclass(frozen=True, slots=True)
class Survey:
    """What became of the change's commit on the device, and which text it runs."""

    #: The commit's state, such as "pending" or "none".
    commit: str
    #: Seconds until it goes back by itself, when it is pending.
    seconds_left: int
    #: "old", "new", "both" (the texts mean the same) or "other".
    runs: str


def survey(task: Task, settling: Settling) -> Result:
    """Result: Survey."""
    device = driver(task)
    state = device.commit_state(settling.change_id)
    same = (not device.diff_to(settling.before), not device.diff_to(settling.intended))
    runs = {(True, True): "both", (True, False): "old", (False, True): "new"}.get(same, "other")
    return Result(
        host=task.host, result=Survey(str(state.state), int(state.seconds_left or 0), runs)
    )
