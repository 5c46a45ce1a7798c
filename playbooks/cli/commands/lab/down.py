"""`egovnet lab down`: end the virtual network."""

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
def down(workspace: "Workspace", backend: str) -> "AnyOutcome":
    """End the lab and remove what it left."""
    from egovnet.playbooks.verbs.lab import down as lab_down

    return lab_down(workspace, backend)
