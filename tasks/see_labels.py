"""Watch a P router's circuits for labelled packets while others send."""

from collections.abc import Sequence

from nornir.core.task import Result, Task

from egovnet.tasks.device import driver
from egovnet.templates.platform import LabelWatch
from egovnet.templates.registry import platform


class LabelsNotWatchedError(RuntimeError):
    """The device's platform has no way to show labels."""


def _watch(task: Task) -> LabelWatch:
    watch = platform(task.host.platform).label_watch
    if watch is None:
        raise LabelsNotWatchedError(f"labels cannot be watched on platform {task.host.platform}")
    return watch


def start_watching(task: Task, interfaces: Sequence[str], seconds: int) -> Result:
    """Start watching the router's circuits, for at most `seconds`.

    Result: str, the handle that `end_watching` wants.
    """
    _watch(task)
    return Result(host=task.host, result=driver(task).watch_labels(interfaces, seconds))


def end_watching(task: Task, handle: str) -> Result:
    """End it. Result: list[str], each label stack seen, like "label 17, label 80"."""
    watch = _watch(task)
    return Result(host=task.host, result=watch.label_stacks(driver(task).labels_seen(handle)))
