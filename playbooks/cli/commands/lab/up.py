"""`egovnet lab up`: boot the virtual network."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.lab.defaults import BOOT_SECONDS
from egovnet.playbooks.cli.lab_options import backend_option
from egovnet.playbooks.cli.next_commands import after_lab_up
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@backend_option
@click.option("--provisioned", is_flag=True, help="Boot into the intended configuration.")
@click.option("--reconfigure", is_flag=True, help="Replace a lab of another topology.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=BOOT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long a boot may take; a busy machine needs more.",
)
@click.option(
    "--image",
    default="",
    metavar="NAME",
    help="Image of its containers, such as that of egovnet lab image; with --backend containerlab.",
)
@click.option(
    "--with",
    "neighbor",
    type=click.Path(path_type=Path),
    help="The inventory of a neighbour: boot its network too, joined at the borders.",
)
@verb
@without(*SELECTION, *WORK)
def up(
    workspace: "Workspace",
    *,
    backend: str,
    provisioned: bool,
    reconfigure: bool,
    timeout: float,
    image: str,
    neighbor: Path | None,
) -> "AnyOutcome":
    """Boot the lab; routers have a day-0 configuration (management and SSH only)."""
    from egovnet.playbooks.report.console.progress import print_line
    from egovnet.playbooks.verbs.lab import LabOptions
    from egovnet.playbooks.verbs.lab import up as lab_up

    options = LabOptions(backend, provisioned, reconfigure, timeout, image, neighbor)
    outcome = lab_up(workspace, options, print_line)
    return replace(outcome, next=after_lab_up(provisioned=provisioned))
