"""`egovnet schema`: JSON Schemas of an inventory's files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write them (default: .schemas in the inventory).",
)
@click.option(
    "--yes",
    is_flag=True,
    help="Give each file of the inventory the first line by which editors find its schema.",
)
@verb
@without(*SELECTION, *WORK)
def schema(workspace: "Workspace", output: Path | None, yes: bool) -> "AnyOutcome":
    """Write JSON Schemas, with which editors complete and check an inventory's files."""
    from egovnet.playbooks.verbs.schema import schema as schema_playbook

    return schema_playbook(workspace, output, lines=yes)
