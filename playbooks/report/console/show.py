"""What `show` prints: one change, its diffs and its steps."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.history import print_changes
from egovnet.playbooks.report.console.tables import print_diff, print_table
from egovnet.playbooks.results.history import ShownChange


def print_result(console: Console, shown: ShownChange) -> None:
    """Print the change as `history` does, its diffs and its steps."""
    print_changes(console, [shown.change])
    console.print()
    for entry in shown.devices:
        console.print(Text(entry.device), style="bold")
        print_diff(console, entry.diff)
    console.print()
    print_table(
        console,
        ["at", "stage", "device", "phase", "detail"],
        (
            # A change's own records repeat what is above.
            (
                step.at,
                step.stage,
                step.device,
                step.phase,
                "" if step.stage in ("change", "after") else step.detail,
            )
            for step in shown.steps
        ),
    )
