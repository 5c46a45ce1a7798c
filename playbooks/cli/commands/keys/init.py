"""`egovnet keys init`: a sealed store for the inventory's keys."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="PUBLIC-KEY",
    help="Who else can open it: an age (age1...) or SSH public key; may be repeated.",
)
@verb
@without(*SELECTION, *WORK)
def init(workspace: "Workspace", recipients: tuple[str, ...]) -> "AnyOutcome":
    """Begin a store beside the inventory, sealed to age recipients, and a private key that opens
    it, where there is none."""
    from egovnet.playbooks.verbs.keys.init import init_keys

    return init_keys(workspace, recipients)
