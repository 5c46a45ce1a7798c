"""`egovnet report levels`: what levels of protection ask for, and what there is of it."""

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
    help="Directory for levels.html, to be printed or sent.",
)
@verb
@without(*SELECTION, *WORK)
def levels(workspace: "Workspace", report: Path | None) -> "AnyOutcome":
    """Say for each level of GB/T 22239 which rules are met, and by which entries not."""
    from egovnet.playbooks.verbs.level_report import report_levels

    outcome = report_levels(workspace)
    if report is None:
        return outcome
    from egovnet.playbooks.cli.report_files import with_files
    from egovnet.playbooks.core.provenance import provenance
    from egovnet.playbooks.report.html.level_page import level_page

    network = workspace.network.backbone.name
    page = level_page(outcome.result, network, provenance(workspace))
    return with_files(outcome, report, {"levels.html": page})
