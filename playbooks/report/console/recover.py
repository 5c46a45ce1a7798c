"""What `recover` prints: each unfinished change, its devices, and what was done about it."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text import plan_words as words
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.recovery import RecoveryResult


def print_result(console: Console, result: RecoveryResult) -> None:
    """Print every change; without its devices where only how it ended is asked for."""
    detail = detail_of(console)
    if result.lock is not None:
        console.print(Text(f"wrote {result.lock}, by which the network runs: commit it"))
    elif not result.changes:
        console.print("no change is unfinished")
    for case in result.changes:
        console.print(Text(f"change {case.change} ({case.summary}): {case.result}"), style="bold")
        console.print(Text(f"  {case.direction}: {case.why}"))
        if detail is not Detail.QUIET:
            print_table(
                console,
                ["device", "commit", "seconds left", "ran"],
                (
                    (name, seen.commit, seen.seconds_left or "", seen.runs)
                    for name, seen in sorted(case.devices.items())
                ),
            )
        for why, names in words.causes(sorted(case.left.items())):
            console.print(
                Text(f"  not at its end: {words.listed(names, whole=detail.names_all)}: {why}"),
                style="red",
            )
        console.print(Text(f"  {case.end}"), soft_wrap=True)
