"""`egovnet application show`: one application."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("name", shell_complete=names_of("applications"))
@verb
@without(*SELECTION, *WORK)
def show(workspace: "Workspace", name: str) -> "AnyOutcome":
    """Show the application NAME: servers, users, and what its VPN lets in."""
    from egovnet.playbooks.verbs.application import show_application

    return show_application(workspace, name)
