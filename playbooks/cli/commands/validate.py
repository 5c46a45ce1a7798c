"""`egovnet validate`: check an inventory."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.detail_options import OF_FINDINGS, details
from egovnet.playbooks.cli.next_commands import after_validate
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--with",
    "neighbor",
    type=click.Path(path_type=Path),
    help="The inventory of a neighbour: compare both sides of the borders with it.",
)
@verb
@details(*OF_FINDINGS)
@without(*SELECTION, *WORK)
def validate(workspace: "Workspace", neighbor: Path | None) -> "AnyOutcome":
    """Check an inventory: schema, references, policy, numbers."""
    from egovnet.playbooks.verbs.validate import validate as validate_playbook

    return replace(validate_playbook(workspace, neighbor), next=after_validate())
