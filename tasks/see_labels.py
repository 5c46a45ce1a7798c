"""Watch a P router's circuits for labelled packets while others send."""

import re

from nornir.core.task import Result, Task

from tasks.device import driver


def see_labels(task: Task, seconds: int, count: int = 20) -> Result:
    """Capture at most `count` MPLS packets for at most `seconds`.

    Result: list[str], the label stacks seen, each like "label 17, label 80".
    """
    output = driver(task).linux(
        f"timeout {seconds} tcpdump -l -nn -i any -c {count} mpls 2>/dev/null; true"
    )
    return Result(host=task.host, result=label_stacks(str(output)))


def label_stacks(capture: str) -> list[str]:
    """The label stack of each line of tcpdump's output that shows one."""
    stacks = []
    for line in capture.splitlines():
        labels = re.findall(r"\(?label (\d+)", line)
        if "MPLS" in line and labels:
            stacks.append(", ".join(f"label {label}" for label in labels))
    return stacks
