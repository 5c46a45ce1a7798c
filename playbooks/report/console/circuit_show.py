"""What `circuit show` prints: all that the register says of one legacy circuit."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.results.legacy_circuits import ShownLegacyCircuit


def print_result(console: Console, shown: ShownLegacyCircuit) -> None:
    """Print the entry."""
    one = shown.circuit
    console.print(Text(f"{one.name}: {one.state} on {shown.day.isoformat()}"), style="bold")
    left = "" if one.days_left is None else f", {one.days_left} days left"
    over = "" if one.days_over is None else f", over for {one.days_over} days"
    for label, value in (
        ("what", one.description),
        ("owner", one.owner),
        ("between", one.between),
        ("capacity", f"{one.capacity} Mbit/s"),
        ("in use since", one.laid_on.isoformat()),
        ("approved", f"by {one.approved_by} on {one.approved_on.isoformat()}"),
        ("reason", one.reason),
        ("valid", f"{one.valid_from.isoformat()} to {one.valid_until.isoformat()}{left}{over}"),
    ):
        if value:
            console.print(Text(f"  {label}: {value}"))
