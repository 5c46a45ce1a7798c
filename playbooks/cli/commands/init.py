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
@click.option("--like", type=click.Choice(["reference"]), default="reference", show_default=True)
@verb
@without("inventory", *SELECTION, *WORK)
def init(_context: "Workspace", directory: Path, like: str) -> "AnyOutcome":
    """Write an inventory to start from."""
    from egovnet.playbooks.verbs.init import init as init_playbook

    assert like == "reference"  # noqa: S101 -- the one choice there is; click checked it
    return init_playbook(directory)
