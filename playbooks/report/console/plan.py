"""What `plan` prints: the diffs, what is affected, the proof, the waves."""

from typing import Any

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.inventory_edits import print_inventory_edits
from egovnet.playbooks.report.console.proof import print_gate
from egovnet.playbooks.report.console.tables import print_diff, print_waves


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print it; also for `apply` and `rollback` without --yes."""
    for change in data["changes"]:
        names = ", ".join(change["devices"])
        console.print(
            Text(f"{names}: {change['added']} lines added, {change['removed']} removed"),
            style="bold",
        )
        print_diff(console, change["diff"])
        console.print()
    for name, why in data["unreachable"].items():
        console.print(Text(f"unreachable: {name}: {why}"), style="red")
    affected = data["affected"]
    if data["changes"]:
        console.print(Text(f"VPNs affected:  {', '.join(affected['vpns']) or 'none'}"))
        console.print(Text(f"sites affected: {', '.join(affected['sites']) or 'none'}"))
    print_gate(console, data["proof"])
    if len(data["waves"]) > 1:
        print_waves(console, data["waves"])
    changed = sum(len(change["devices"]) for change in data["changes"])
    console.print(
        f"{changed} to change, {len(data['unchanged'])} as intended, "
        f"{len(data['unreachable'])} unreachable"
    )
    console.print(f"plan {data['hash'][:12]}")
    print_inventory_edits(console, data)
