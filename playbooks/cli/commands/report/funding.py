"""`egovnet report funding`: who pays for each circuit and device."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for funding.csv, a row for each share, and funding.html.",
)
@verb
@without(*SELECTION, *WORK)
def funding(workspace: "Workspace", report: Path | None) -> "AnyOutcome":
    """Say who pays for each circuit and device, by rule or by decision, with sums by payer."""
    from egovnet.playbooks.verbs.funding_report import report_funding

    outcome = report_funding(workspace)
    if report is None:
        return outcome
    from egovnet.playbooks.cli.report_files import with_files
    from egovnet.playbooks.core.provenance import provenance
    from egovnet.playbooks.report.files.funding_csv import funding_csv
    from egovnet.playbooks.report.html.funding_page import funding_page

    texts = {
        "funding.csv": funding_csv(outcome.result),
        "funding.html": funding_page(outcome.result, provenance(workspace)),
    }
    return with_files(outcome, report, texts)
