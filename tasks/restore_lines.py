"""What a device would run with some of its differences put back; nothing is changed."""

from collections.abc import Collection
from typing import Any

from nornir.core.task import Result, Task

from egovnet.tasks.device import driver


def put_back(task: Task, intended: str, changes: Collection[Any]) -> Result:
    """Result: the whole text (str) that the device runs now, with `changes` towards `intended`
    made and all else left as it is."""
    return Result(host=task.host, result=str(driver(task).text_with(intended, changes)))
