"""The report of levels of protection as one self-contained HTML page."""

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.results.level_report import LevelReport
from egovnet.playbooks.results.provenance import Provenance


def level_page(report: LevelReport, network: str, made: Provenance | None = None) -> str:
    """The whole page: what is not met first; `made` is named at its foot."""
    open_entries = [
        (row, entry) for row in report.rows for entry in row.entries if entry.met is not True
    ]
    open_entries.sort(key=lambda one: one[1].met is None)
    return (
        environment()
        .get_template("level_page.html.j2")
        .render(
            report=report,
            made=made,
            title=f"{network}: levels of protection",
            open_entries=open_entries,
            not_met=sum(row.count(met=False) for row in report.rows),
            unknown=sum(row.count(met=None) for row in report.rows),
            met=sum(row.count(met=True) for row in report.rows),
        )
    )
