"""The report of addresses as comma-separated values (RFC 4180), for spreadsheets."""

import csv
import io

from egovnet.playbooks.results.address_report import AddressReport

_COLUMNS = (
    "pool", "region", "tier", "zone", "agency", "range", "size", "in_use", "retired", "free",
    "percent", "per_year", "full_on",
)  # fmt: skip


def address_csv(report: AddressReport) -> str:
    """A line a pool or aggregate, with the keys of the JSON as its heading."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in report.rows:
        writer.writerow({k: "" if v is None else v for k, v in row.to_dict().items()})
    return stream.getvalue()
