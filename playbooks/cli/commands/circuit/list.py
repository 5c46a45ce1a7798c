"""`egovnet circuit list`: the register of legacy circuits, as it is today."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command("list")
@click.option(
    "--days",
    type=DecimalRange(0, 36500),
    help="Only those that have ended, or end within so many days.",
)
@verb
@without(*SELECTION, *WORK)
def list(workspace: "Workspace", days: int | None) -> "AnyOutcome":
    """List legacy circuits: who has each, where it ends, until when it may stay, who approved."""
    from egovnet.playbooks.verbs.legacy_circuits import report_legacy_circuits

    return report_legacy_circuits(workspace, days)
