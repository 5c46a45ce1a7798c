"""Watch a P router's circuits for labelled packets while others send."""

from collections.abc import Sequence

from nornir.core.task import Result, Task

from egovnet.tasks.device import driver
from egovnet.templates.registry import platform


def start_watching(task: Task, interfaces: Sequence[str], seconds: int) -> Result:
    """Start watching the router's circuits, for at most `seconds`.

    Result: str, the handle that `end_watching` wants.
    """
    script = platform(task.host.platform).watch_labels_script(interfaces, seconds)
    return Result(host=task.host, result=driver(task).run_script(script).strip())


def end_watching(task: Task, handle: str) -> Result:
    """End it. Result: list[str], each label stack seen, like "label 17, label 80"."""
    words = platform(task.host.platform)
    output = driver(task).run_script(words.seen_labels_script(handle))
    return Result(host=task.host, result=words.label_stacks(output))
