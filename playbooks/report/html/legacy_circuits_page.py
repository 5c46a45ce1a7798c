"""The register of legacy circuits as one self-contained HTML page."""

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.results.legacy_circuits import LegacyCircuitReport

#: State -> a colour of the pages' style sheet.
_COLOURS = {"expired": "leak", "in force": "quiet", "not yet valid": "hygiene"}


def legacy_circuits_page(report: LegacyCircuitReport) -> str:
    """The whole page."""
    return (
        environment()
        .get_template("legacy_circuits_page.html.j2")
        .render(report=report, title=report.network, colours=_COLOURS)
    )
