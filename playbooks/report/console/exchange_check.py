"""What `exchange check` prints: what packets say of the exchanges in force."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.connections import print_connections
from egovnet.playbooks.results.exchanges import ExchangeCheck


def print_result(console: Console, found: ExchangeCheck) -> None:
    """Print a row for each exchange, and what could not be tried."""
    if not found.in_force:
        console.print(f"no exchange is in force on {found.day.isoformat()}")
        return
    tried = found.tried
    if tried.not_possible:
        console.print(Text(f"no packet was sent: {tried.not_possible}"), style="yellow")
        return
    print_connections(console, tried.cells, tried.untried)
    for host, why in tried.failures.items():
        console.print(Text(f"{host}: nothing was sent: {why}"), style="yellow")
    console.print(f"{len(tried.cells)} connections tried, {len(tried.wrong)} not as declared")
