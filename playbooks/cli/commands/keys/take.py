"""`egovnet keys take`: a key that the neighbour at a border made."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--identity",
    type=click.Path(path_type=Path),
    help="The private key (age or SSH) that it was sealed to; else the one that opens the store.",
)
@verb
@without(*SELECTION, *WORK)
def take(workspace: "Workspace", name: str, file: Path, identity: Path | None) -> "AnyOutcome":
    """Keep the value in FILE, which the neighbour handed over, as key NAME (site/SITE+ACCESS).

    Changes no device: plan and apply it at the same time as the neighbour.
    """
    from egovnet.playbooks.verbs.keys.take import take_key

    return take_key(workspace, name, file, identity)
