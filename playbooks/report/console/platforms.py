"""What `platforms` prints: a table of what each can do."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.platforms import PlatformList


def print_result(console: Console, found: PlatformList) -> None:
    """Print a column a platform, and what one lacks, and why."""
    listed = found.platforms
    rows = [("routers of the inventory", *(str(one.routers) for one in listed))]
    columns = [dict(one.abilities) for one in listed]
    rows += [(what, *(column[what] for column in columns)) for what in columns[0]]
    print_table(console, ["platform", *(one.name for one in listed)], rows)
    for one in listed:
        for option, why in one.borders_lack.items():
            console.print(Text(f"{one.name}: no option {option}: {why}"))
