"""Label stacks on a router's circuits, as tcpdump shows them."""

import re
import shlex
from collections.abc import Sequence

#: Circuits watched on one router: enough to see that labels are there.
_MOST = 4
_ENOUGH = 20


def start_script(interfaces: Sequence[str], seconds: int) -> str:
    """Shell text that starts captures of MPLS packets, and prints the directory that has them.

    Each circuit has a tcpdump of its own: the "any" device does not know MPLS.
    """
    captures = "\n".join(
        f"timeout {seconds} tcpdump -l -nn -i {shlex.quote(name)} -c {_ENOUGH} mpls "
        f'>"$d/{number}" 2>/dev/null </dev/null & echo $! >>"$d/pids"'
        for number, name in enumerate(interfaces[:_MOST])
    )
    return f'd=$(mktemp -d); {{\n{captures}\n}} >/dev/null; echo "$d"'


def end_script(handle: str) -> str:
    """Shell text that ends the captures in the directory `handle` and prints them."""
    place = shlex.quote(handle)
    return (
        f"cd {place} && kill $(cat pids) 2>/dev/null; sleep 0.2; cat [0-9]*; cd / && rm -r {place}"
    )


def label_stacks(capture: str) -> list[str]:
    """The label stack of each line of tcpdump's output that shows one."""
    stacks = []
    for line in capture.splitlines():
        labels = re.findall(r"\(?label (\d+)", line)
        if "MPLS" in line and labels:
            stacks.append(", ".join(f"label {label}" for label in labels))
    return stacks
