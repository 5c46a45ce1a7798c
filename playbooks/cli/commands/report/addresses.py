"""`egovnet report addresses`: how full pools and aggregates are, and until when they last."""

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
    help="Directory for addresses.html and addresses.csv.",
)
@verb
@without(*SELECTION, *WORK)
def addresses(workspace: "Workspace", report: Path | None) -> "AnyOutcome":
    """Say how full each pool and each region's aggregate is, and when it will be exhausted."""
    from egovnet.playbooks.verbs.address_report import report_addresses

    outcome = report_addresses(workspace)
    if report is None:
        return outcome
    from egovnet.playbooks.cli.report_files import with_files
    from egovnet.playbooks.core.provenance import provenance
    from egovnet.playbooks.report.files.address_csv import address_csv
    from egovnet.playbooks.report.html.address_page import address_page

    texts = {
        "addresses.html": address_page(outcome.result, provenance(workspace)),
        "addresses.csv": address_csv(outcome.result),
    }
    return with_files(outcome, report, texts)
