"""`egovnet allocate site`: prefixes for a site that is to come."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("name")
@click.option(
    "--vpn", required=True, shell_complete=names_of("vpns"), help="VPN it will be joined to."
)
@click.option("--yes", is_flag=True, help="Keep them in plan.lock.yaml; without it, only propose.")
@verb
@without("limit", "tier", *WORK)
def site(workspace: "Workspace", name: str, vpn: str, *, yes: bool) -> "AnyOutcome":
    """Propose prefixes for site NAME, of the pool for its VPN and region."""
    from egovnet.playbooks.verbs.allocate import allocate_site

    return allocate_site(workspace, name, vpn, keep=yes)
