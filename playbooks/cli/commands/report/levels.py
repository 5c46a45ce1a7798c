"""`egovnet report levels`: what levels of protection ask for, and what there is of it."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@verb
@without(*SELECTION, *WORK)
def levels(workspace: "Workspace") -> "AnyOutcome":
    """Say for each level of GB/T 22239 which rules are met, and by which entries not."""
    from egovnet.playbooks.verbs.level_report import report_levels

    return report_levels(workspace)
