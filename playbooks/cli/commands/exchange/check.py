"""`egovnet exchange check`: what packets say of exchanges."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.detail_options import OF_FINDINGS, details
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("names", nargs=-1, shell_complete=names_of("exchanges"))
@verb
@without(*SELECTION, *WORK)
@details(*OF_FINDINGS)
def check(workspace: "Workspace", names: tuple[str, ...]) -> "AnyOutcome":
    """Try exchanges with packets: what they allow, and what is beside it (default: all)."""
    from egovnet.playbooks.verbs.exchange import check_exchanges
    from egovnet.playbooks.verbs.lab_connections import try_connections

    return check_exchanges(workspace, names, try_connections)
