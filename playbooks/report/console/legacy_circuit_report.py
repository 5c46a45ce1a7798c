"""What `report circuits` prints: a line a legacy circuit, what has ended first."""

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.legacy_circuits import LegacyCircuitReport


def print_result(console: Console, found: LegacyCircuitReport) -> None:
    """Print the table, or that there is none."""
    if not found.circuits:
        soon = "" if found.within is None else f" that has ended or ends within {found.within} days"
        console.print(f"no legacy circuit{soon}")
        return
    print_table(
        console,
        ["circuit", "state", "days", "until", "owner", "between", "Mbit/s", "approved by"],
        (
            (
                one.name,
                one.state,
                one.days,
                one.valid_until.isoformat(),
                one.owner,
                one.between,
                one.capacity,
                one.approved_by,
            )
            for one in found.circuits
        ),
    )
