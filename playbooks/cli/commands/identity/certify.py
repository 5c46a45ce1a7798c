"""`egovnet identity certify`: host certificates renewed, or signed for pinned keys."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--days",
    type=DecimalRange(1, 3650),
    default=365,
    show_default=True,
    help="How long they are valid.",
)
@verb
@without(*WORK)
def certify(workspace: "Workspace", days: int) -> "AnyOutcome":
    """Renew routers' certificates, for IKE too; certify those whose host keys are pinned."""
    from egovnet.playbooks.verbs.identity import certify_routers

    return certify_routers(workspace, days)
