"""`egovnet rollout status`: what is provisioned and verified, against what was planned."""

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
    help="Directory for rollout.html: a chart by region, and the burn-up.",
)
@verb
@without(*SELECTION, *WORK)
def status(workspace: "Workspace", report: Path | None) -> "AnyOutcome":
    """Say which sites closed changes have provisioned and verification has seen, and by which day
    each was to be in service."""
    from egovnet.playbooks.verbs.rollout.status import rollout_status

    outcome = rollout_status(workspace)
    if report is None:
        return outcome
    from egovnet.playbooks.cli.report_files import with_files
    from egovnet.playbooks.report.html.rollout_page import rollout_page

    return with_files(outcome, report, {"rollout.html": rollout_page(outcome.result)})
