"""What `report funding` prints: sums by payer, sums by currency, and what is not settled."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.funding_report import FundedItem, FundingReport
from egovnet.playbooks.results.verdict import counted

#: Rows of what is not settled; all are in JSON and in the files.
_MOST = 40


def print_result(console: Console, report: FundingReport) -> None:
    """Print it."""
    if report.payers:
        print_table(
            console,
            ["payer", "name", "circuits", "devices", "amount", ""],
            (
                (p.payer, p.name, f"{p.circuits:,}", f"{p.devices:,}", p.amount, p.currency)
                for p in report.payers
            ),
        )
    decided = [item for item in report.items if item.decision is not None]
    if decided:
        console.print()
        _print_items(console, decided)
    if report.unassigned:
        console.print()
        console.print(Text(f"UNASSIGNED: {_many(report.unassigned)}"), style="bold red")
        _print_items(console, report.unassigned)
    for one in report.sums:
        console.print(
            Text(
                f"total {one.total} {one.currency}: {one.assigned} assigned, "
                f"{one.unassigned} unassigned"
            )
        )
    if report.without_amount:
        console.print(Text(f"nobody said what these cost: {_many(report.without_amount)}"))


def _print_items(console: Console, items: Sequence[FundedItem]) -> None:
    print_table(
        console,
        ["", "name", "region", "amount", "paid by", "why"],
        (
            (
                item.kind,
                item.name,
                item.region,
                f"{item.amount} {item.currency}" if item.amount else "",
                ", ".join(f"{share.payer} {share.percent} %" for share in item.shares) or "nobody",
                item.why,
            )
            for item in items[:_MOST]
        ),
    )
    if len(items) > _MOST:
        console.print(Text(f"... and {len(items) - _MOST:,} more: --json has all"))


def _many(items: Sequence[FundedItem]) -> str:
    circuits = sum(item.kind == "circuit" for item in items)
    return f"{counted(circuits, 'circuit')}, {counted(len(items) - circuits, 'device')}"
