"""Read whose sources a gateway translated, and to what, as it recorded it."""

import time

from nornir.core.task import Task

from egovnet.tasks.device import driver
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.model.recorded_flow import FlowsNotReadError
from egovnet.templates.model.recorded_translation import RecordedTranslation
from egovnet.templates.registry import platform


def read_translations(task: Task) -> TaskResult[list[RecordedTranslation]]:
    """Result: every recorded translation (list[RecordedTranslation]), by the clock of whoever asks.

    Raises:
        FlowsNotReadError: the platform records none, or the answer is none of its own.
    """
    records = platform(task.host.platform).flow_records
    if records is None:
        raise FlowsNotReadError(f"nothing is recorded on platform {task.host.platform}")
    answer = driver(task).recorded_flows()
    return TaskResult(task.host, list(records.read_translations(answer, int(time.time()))))
