"""Watch a P router's circuits for labelled packets while others send."""

import re
import shlex
from collections.abc import Sequence

from nornir.core.task import Result, Task

from tasks.device import driver

#: Circuits watched on one router: enough to see that labels are there.
_MOST = 4


def see_labels(task: Task, interfaces: Sequence[str], seconds: int, count: int = 20) -> Result:
    """Capture at most `count` MPLS packets a circuit for at most `seconds`.

    Each circuit has a tcpdump of its own: the "any" device does not know MPLS.

    Result: list[str], the label stacks seen, each like "label 17, label 80".
    """
    captures = "\n".join(
        f"timeout {seconds} tcpdump -l -nn -i {shlex.quote(name)} -c {count} mpls 2>/dev/null &"
        for name in interfaces[:_MOST]
    )
    output = driver(task).linux(f"{captures}\nwait")
    return Result(host=task.host, result=label_stacks(str(output)))


def label_stacks(capture: str) -> list[str]:
    """The label stack of each line of tcpdump's output that shows one."""
    stacks = []
    for line in capture.splitlines():
        labels = re.findall(r"\(?label (\d+)", line)
        if "MPLS" in line and labels:
            stacks.append(", ".join(f"label {label}" for label in labels))
    return stacks
