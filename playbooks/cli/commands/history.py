"""`egovnet history`: every change in the journal."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--check",
    is_flag=True,
    help="Compare the journal with its archive: a chain made anew, or an end cut off (exit 4).",
)
@verb
@without(*SELECTION, *WORK)
def history(workspace: "Workspace", *, check: bool) -> "AnyOutcome":
    """List every change in the journal."""
    from egovnet.playbooks.verbs.history import history as history_playbook

    return history_playbook(workspace, check=check)
