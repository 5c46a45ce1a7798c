"""`egovnet lab ssh`: log in to a router."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("node", shell_complete=names_of("hosts"))
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@verb
@without(*SELECTION, *WORK)
def ssh(workspace: "Workspace", node: str, command: tuple[str, ...]) -> "AnyOutcome":
    """Log in to a router of the lab."""
    from egovnet.playbooks.verbs.lab import ssh as lab_ssh

    lab_ssh(workspace, node, command)
    raise AssertionError  # execv does not come back
