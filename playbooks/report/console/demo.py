"""What `demo` prints: a line a step."""

from typing import Any

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print the steps, and whether all held."""
    print_table(
        console,
        ["", "step", "seconds", "what was seen"],
        (
            (
                "ok" if step["ok"] else "FAILED",
                step["title"],
                f"{step['seconds']:.1f}",
                step["seen"],
            )
            for step in data["steps"]
        ),
    )
    console.print("every step was true" if data["ok"] else "the demo did NOT hold", style="bold")
