"""`egovnet report circuits`: legacy circuits, until when each may stay, and who approved it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--days",
    type=DecimalRange(0, 36500),
    help="Only those that have ended, or end within so many days.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for legacy-circuits.html, to be printed or sent.",
)
@verb
@without(*SELECTION, *WORK)
def circuits(workspace: "Workspace", days: int | None, report: Path | None) -> "AnyOutcome":
    """List legacy circuits: who has each, where it ends, until when it may stay, who approved."""
    from egovnet.playbooks.verbs.legacy_circuits import report_legacy_circuits

    outcome = report_legacy_circuits(workspace, days)
    if report is None:
        return outcome
    from egovnet.playbooks.cli.report_files import with_files
    from egovnet.playbooks.core.provenance import provenance
    from egovnet.playbooks.report.html.legacy_circuits_page import legacy_circuits_page

    page = legacy_circuits_page(outcome.result, provenance(workspace))
    return with_files(outcome, report, {"legacy-circuits.html": page})
