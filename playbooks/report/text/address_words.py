"""A pool's row in words, as a table, a page and a file of comma-separated values have it."""

from egovnet.playbooks.results.address_report import AddressReport, AddressRow

HEADINGS = ("pool", "for", "range", "taken", "kept", "%", "a year", "full on")
#: From so many on, a number is one that nobody counts.
_MANY = 10_000_000


def cells(row: AddressRow) -> tuple[str, ...]:
    """The cells of a row."""
    return (
        row.pool,
        scope(row),
        row.range,
        f"{short(row.in_use + row.retired)} of {short(row.size)}",
        short(row.retired),
        f"{row.percent}",
        "" if row.per_year is None else f"{row.per_year:g}",
        full_words(row),
    )


def short(number: int) -> str:
    """A number as people read it: those of IPv6 by their size."""
    return f"{number}" if number < _MANY else f"{number:.1e}"


def scope(row: AddressRow) -> str:
    """Region, or tier, zone and agency that it is for."""
    if row.region:
        return row.region
    return " ".join(part for part in (row.zone, row.agency, row.tier) if part)


def full_words(row: AddressRow) -> str:
    """When nothing is left."""
    if row.full_on is not None:
        return row.full_on.isoformat()
    return "" if row.per_year is None else "not in 100 years"


def pace_words(report: AddressReport) -> str:
    """What the forecast stands on."""
    if report.since is None:
        return "forecast: not known; no change was applied yet"
    if all(row.per_year is None for row in report.rows):
        return f"forecast: not known; the journal begins on {report.since.isoformat()}"
    return (
        f"forecast: by {report.samples} applied changes since {report.since.isoformat()}, "
        "a straight line"
    )
