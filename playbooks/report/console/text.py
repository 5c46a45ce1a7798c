"""What `lab topology` prints: the file itself."""

from typing import Any

from rich.console import Console


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print the text as it is."""
    console.file.write(data["text"])
