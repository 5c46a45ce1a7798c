"""Who pays, as CSV (RFC 4180): a row for each share, one without a payer where nobody is known."""

import csv
import io
from collections.abc import Iterator

from egovnet.playbooks.results.funding_report import FundedItem, FundingReport

COLUMNS = (
    "kind",
    "name",
    "region",
    "tier",
    "payer",
    "percent",
    "amount",
    "currency",
    "decision",
    "why",
)
#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def funding_csv(report: FundingReport) -> str:
    """The whole file."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for item in report.items:
        rows.writerows([_cell(value) for value in row] for row in _rows(item))
    return text.getvalue()


def _rows(item: FundedItem) -> Iterator[tuple[object, ...]]:
    place = (item.kind, item.name, item.region, item.tier)
    end = (item.currency, item.decision or "", item.why)
    for share in item.shares:
        yield (*place, share.payer, share.percent, share.amount or "", *end)
    if not item.shares:
        yield (*place, "", "", item.amount or "", *end)


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
