"""`egovnet exchange show`: one exchange."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("name", shell_complete=names_of("exchanges"))
@verb
@without(*SELECTION, *WORK)
def show(workspace: "Workspace", name: str) -> "AnyOutcome":
    """Show the exchange NAME: ends, approval, days, VLANs at the firewalls."""
    from egovnet.playbooks.verbs.exchange import show_exchange

    return show_exchange(workspace, name)
