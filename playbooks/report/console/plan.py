"""What `plan` prints: a summary to approve, what to confirm, the proof, then the differences.

The last line before what to do next says how many routers change.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.proof import print_gate
from egovnet.playbooks.report.console.safe_console import detail_of, print_hanging
from egovnet.playbooks.report.console.tables import print_diff, print_table, print_waves
from egovnet.playbooks.report.text import plan_words as words
from egovnet.playbooks.report.text.folded_diffs import FoldedDiff, folded
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.leaving import GONE
from egovnet.playbooks.results.plan import PlannedDiff, PlanResult
from egovnet.playbooks.results.verdict import counted

#: Lines of one difference, and of all, that are shown where not all are asked for.
_MOST_OF_ONE, _MOST_OF_ALL = 60, 300
#: Columns of the bar that `--stat` draws.
_BAR = 30


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
    detail = detail_of(console)
    _print_first(console, plan)
    if plan.changes or plan.leaving:
        _print_summary(console, plan, whole=detail.names_all)
    moves = words.moves(plan, whole=detail.names_all)
    if moves:
        print_hanging(console, f"{'services':8} ", moves)
    _print_warnings(console, plan, whole=detail.names_all)
    print_gate(console, plan.proof)
    if plan.changes and detail is not Detail.QUIET:
        console.print()
        print_changes_of(console, plan.changes, detail)
        for line in words.key_lines(plan.keys_kept, whole=detail.names_all):
            console.print(Text(f"key kept: {line} (not managed by egovnet)"))
        if len(plan.waves) > 1:
            print_waves(console, plan.waves)
    console.print(f"{words.total(plan)}; plan {plan.hash[:12]}")


def _print_first(console: Console, plan: PlanResult) -> None:
    """What is above all else: what changes zones, and which routers nobody looks at any more."""
    for zone_change in plan.zone_changes:
        console.print(Text(f"ZONE CHANGE: {zone_change.what}"), style="bold red")
    for one in plan.leaving:
        style = "bold red" if one.how == GONE else "yellow"
        console.print(Text(f"LEAVING: {words.leaving(one)}"), style=style)


def _print_summary(console: Console, plan: PlanResult, *, whole: bool) -> None:
    """Who gains and who loses, and what the lines are about: what is approved."""
    summary = plan.summary
    for title, gains in (
        ("routers", summary.routers),
        ("sites", summary.sites),
        ("VPNs", summary.vpns),
    ):
        rows = list(words.gains(gains, whole=whole)) or [("none", "")]
        for number, (word, names) in enumerate(rows):
            style = "bold red" if word == words.LOST else ""
            head = title if number == 0 else ""
            print_hanging(console, f"{head:8} {word:8} ", names, style)
    added, removed = words.lines(plan)
    print_hanging(console, f"{'lines':8} ", f"{added:,} added, {removed:,} removed")
    if summary.kinds:
        print_hanging(console, f"{'about':8} ", words.kinds(plan, whole=whole))


def _print_warnings(console: Console, plan: PlanResult, *, whole: bool) -> None:
    for interrupted in plan.affected.interrupted:
        disruptive = interrupted.klass.disruptive
        style = "bold red" if disruptive else "yellow"
        why, who = words.interruption(interrupted, whole=whole)
        word = "DISRUPTIVE:" if disruptive else "interrupts:"
        console.print(Text(f"{word} {why}"), style=style)
        console.print(Text(f"  {who}"))
    if plan.changes and not plan.affected.interrupted:
        console.print(f"interrupts: {words.nobody(plan)}")
    for line in words.key_lines(plan.keys_removed, whole=whole):
        console.print(Text(f"KEY REMOVED: {line}"), style="red")
    if plan.needs:
        console.print(Text(f"NEEDS CONFIRMATION: {' '.join(plan.needs)}"), style="bold red")
    for why, names in words.causes(sorted(plan.unreachable.items())):
        console.print(Text(f"not planned: {words.listed(names, whole=whole)}: {why}"), style="red")


def print_changes_of(console: Console, changes: Sequence[PlannedDiff], detail: Detail) -> None:
    """Differences as they were asked for; folded where nothing else is."""
    if detail is Detail.STAT:
        print_stat(console, changes)
        return
    whole = detail is Detail.FULL
    folds = tuple(map(FoldedDiff, changes)) if whole else folded(changes)
    left = _MOST_OF_ALL
    for number, fold in enumerate(folds):
        if left <= 0 and not whole:
            rest = sum(len(other.devices) for other in folds[number:])
            console.print(
                Text(f"... and {counted(rest, 'router')} more: --stat has a line each, --full all")
            )
            break
        _head(console, fold, whole=detail.names_all)
        left -= print_diff(
            console, fold.shown.diff, most=None if whole else min(_MOST_OF_ONE, left)
        )
        console.print()


def _head(console: Console, fold: FoldedDiff, *, whole: bool) -> None:
    shown = fold.shown
    names = words.listed(shown.devices, whole=whole)
    console.print(
        Text(f"{names}: {counted(shown.added, 'line')} added, {shown.removed:,} removed"),
        style="bold",
    )
    alike = [name for other in fold.others for name in other.devices]
    if alike:
        console.print(
            Text(f"  the same but for addresses: {words.listed(alike, whole=whole)}"), style="bold"
        )


def print_stat(console: Console, changes: Sequence[PlannedDiff]) -> None:
    """A line a router, with a bar of what comes and goes."""
    most = max((change.added + change.removed for change in changes), default=0) or 1
    rows = []
    for change in changes:
        scale = min(1.0, _BAR / most)
        plus, minus = (
            max(1, round(count * scale)) if count else 0 for count in (change.added, change.removed)
        )
        bar = "+" * plus + "-" * minus
        rows += [(name, f"+{change.added}", f"-{change.removed}", bar) for name in change.devices]
    print_table(console, ["router", "added", "removed", ""], sorted(rows))
