"""What `application observed` prints: undeclared flows, the largest first, and what is drafted."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.observed_flows import ObservedFlows

#: Flows that are shown unless all are asked for.
_SHOWN = 40


def print_result(console: Console, found: ObservedFlows) -> None:
    """Print the table, the rest as numbers, and who did not answer."""
    if not found.vpns:
        console.print("no VPN is observed: set filtering: observed in vpns.yaml")
        return
    shown = found.flows if detail_of(console).names_all else found.flows[:_SHOWN]
    if shown:
        print_table(
            console,
            ["VPN", "from", "to", "service", "packets", "octets", "draft"],
            (
                (
                    flow.vpn,
                    f"{flow.source} ({flow.source_site})",
                    f"{flow.target} ({flow.target_site or 'no site'})",
                    flow.service,
                    flow.packets,
                    flow.octets,
                    flow.not_drafted or "yes",
                )
                for flow in shown
            ),
        )
    if len(found.flows) > len(shown):
        console.print(f"... {len(found.flows) - len(shown):,} more flows; --json has them all")
    console.print(
        f"{len(found.flows)} undeclared flows in {', '.join(found.vpns)}; {found.declared} are "
        f"declared by now, {found.unknown} of no observed VPN; {len(found.drafts)} draft entries"
    )
    for device, why in found.unreachable.items():
        console.print(Text(f"{device}: {why}"), style="yellow")
