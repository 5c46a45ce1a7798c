"""`egovnet application list`: the register."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command("list")
@verb
@without(*SELECTION, *WORK)
def list(workspace: "Workspace") -> "AnyOutcome":
    """List applications, and what each VPN lets in."""
    from egovnet.playbooks.verbs.application import list_applications

    return list_applications(workspace)
