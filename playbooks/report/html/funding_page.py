"""Who pays for circuits and devices as one self-contained HTML page.

Of bounded size: what is left out is counted, and is in funding.csv.
"""

from decimal import Decimal

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.results.funding_report import FundingReport
from egovnet.playbooks.results.provenance import Provenance

#: Rows of each table.
MOST_PAYERS, MOST_ITEMS = 400, 500


def funding_page(report: FundingReport, made: Provenance | None = None) -> str:
    """The whole page; `made` is named at its foot."""
    totals = {one.currency: Decimal(one.total) for one in report.sums}
    payers = [
        (payer, _percent(Decimal(payer.amount), totals.get(payer.currency, Decimal(0))))
        for payer in report.payers[:MOST_PAYERS]
    ]
    # what nobody pays first, then what a decision says
    items = sorted(report.items, key=lambda item: (not item.unassigned, item.decision is None))
    return (
        environment()
        .get_template("funding_page.html.j2")
        .render(
            report=report,
            made=made,
            title=f"{report.network}: who pays",
            payers=payers,
            payers_left=max(0, len(report.payers) - MOST_PAYERS),
            items=items[:MOST_ITEMS],
            items_left=max(0, len(items) - MOST_ITEMS),
        )
    )


def _percent(part: Decimal, whole: Decimal) -> str:
    """Width of a bar, in percent of a whole."""
    return f"{100 * part / whole:.1f}" if whole else "0.0"
