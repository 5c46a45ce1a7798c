"""What `exchange list` prints: a line an exchange."""

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.exchanges import ExchangeList


def print_result(console: Console, found: ExchangeList) -> None:
    """Print the table, or that there is none."""
    if not found.exchanges:
        ending = "" if found.within is None else f" that ends within {found.within} days"
        console.print(f"no exchange{ending}")
        return
    print_table(
        console,
        ["exchange", "state", "between", "service", "level", "until", "days", "approved by"],
        (
            (
                one.name,
                one.state,
                one.between,
                one.service,
                one.level,
                one.valid_until.isoformat(),
                "" if one.days_left is None else one.days_left,
                one.approved_by,
            )
            for one in found.exchanges
        ),
    )
