"""What `render` prints: each file and its lines."""

from typing import Any

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print the table of files."""
    print_table(
        console,
        ["device", "lines", "file"],
        ((entry["device"], entry["lines"], entry["file"]) for entry in data["files"]),
    )
