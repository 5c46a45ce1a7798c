"""`egovnet platforms`: what each platform can do."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@verb
@without(*SELECTION, *WORK)
def platforms(workspace: "Workspace") -> "AnyOutcome":
    """List platforms of routers: what each can do, and how many routers of the inventory are."""
    from egovnet.playbooks.verbs.platforms import list_platforms

    return list_platforms(workspace)
