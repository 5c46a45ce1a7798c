"""Label stacks on a router's circuits, as tcpdump shows them."""

import re


def label_stacks(capture: str) -> list[str]:
    """The label stack of each line of tcpdump's output that shows one."""
    stacks = []
    for line in capture.splitlines():
        labels = re.findall(r"\(?label (\d+)", line)
        if "MPLS" in line and labels:
            stacks.append(", ".join(f"label {label}" for label in labels))
    return stacks
