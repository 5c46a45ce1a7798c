"""What `sheet` prints: a page for a site's own people, to be read, copied from and kept."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import print_hanging, print_to_copy
from egovnet.playbooks.report.text.moments import full_moment
from egovnet.playbooks.report.text.sheet_words import facts, of_access, title
from egovnet.playbooks.results.site_sheet import SiteSheet


def print_result(console: Console, sheet: SiteSheet) -> None:
    """Print the sheet; where it comes from is its last line."""
    console.print(Text(f"{sheet.site}: how it is joined to {sheet.network}"), style="bold")
    for name, words in facts(sheet):
        print_hanging(console, f"  {name:18} ", words)
    for access in sheet.accesses:
        console.print()
        console.print(Text(title(sheet, access)), style="bold")
        for name, words in of_access(access):
            print_hanging(console, f"  {name:18} ", words)
        for vendor, text in access.examples:
            console.print()
            console.print(Text(f"  your router, for example {vendor}:"), style="bold")
            for line in text.splitlines():
                print_to_copy(console, f"    {line}")
    made = sheet.made
    console.print()
    console.print(
        Text(
            f"made {full_moment(made.made)} by {made.author} with egovnet {made.version}; "
            f"inventory {made.short_inventory}"
        )
    )
