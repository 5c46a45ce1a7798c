"""What `demo` prints: a line a step."""

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.demo import DemoResult


def print_result(console: Console, demo: DemoResult) -> None:
    """Print the steps, and whether all held."""
    print_table(
        console,
        ["", "step", "seconds", "what was seen"],
        (
            (
                "ok" if step.ok else "FAILED",
                step.title,
                f"{step.seconds:.1f}",
                step.seen,
            )
            for step in demo.steps
        ),
    )
    console.print("every step was true" if demo.ok else "the demo did NOT hold", style="bold")
