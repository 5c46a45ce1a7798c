"""What `plan` prints: the diffs, what is affected, the proof, the waves."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.proof import print_gate
from egovnet.playbooks.report.console.tables import print_diff, print_waves
from egovnet.playbooks.results.affected import Affected, Interruption
from egovnet.playbooks.results.leaving import DRAINED, EMPTIED, GONE, LeavingRouter
from egovnet.playbooks.results.plan import PlanResult

_HOW = {
    DRAINED: "is drained and emptied by this plan, and may leave the inventory then",
    EMPTIED: "was emptied, and leaves the network: nobody looks at it any more",
    GONE: "is said not to exist any more: what it runs is left as it is",
}


def print_result(console: Console, plan: PlanResult) -> None:
    """Print it; also for `apply` and `rollback` without --yes."""
    steps = (plan, *plan.then)
    for number, step in enumerate(steps, start=1):
        if len(steps) > 1:
            console.print(Text(f"step {number} of {len(steps)}"), style="bold")
        _print_step(console, step)
        if step.lacking:
            console.print(Text(f"away until the next step: {', '.join(step.lacking)}"))
        if number < len(steps):
            console.print()


def _print_step(console: Console, plan: PlanResult) -> None:
    print_leaving(console, plan.leaving)
    for zone_change in plan.zone_changes:
        console.print(Text(f"ZONE CHANGE: {zone_change.what}"), style="bold red")
    print_interruptions(console, plan.affected)
    if plan.needs:
        console.print(Text(f"NEEDS A WORD: {' '.join(plan.needs)}"), style="bold red")
    if plan.zone_changes or plan.needs:
        console.print()
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


def print_leaving(console: Console, leaving: Sequence[LeavingRouter]) -> None:
    """Routers on their way out, and who was joined to them."""
    for one in leaving:
        sites = f"; sites that were joined to it: {', '.join(one.sites)}" if one.sites else ""
        style = "bold red" if one.how == GONE else "yellow"
        console.print(
            Text(f"LEAVING: {one.router}: {_HOW.get(one.how, one.how)}{sites}"), style=style
        )
    if leaving:
        console.print()


def print_interruptions(console: Console, affected: Affected) -> None:
    """Who loses routes for a moment, why and for about how long; what is disruptive first."""
    for one in affected.interrupted:
        disruptive = one.klass.disruptive
        word = "DISRUPTIVE:" if disruptive else "interrupts:"
        where = f" ({', '.join(one.devices)})" if one.devices else ""
        console.print(
            Text(f"{word} {one.klass.what}{where}"), style="bold red" if disruptive else "yellow"
        )
        console.print(Text(f"  {_lost(one)}"))
    if affected.interrupted:
        console.print()


def _lost(one: Interruption) -> str:
    if not one.sites:
        return "no site's way leads there; what stands by for a failure is gone meanwhile"
    vpns = f"{len(one.vpns)} VPNs" if len(one.vpns) > 1 else f"VPN {one.vpns[0]}"
    sites = f"{len(one.sites)} sites" if len(one.sites) > 1 else "1 site"
    return f"{sites} of {vpns}, {_seconds(one.seconds)}: {', '.join(one.sites)}"


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "for how long was not measured"
    return f"about {seconds:g} s" if seconds else "no packet lost when it was measured"
