"""`egovnet exchange list`: the register, as it is today."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command("list")
@click.option(
    "--days",
    type=DecimalRange(0, 36500),
    help="Only those in force that end within so many days.",
)
@verb
@without(*SELECTION, *WORK)
def list(workspace: "Workspace", days: int | None) -> "AnyOutcome":
    """List exchanges: in force, not yet valid, expired."""
    from egovnet.playbooks.verbs.exchange import list_exchanges

    return list_exchanges(workspace, days)
