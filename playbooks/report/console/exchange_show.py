"""What `exchange show` prints: all that the register says of one, and where it is."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.exchanges import ShownExchange


def print_result(console: Console, shown: ShownExchange) -> None:
    """Print the entry and its VLANs."""
    one = shown.exchange
    console.print(Text(f"{one.name}: {one.state} on {shown.day.isoformat()}"), style="bold")
    left = "" if one.days_left is None else f", {one.days_left} days left"
    for label, value in (
        ("what", one.description),
        ("from", one.source.words),
        ("to", one.target.words),
        ("opened by", "both ends" if one.opened_by == "both" else one.source.vpn),
        ("service", one.service),
        ("level", str(one.level)),
        ("owner", one.owner),
        ("approved", f"by {one.approved_by} on {one.approved_on.isoformat()}"),
        ("reason", one.reason),
        ("valid", f"{one.valid_from.isoformat()} to {one.valid_until.isoformat()}{left}"),
    ):
        if value:
            console.print(Text(f"  {label}: {value}"))
    if shown.vlans:
        print_table(
            console,
            ["firewall", "VPN", "PE", "port", "VLAN"],
            ((v.firewall, v.vpn, v.pe, v.port, v.vlan) for v in shown.vlans),
        )
