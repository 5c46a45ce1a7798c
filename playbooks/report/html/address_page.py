"""The report of addresses as one self-contained HTML page."""

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.report.text.address_words import full_words, pace_words, scope, short
from egovnet.playbooks.results.address_report import AddressReport, AddressRow
from egovnet.playbooks.results.provenance import Provenance


def address_page(report: AddressReport, made: Provenance | None = None) -> str:
    """The whole page; `made` is named at its foot."""
    return (
        environment()
        .get_template("address_page.html.j2")
        .render(
            report=report,
            made=made,
            title=f"{report.network}: addresses and numbers",
            rows=[(row, _level(row), scope(row), full_words(row)) for row in report.rows],
            pace=pace_words(report),
            short=short,
        )
    )


def _level(row: AddressRow) -> str:
    """A colour of the pages' style sheet, by how full it is."""
    return "leak" if row.percent >= 90 else "risk" if row.percent >= 70 else "hygiene"
