"""What `history` prints: a line a change."""

from typing import Any

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print the table, and faults of the journal."""
    print_table(
        console,
        ["change", "when", "who", "what", "state", "ticket", "summary"],
        (
            (
                entry["id"],
                entry["created"],
                entry["author"],
                entry["kind"] + (f" of {entry['undoes']}" if entry["undoes"] else ""),
                entry["state"],
                entry["ticket"] or "",
                entry["summary"],
            )
            for entry in data["changes"]
        ),
    )
    for fault in data.get("faults", ()):
        console.print(Text(f"THE JOURNAL WAS ALTERED: {fault}"), style="red")
