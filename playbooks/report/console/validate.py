"""What `validate` prints: how much of what the inventory has."""

from rich.console import Console

from egovnet.playbooks.results.inventory_counts import ValidInventory


def print_result(console: Console, valid: ValidInventory) -> None:
    """Print the counts."""
    counts = valid.counts.to_dict()
    if valid.warnings:
        counts["warnings"] = len(valid.warnings)
    console.print(
        f"valid: {valid.inventory}: "
        + ", ".join(f"{number} {name}" for name, number in counts.items())
    )
