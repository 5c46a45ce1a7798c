"""`egovnet show`: one change of the journal."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import report_option
from egovnet.playbooks.cli.complete import changes
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.detail_options import OF_DIFFERENCES, details
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("change", type=DecimalRange(1), shell_complete=changes)
@report_option
@verb
@details(*OF_DIFFERENCES)
@without(*SELECTION, *WORK)
def show(workspace: "Workspace", change: int, report: Path | None) -> "AnyOutcome":
    """Show one change: diffs and steps."""
    from egovnet.playbooks.verbs.history import show_change

    outcome = show_change(workspace, change)
    if report is None:
        return outcome
    from egovnet.playbooks.cli.report_files import write_change_report
    from egovnet.playbooks.verbs.change_report import change_report

    written = write_change_report(report, change_report(workspace, outcome.result))
    return replace(outcome, written=written)
