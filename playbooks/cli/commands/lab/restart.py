"""`egovnet lab restart`: one router's power cut."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.lab_options import backend_option
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@backend_option
@click.argument("node", shell_complete=names_of("hosts"))
@verb
@without(*SELECTION, *WORK)
def restart(workspace: "Workspace", backend: str, node: str) -> "AnyOutcome":
    """Cut the power of router NODE and boot it again from its own files."""
    from egovnet.playbooks.verbs.lab import restart as lab_restart

    return lab_restart(workspace, backend, node)
