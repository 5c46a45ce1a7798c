"""`egovnet allocate loopback`: a loopback for a router that is to come."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Keep it in plan.lock.yaml; without it, only propose.")
@verb
@without("limit", "tier", *WORK)
def loopback(workspace: "Workspace", name: str, *, yes: bool) -> "AnyOutcome":
    """Propose the loopback that router NAME will have, out of its region's aggregate."""
    from egovnet.playbooks.verbs.allocate import allocate_loopback

    return allocate_loopback(workspace, name, keep=yes)
