"""What `apply` prints when it pushed or refused: the result, each device that failed, the proof."""

from typing import Any

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console import verify
from egovnet.playbooks.report.console.inventory_edits import print_inventory_edits
from egovnet.playbooks.report.console.proof import print_gate
from egovnet.playbooks.report.console.tables import print_waves


def print_result(console: Console, data: dict[str, Any]) -> None:
    """Print the transaction."""
    change = f"change {data['change']}: " if data["change"] else ""
    stage = f" in stage {data['failed_stage']}" if data["failed_stage"] else ""
    console.print(Text(f"{change}{data['result']}{stage}"), style="bold")
    for name, why in data["failures"].items():
        console.print(Text(f"  failed: {name}: {why}"), style="red")
    for name, why in data["not_undone"].items():
        console.print(Text(f"  not undone: {name}: {why}"), style="red")
    for name, why in data["left_out"].items():
        console.print(Text(f"  left out, as it was: {name}: {why}"), style="yellow")
    print_gate(console, data["proof"])
    if data["devices"]:
        console.print(Text(f"devices: {', '.join(data['devices'])}"))
    if len(data["waves"]) > 1:
        print_waves(console, data["waves"])
    if data["remaining"]:
        console.print(Text(f"still to do, with the same plan: {', '.join(data['remaining'])}"))
    if data["verification"]:
        verify.print_result(console, data["verification"])
    print_inventory_edits(console, data)
