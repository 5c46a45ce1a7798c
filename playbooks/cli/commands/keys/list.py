"""`egovnet keys list`: every key, and how it is today."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command("list")
@verb
@without(*SELECTION, *WORK)
def list(workspace: "Workspace") -> "AnyOutcome":
    """List the keys that the policy asks for: who has each, since when, until when."""
    from egovnet.playbooks.verbs.keys.listing import list_keys

    return list_keys(workspace)
