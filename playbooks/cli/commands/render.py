"""`egovnet render`: write the intended configurations."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Directory.")
@verb
@without(*WORK)
def render(workspace: "Workspace", output: Path) -> "AnyOutcome":
    """Write the intended configuration of each device, DIR/<host>.cfg."""
    from egovnet.playbooks.verbs.render import render_files

    return render_files(workspace, output)
