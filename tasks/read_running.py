"""Read what a device runs."""

from nornir.core.task import Result, Task

from egovnet.tasks.device import driver


def read_running(task: Task) -> Result:
    """Result: the device's whole running text (str), Linux and FRR part."""
    return Result(host=task.host, result=driver(task).running_text())
