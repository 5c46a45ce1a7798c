"""What a device would run with some of its differences restored; nothing is changed."""

from collections.abc import Collection

from nornir.core.task import Result, Task

from egovnet.tasks.device import driver
from egovnet.tasks.driver import LineChange


def restore_lines(task: Task, intended: str, changes: Collection[LineChange]) -> Result:
    """Result: the whole text (str) that the device runs now, with `changes` towards `intended`
    made and all else left as it is."""
    return Result(host=task.host, result=driver(task).text_with(intended, changes))
