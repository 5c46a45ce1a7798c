"""What `validate` prints: how much of what the inventory has."""

from typing import Any

from rich.console import Console


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print the counts."""
    counts = data["counts"]
    console.print(
        f"valid: {data['inventory']}: "
        + ", ".join(f"{number} {name}" for name, number in counts.items())
    )
