"""What `approve` prints: what was signed, and what the plan lacks still."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.approval import print_standing
from egovnet.playbooks.results.approval import ApprovedPlan
from egovnet.playbooks.results.verdict import counted


def print_result(console: Console, approved: ApprovedPlan) -> None:
    """Print the signature and how the plan stands with it."""
    scopes = f", for {', '.join(approved.scopes)}" if approved.scopes else ""
    console.print(
        Text(f"{approved.person} approves plan {approved.plan_hash[:12]}{scopes}"), style="bold"
    )
    console.print(Text(f"{counted(approved.lines, 'line')} of {', '.join(approved.devices)}"))
    console.print(Text(f"key {approved.key}"))
    if approved.unproved:
        console.print(Text(f"also though it is not proved: {approved.unproved}"), style="yellow")
    print_standing(console, approved.standing)
    if approved.standing.covered:
        console.print("every line is covered", style="green")
