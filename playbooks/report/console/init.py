"""What `init` prints: where the inventory is."""

from rich.console import Console

from egovnet.playbooks.results.written_files import NewInventory


def print_result(console: Console, made: NewInventory) -> None:
    """Print where."""
    console.print(f"wrote {len(made.files)} files to {made.directory}")
