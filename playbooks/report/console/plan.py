"""What `plan` prints: the diffs, what is affected, the proof, the waves."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.proof import print_gate
from egovnet.playbooks.report.console.tables import print_diff, print_waves
from egovnet.playbooks.results.plan import PlanResult


def print_result(console: Console, plan: PlanResult) -> None:
    """Print it; also for `apply` and `rollback` without --yes."""
    for change in plan.changes:
        names = ", ".join(change.devices)
        console.print(
            Text(f"{names}: {change.added} lines added, {change.removed} removed"), style="bold"
        )
        print_diff(console, change.diff)
        console.print()
    for name, why in sorted(plan.unreachable.items()):
        console.print(Text(f"unreachable: {name}: {why}"), style="red")
    if plan.changes:
        console.print(Text(f"VPNs affected:  {', '.join(plan.affected.vpns) or 'none'}"))
        console.print(Text(f"sites affected: {', '.join(plan.affected.sites) or 'none'}"))
    for name, lines in sorted(plan.keys_removed.items()):
        for line in lines:
            console.print(Text(f"KEY REMOVED:    {name}: {line}"), style="red")
    for name, lines in sorted(plan.keys_kept.items()):
        for line in lines:
            console.print(Text(f"key kept:       {name}: {line} (not managed by egovnet)"))
    print_gate(console, plan.proof)
    if len(plan.waves) > 1:
        print_waves(console, plan.waves)
    changed = sum(len(change.devices) for change in plan.changes)
    console.print(
        f"{changed} to change, {len(plan.unchanged)} as intended, "
        f"{len(plan.unreachable)} unreachable"
    )
    console.print(f"plan {plan.hash[:12]}")
