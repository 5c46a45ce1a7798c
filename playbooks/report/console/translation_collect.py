"""What `translation collect` prints: for each gateway how much it recorded, and what is new."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.translations import CollectedTranslations


def print_result(console: Console, found: CollectedTranslations) -> None:
    """Print the table, where it is kept, and who did not answer."""
    if found.gateways:
        print_table(
            console,
            ["gateway", "records", "new"],
            ((one.gateway, one.records, one.new) for one in found.gateways),
        )
        console.print(Text(f"kept in {found.directory}"))
    if found.removed:
        console.print(Text(f"removed, as old: {', '.join(found.removed)}"))
    for device, why in found.unreachable.items():
        console.print(Text(f"{device}: {why}"), style="yellow")
