"""What `identity enrol` prints: the code, and what is done with it."""

from rich.console import Console

from egovnet.playbooks.results.identity import CodeShown


def print_result(console: Console, shown: CodeShown) -> None:
    """Print the code."""
    console.print(f"{shown.router}, serial number {shown.serial_number}: code {shown.code}")
    console.print(
        f"it holds once, until {shown.until:%Y-%m-%d %H:%M} UTC; on the router root runs:"
    )
    console.print(f"  python3 enrolment.py request {shown.router} >{shown.router}.request")
