"""`egovnet lab status`: how the virtual network is."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.lab_options import backend_option
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@backend_option
@verb
@without(*SELECTION, *WORK)
def status(workspace: "Workspace", backend: str) -> "AnyOutcome":
    """Say how the lab is."""
    from egovnet.playbooks.verbs.lab import status as lab_status

    return lab_status(workspace, backend)
