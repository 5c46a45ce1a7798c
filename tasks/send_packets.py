"""Send echo requests from a PE's VRFs."""

from collections.abc import Sequence

from nornir.core.task import Task

from egovnet.tasks.device import driver
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.model.probe import Probe
from egovnet.templates.registry import platform

#: Probes in one script: a command over SSH may hold 128 KiB.
_BATCH = 1000


def send_packets(task: Task, probes: Sequence[Probe]) -> TaskResult[list[bool]]:
    """Send `probes` from the device. Result: list[bool], one for each probe."""
    words = platform(task.host.platform)
    answers: list[bool] = []
    for start in range(0, len(probes), _BATCH):
        batch = probes[start : start + _BATCH]
        answers += words.read_answers(driver(task).run_script(words.probe_script(batch)), batch)
    return TaskResult(task.host, answers)
