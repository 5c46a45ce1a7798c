"""What `domains` prints: a line a DNS zone, and what is no more."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.domains import DomainList


def print_result(console: Console, found: DomainList) -> None:
    """Print the table."""
    if not found.zones:
        console.print(
            "no VPN has name servers: see name-servers in vpns.yaml and domains in network.yaml"
        )
        return
    print_table(
        console,
        ["zone", "agency", "VPN", "domain", "records", "serial", "file"],
        (
            (
                each.zone,
                each.agency,
                each.vpn,
                each.name,
                each.records,
                "" if each.serial is None else each.serial,
                each.state.value.replace("-", " "),
            )
            for each in found.zones
        ),
    )
    for path in found.stale:
        console.print(Text(f"no zone any more: {path}"), soft_wrap=True)
