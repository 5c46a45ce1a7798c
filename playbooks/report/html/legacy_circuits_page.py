"""The register of legacy circuits as one self-contained HTML page."""

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.results.legacy_circuits import LegacyCircuitReport
from egovnet.playbooks.results.provenance import Provenance

#: State -> a colour of the pages' style sheet.
_COLOURS = {"expired": "leak", "in force": "quiet", "not yet valid": "hygiene"}


def legacy_circuits_page(report: LegacyCircuitReport, made: Provenance | None = None) -> str:
    """The whole page; `made` is named at its foot."""
    return (
        environment()
        .get_template("legacy_circuits_page.html.j2")
        .render(
            report=report,
            made=made,
            title=f"{report.network}: legacy circuits",
            colours=_COLOURS,
        )
    )
