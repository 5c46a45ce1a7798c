"""`egovnet history`: every change in the journal."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@verb
def history(workspace: "Workspace") -> "AnyOutcome":
    """List every change in the journal."""
    from egovnet.playbooks.verbs.history import history as history_playbook

    return history_playbook(workspace)
