"""What `validate` prints: how much of what the inventory has."""

from rich.console import Console

from egovnet.playbooks.results.inventory_counts import ValidInventory


def print_result(console: Console, valid: ValidInventory) -> None:
    """Print the counts."""
    counts = valid.counts.to_dict()
    if valid.warnings:
        counts["warnings"] = len(valid.warnings)
    shown = (
        _numbered(number, name)
        for name, number in counts.items()
        if number or name not in ("exchanges", "applications", "borders")
    )
    console.print(f"valid: {valid.inventory}: {', '.join(shown)}")
    if (met := valid.compared) is not None:
        both = f"{_numbered(met.borders, 'borders')} and {_numbered(met.vpns, 'vpns')} of both"
        console.print(f"agrees with {met.network}: {both} sides")


def _numbered(number: int, name: str) -> str:
    """Such as "4 routers" and "1 agency"."""
    one = {"agencies": "agency", "accesses": "access"}.get(name, name.removesuffix("s"))
    return f"{number} {one if number == 1 else name}"
