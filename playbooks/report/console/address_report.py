"""What `report addresses` prints: a line a pool, its aggregates below it."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text.address_words import HEADINGS, cells, pace_words
from egovnet.playbooks.results.address_report import AddressReport


def print_result(console: Console, found: AddressReport) -> None:
    """Print the table, AS numbers of regions, and what the forecast stands on."""
    print_table(console, list(HEADINGS), map(cells, found.rows))
    if found.regions:
        console.print()
        print_table(
            console,
            ["region", "tier", "abbreviation", "AS number"],
            ((r.region, r.tier, r.abbreviation, r.asn) for r in found.regions),
        )
    console.print(Text(pace_words(found)), soft_wrap=True)
