"""`egovnet keys hand-over`: a key of a customer's session, sealed to the customer."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command("hand-over")
@click.argument("name", shell_complete=names_of("keys"))
@click.option(
    "--recipient",
    required=True,
    metavar="PUBLIC-KEY",
    help="The customer's age (age1...) or SSH public key, which is of nobody else.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The sealed file.",
)
@verb
@without(*SELECTION, *WORK)
def hand_over(workspace: "Workspace", name: str, recipient: str, output: Path) -> "AnyOutcome":
    """Seal the value of a customer's key NAME (site/SITE+ACCESS) for who runs the router there.

    It is opened with: age --decrypt -i IDENTITY FILE. No other key leaves the store.
    """
    from egovnet.playbooks.verbs.keys.hand_over import hand_over_key

    return hand_over_key(workspace, name, recipient, output)
