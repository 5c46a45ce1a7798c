"""Connections between hosts as `verify` and `exchange check` print them: a row for each entry."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.connection_cell import (
    ConnectionCell,
    EntryCells,
    UntriedEntry,
    by_entry,
)


def print_connections(
    console: Console, cells: Iterable[ConnectionCell], untried: Iterable[UntriedEntry]
) -> None:
    """What became of the connections of each entry, and what could not be tried."""
    entries = by_entry(cells)
    if entries and detail_of(console).names_all:
        _print_all(console, entries)
    elif entries:
        print_table(
            console,
            ["register", "entry", "between", "allowed answer", "others silent"],
            (_row(entry) for entry in entries),
        )
    for one in untried:
        line = f"{one.register} {one.name}: {one.family} not tried: {one.why}"
        console.print(Text(line), style="yellow")


def _row(entry: EntryCells) -> tuple[str, ...]:
    counts = (entry.count(expected=expected) for expected in (True, False))
    return (
        entry.register,
        entry.name,
        ", ".join(entry.between),
        *(f"{right} of {whole}" for right, whole in counts),
    )


def _print_all(console: Console, entries: Iterable[EntryCells]) -> None:
    print_table(
        console,
        ["entry", "from", "to", "service", "case", "expected", "seen"],
        (
            (
                cell.name,
                f"{cell.source_vpn} ({cell.source})",
                f"{cell.target_vpn} ({cell.target})",
                f"{cell.service} {cell.family}",
                cell.case,
                "answer" if cell.expected else "silence",
                cell.seen if cell.right else f"{cell.seen}, WRONG",
            )
            for entry in entries
            for cell in entry.cells
        ),
    )
