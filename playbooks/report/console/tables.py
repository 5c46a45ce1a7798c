"""Tables, native diffs and waves, as several verbs print them."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from egovnet.playbooks.results.plan import PlannedWave
from egovnet.playbooks.results.transaction import WaveResult

#: Lines of a device's diff that are shown; the rest is counted.
_DIFF_LINES = 400


def print_table(console: Console, columns: list[str], rows: Iterable[Iterable[Any]]) -> None:
    """A table without lines; nothing in a cell is markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console.print(table)


def print_diff(console: Console, diff: str) -> None:
    """A device's diff, red and green."""
    lines = diff.splitlines()
    styles = {"+": "green", "-": "red"}
    for line in lines[:_DIFF_LINES]:
        console.print(Text("  " + line, style=styles.get(line[:1], "")), soft_wrap=True)
    if len(lines) > _DIFF_LINES:
        console.print(Text(f"  ... {len(lines) - _DIFF_LINES} more lines; --json has them all"))


def print_waves(console: Console, waves: Sequence[PlannedWave | WaveResult]) -> None:
    """The waves of a push, what came of each, and what the health gate found.

    A plan's waves have not begun: they have no state.
    """
    begun = [wave for wave in waves if isinstance(wave, WaveResult)]
    if not begun:
        print_table(console, ["wave", "devices"], ((w.name, ", ".join(w.devices)) for w in waves))
        return
    rows = ((wave.name, wave.state, ", ".join(wave.devices)) for wave in begun)
    print_table(console, ["wave", "state", "devices"], rows)
    for wave in begun:
        for finding in wave.findings:
            console.print(Text(f"  {wave.name}: {finding}"), style="red")
