"""Exchanges that hold no more, or not yet, or not much longer; a platform that one failure ends."""

from collections.abc import Iterator
from datetime import timedelta

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network
from egovnet.inventory.today import today
from egovnet.inventory.with_platform import platform_attachments

#: So long before its end an exchange is to be renewed.
NOTICE = timedelta(days=30)
CODES = {
    "exchange-expired": "An exchange whose last day is past: what it allowed is taken away by the "
    "next plan.",
    "exchange-not-yet-valid": "An exchange whose first day is to come.",
    "exchange-ends-soon": f"An exchange ends within {NOTICE.days} days.",
    "one-firewall": "All exchanges go by one firewall: its failure ends them.",
}


def warn(
    network: Network, _allocation: Allocation, report: Report
) -> Iterator[tuple[str, Problem]]:
    """Yield every warning about these."""
    day = network.day or today()
    for name, exchange in network.exchanges.items():
        at, last = (name, "valid-until"), exchange.valid_until
        if last < day:
            remedy = "take it out, or have it approved anew"
            yield "exchange-expired", report("exchanges", at, f"ended on {last}", remedy)
        elif exchange.valid_from > day:
            found = f"begins on {exchange.valid_from}"
            remedy = "nothing to do: a plan of that day lets it pass"
            yield "exchange-not-yet-valid", report("exchanges", (name, "valid-from"), found, remedy)
        elif last < day + NOTICE:
            remedy = f"have it approved anew with {exchange.owner}, or let it end"
            yield "exchange-ends-soon", report("exchanges", at, f"ends on {last}", remedy)
    firewalls = [name for name, _ in platform_attachments(network)]
    if len(firewalls) == 1 and network.exchanges:
        found, remedy = "the only firewall of all exchanges", "add a second one, at another PE"
        yield "one-firewall", report("hosts", (firewalls[0],), found, remedy)
