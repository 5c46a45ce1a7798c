"""The report of the extranet's parts as one self-contained HTML page."""

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.results.extranet_report import ExtranetReport
from egovnet.playbooks.results.provenance import Provenance


def extranet_page(report: ExtranetReport, network: str, made: Provenance | None = None) -> str:
    """The whole page; `made` is named at its foot."""
    return (
        environment()
        .get_template("extranet_page.html.j2")
        .render(report=report, made=made, title=f"{network}: parts of the extranet")
    )
