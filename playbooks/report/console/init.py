"""What `init` prints: where the inventory is, and what to do next."""

from typing import Any

from rich.console import Console


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print where, and the next command."""
    console.print(f"wrote {len(data['files'])} files to {data['directory']}")
    console.print(f"next: egovnet validate --inventory {data['directory']}", soft_wrap=True)
