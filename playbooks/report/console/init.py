"""What `init` prints: where the inventory is, and what to do next."""

from rich.console import Console

from egovnet.playbooks.results.written_files import NewInventory


def print_result(console: Console, made: NewInventory) -> None:
    """Print where, and the next command."""
    console.print(f"wrote {len(made.files)} files to {made.directory}")
    console.print(f"next: egovnet validate --inventory {made.directory}", soft_wrap=True)
