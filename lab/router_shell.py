"""Shell lines for the lab's routers, which run FRR."""

import shlex


def show_line(command: str) -> str:
    """Shell line that prints what FRR's own shell says to `command`."""
    return f"vtysh -c {shlex.quote(command)}"
