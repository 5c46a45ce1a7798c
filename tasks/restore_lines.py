"""What a device would run with some of its differences restored; nothing is changed."""

from collections.abc import Collection

from nornir.core.task import Task

from egovnet.tasks.device import driver
from egovnet.tasks.driver import LineChange
from egovnet.tasks.task_result import TaskResult


def restore_lines(task: Task, intended: str, changes: Collection[LineChange]) -> TaskResult[str]:
    """Result: the whole text (str) that the device runs now, with `changes` towards `intended`
    made and all else left as it is."""
    return TaskResult(task.host, driver(task).text_with(intended, changes))
