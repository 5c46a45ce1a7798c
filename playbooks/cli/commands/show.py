"""`egovnet show`: one change of the journal."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import changes
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.detail_options import OF_DIFFERENCES, details
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("change", type=DecimalRange(1), shell_complete=changes)
@verb
@details(*OF_DIFFERENCES)
@without(*SELECTION, *WORK)
def show(workspace: "Workspace", change: int) -> "AnyOutcome":
    """Show one change: diffs and steps."""
    from egovnet.playbooks.verbs.history import show_change

    return show_change(workspace, change)
