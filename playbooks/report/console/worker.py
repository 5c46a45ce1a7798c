"""What `worker` prints when it ends."""

from typing import Any

from rich.console import Console


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print one line."""
    console.print(f"worker {data['worker']}: {data['finished']} tasks on devices were finished")
