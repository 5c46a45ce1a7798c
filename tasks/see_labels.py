"""Watch a P router's circuits for labelled packets while others send."""

from collections.abc import Sequence

from nornir.core.task import Task

from egovnet.tasks.device import driver
from egovnet.tasks.task_result import TaskResult
from egovnet.templates.platform import LabelWatch
from egovnet.templates.registry import platform


class LabelsNotWatchedError(RuntimeError):
    """The device's platform has no way to show labels."""


def _watch(task: Task) -> LabelWatch:
    watch = platform(task.host.platform).label_watch
    if watch is None:
        raise LabelsNotWatchedError(f"labels cannot be watched on platform {task.host.platform}")
    return watch


def start_watching(task: Task, interfaces: Sequence[str], seconds: int) -> TaskResult[str]:
    """Start watching the router's circuits, for at most `seconds`.

    Result: str, the handle that `end_watching` wants.
    """
    _watch(task)
    return TaskResult(task.host, driver(task).watch_labels(interfaces, seconds))


def end_watching(task: Task, handle: str) -> TaskResult[list[str]]:
    """End it. Result: list[str], each label stack seen, like "label 17, label 80"."""
    watch = _watch(task)
    return TaskResult(task.host, watch.label_stacks(driver(task).labels_seen(handle)))
