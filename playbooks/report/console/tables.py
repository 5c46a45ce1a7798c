"""Tables, native diffs and waves, as several verbs print them."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.text.plan_words import listed
from egovnet.playbooks.results.plan import PlannedWave
from egovnet.playbooks.results.transaction import WaveResult

#: Columns between two columns.
_GAP = 2
#: Lines of a device's diff that are shown; the rest is counted.
_DIFF_LINES = 400


def print_table(console: Console, columns: list[str], rows: Iterable[Iterable[Any]]) -> None:
    """A table without lines; nothing in a cell is markup, and no word is broken.

    Where the longest words do not fit beside each other, a row is lines of its own.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    widths = column_widths([columns, *cells], console.width)
    if widths is None:
        for row in cells:
            _print_record(console, columns, row)
        return
    _print_row(console, columns, widths, style="bold")
    for row in cells:
        _print_row(console, row, widths)


def _print_row(
    console: Console, row: Sequence[str], widths: Sequence[int], style: str = ""
) -> None:
    """A row's lines: each cell is broken between words, to its column's width."""
    columns = [
        [part.plain.rstrip() for part in Text(cell).wrap(console, max(1, width))]
        for cell, width in zip(row, widths, strict=True)
    ]
    for parts in zip_longest(*columns, fillvalue=""):
        line = "".join(
            part + " " * (width - cell_len(part) + _GAP)
            for part, width in zip(parts, widths, strict=True)
        )
        console.print(Text(line.rstrip(), style=style), soft_wrap=True)


def column_widths(rows: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Widths of columns, gaps not included, in which no word is broken; None: they do not fit.

    Each has its longest word's at least; what is left goes to those that want more.
    """
    columns = list(zip(*rows, strict=True))
    least = [max(_widest(cell.split()) for cell in column) for column in columns]
    most = [max(_widest(cell.splitlines()) for cell in column) for column in columns]
    left = width - _GAP * len(columns) - sum(least)
    if left < 0:
        return None
    widths = list(least)
    wanting = [n for n, want in enumerate(most) if want > widths[n]]
    while wanting and left:
        share = max(1, left // len(wanting))
        for n in list(wanting):
            more = min(share, most[n] - widths[n], left)
            widths[n] += more
            left -= more
            if widths[n] == most[n]:
                wanting.remove(n)
    return widths


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _print_record(console: Console, columns: Sequence[str], row: Sequence[str]) -> None:
    """The first cell on a line, and the others under it with their names."""
    console.print(Text(row[0], style="bold"))
    for column, cell in zip(columns[1:], row[1:], strict=True):
        if cell:
            console.print(Text(f"  {column}: {cell}"))


def print_diff(console: Console, diff: str, *, most: int | None = _DIFF_LINES) -> int:
    """A device's diff, red and green; `most` lines of it, None: all. Returns how many it took."""
    lines = diff.splitlines()
    styles = {"+": "green", "-": "red"}
    shown = lines[:most]
    for line in shown:
        console.print(Text("  " + line, style=styles.get(line[:1], "")), soft_wrap=True)
    if len(lines) > len(shown):
        console.print(Text(f"  ... {len(lines) - len(shown):,} more lines; --full has them all"))
    return len(shown)


def print_waves(console: Console, waves: Sequence[PlannedWave | WaveResult]) -> None:
    """The waves of a push, what came of each, and what the health gate found.

    A plan's waves have not begun: they have no state.
    """
    begun = [wave for wave in waves if isinstance(wave, WaveResult)]
    if not begun:
        print_table(
            console, ["wave", "routers", ""], ((w.name, *_names(console, w)) for w in waves)
        )
        return
    rows = ((wave.name, wave.state, *_names(console, wave)) for wave in begun)
    print_table(console, ["wave", "state", "routers", ""], rows)
    for wave in begun:
        for finding in wave.findings:
            console.print(Text(f"  {wave.name}: {finding}"), style="red")


def _names(console: Console, wave: PlannedWave | WaveResult) -> tuple[str, str]:
    whole = detail_of(console).names_all
    return f"{len(wave.devices):,}", listed(wave.devices, whole=whole)
