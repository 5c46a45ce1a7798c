"""`egovnet validate`: check an inventory."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@verb
@without(*SELECTION, *WORK)
def validate(workspace: "Workspace") -> "AnyOutcome":
    """Check an inventory: schema, references, policy, numbers."""
    from egovnet.playbooks.verbs.validate import validate as validate_playbook

    return validate_playbook(workspace)
