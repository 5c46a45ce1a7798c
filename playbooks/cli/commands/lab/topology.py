"""`egovnet lab topology`: the virtual network as a containerlab file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write all files here.")
@click.option("--provisioned", is_flag=True, help="Startup files hold the intended configuration.")
@click.option(
    "--image",
    default="",
    metavar="NAME",
    help="Image of its nodes, such as that of egovnet lab image (default: lab/Containerfile's).",
)
@verb
@without(*SELECTION, *WORK)
def topology(
    workspace: "Workspace", output: Path | None, provisioned: bool, image: str
) -> "AnyOutcome":
    """Print the lab as a containerlab file."""
    from egovnet.playbooks.verbs.lab import containerlab_files

    return containerlab_files(workspace, output, provisioned=provisioned, image=image)
