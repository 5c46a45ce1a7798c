"""Watch a P router's circuits for labelled packets while others send."""

import re
import shlex
from collections.abc import Sequence

from nornir.core.task import Result, Task

from egovnet.tasks.device import driver

#: Circuits watched on one router: enough to see that labels are there.
_MOST = 4
_ENOUGH = 20


def start_watching(task: Task, interfaces: Sequence[str], seconds: int) -> Result:
    """Start capturing MPLS packets on the router, for at most `seconds`.

    Each circuit has a tcpdump of its own: the "any" device does not know MPLS. Result: str, the
    directory on the router that `end_watching` wants.
    """
    captures = "\n".join(
        f"timeout {seconds} tcpdump -l -nn -i {shlex.quote(name)} -c {_ENOUGH} mpls "
        f'>"$d/{number}" 2>/dev/null </dev/null & echo $! >>"$d/pids"'
        for number, name in enumerate(interfaces[:_MOST])
    )
    directory = driver(task).run_script(f'd=$(mktemp -d); {{\n{captures}\n}} >/dev/null; echo "$d"')
    return Result(host=task.host, result=str(directory).strip())


def end_watching(task: Task, directory: str) -> Result:
    """End the captures. Result: list[str], each label stack seen, like "label 17, label 80"."""
    place = shlex.quote(directory)
    output = driver(task).run_script(
        f"cd {place} && kill $(cat pids) 2>/dev/null; sleep 0.2; cat [0-9]*; cd / && rm -r {place}"
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
