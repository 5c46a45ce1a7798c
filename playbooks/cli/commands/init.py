"""`egovnet init`: write an inventory to start from."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--like",
    type=click.Choice(["skeleton", "reference", "complete"]),
    default="skeleton",
    show_default=True,
    help="A small one with a comment at every key; the reference network; or one with every part: "
    "platform, Internet gateways, applications, departments and all access classes.",
)
@verb
@without("inventory", *SELECTION, *WORK)
def init(_context: "Workspace", directory: Path, like: str) -> "AnyOutcome":
    """Write an inventory to start from, with schemas for editors."""
    from egovnet.playbooks.verbs.init import init as init_playbook

    return init_playbook(directory, like)
