"""What `show` prints: one change, its diffs and its steps."""

from typing import Any

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console import history
from egovnet.playbooks.report.console.tables import print_diff, print_table


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print the change as `history` does, its diffs and its steps."""
    history.print_result(console, {"changes": [data["change"]]})
    console.print()
    for entry in data["devices"]:
        console.print(Text(entry["device"]), style="bold")
        print_diff(console, entry["diff"])
    console.print()
    print_table(
        console,
        ["at", "stage", "device", "phase", "detail"],
        (
            # A change's own records repeat what is above.
            (
                step["at"],
                step["stage"],
                step["device"],
                step["phase"],
                "" if step["stage"] in ("change", "after") else step["detail"],
            )
            for step in data["steps"]
        ),
    )
