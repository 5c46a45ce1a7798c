"""`egovnet lab image`: the routers of the virtual network as an image for containers."""

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
    type=click.Path(path_type=Path, dir_okay=False),
    help="Archive that it is written to (default: one that is kept beside the appliance).",
)
@verb
@without("inventory", *SELECTION, *WORK)
def image(_workspace: "Workspace", output: Path | None) -> "AnyOutcome":
    """Write an image for containers, of what the lab's own machine boots.

    No container engine is needed to make it: `docker load -i FILE` and `podman load -i FILE` take
    it.
    """
    from egovnet.playbooks.report.console.progress import print_line
    from egovnet.playbooks.verbs.lab_image import lab_image

    return lab_image(output, print_line)
