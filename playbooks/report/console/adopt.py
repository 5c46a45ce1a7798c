"""What `adopt` prints: how routers differ from the inventory, the proof, what was recorded."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.proof import print_gate
from egovnet.playbooks.report.console.tables import print_diff
from egovnet.playbooks.report.text import plan_words as words
from egovnet.playbooks.results.adoption import Adoption
from egovnet.playbooks.results.verdict import counted


def print_result(console: Console, adoption: Adoption) -> None:
    """Print it; what was recorded comes last."""
    for one in adoption.differences:
        devices = ", ".join(one.devices)
        said = f"{devices}: {one.added} lines are missing, {one.removed} are not in the inventory"
        console.print(Text(said), style="bold")
        print_diff(console, one.diff)
        console.print()
    for why, names in words.causes(sorted(adoption.failures.items())):
        console.print(Text(f"failed: {words.listed(names)}: {why}"), style="red")
    for line in words.key_lines(adoption.keys):
        console.print(Text(f"key kept: {line} (not managed by egovnet)"))
    print_gate(console, adoption.proof)
    if adoption.known:
        console.print(Text(f"known already: {', '.join(adoption.known)}"))
    counts = (
        f"{counted(len(adoption.devices), 'router')}, {len(adoption.differing)} with differences"
    )
    if adoption.change is not None:
        console.print(Text(f"change {adoption.change}: adopted {counts}"), style="bold")
    else:
        console.print(Text(f"{adoption.result}, nothing was recorded: {counts}"), style="bold")
