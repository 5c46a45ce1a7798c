"""What `history` prints: a line a change."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text.moments import moment
from egovnet.playbooks.results.history import History, HistoryEntry


def print_result(console: Console, history: History) -> None:
    """Print the table, and faults of the journal."""
    if history.changes:
        print_changes(console, history.changes)
    else:
        console.print("no change yet: egovnet plan shows the first, egovnet apply makes it")
    for fault in history.faults:
        console.print(Text(f"THE JOURNAL WAS ALTERED: {fault}"), style="red")


def print_changes(console: Console, changes: Iterable[HistoryEntry]) -> None:
    """Print the table of changes."""
    print_table(
        console,
        ["change", "when", "who", "what", "state", "ticket", "summary"],
        (
            (
                change.id,
                moment(change.created),
                change.author,
                change.kind + (f" of {change.undoes}" if change.undoes else ""),
                change.state,
                change.ticket or "",
                change.summary,
            )
            for change in changes
        ),
    )
