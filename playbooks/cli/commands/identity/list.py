"""`egovnet identity list`: the register of certificates."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command("list")
@click.option("--all", "whole", is_flag=True, help="All that was ever signed.")
@verb
@without(*SELECTION, *WORK)
def list(workspace: "Workspace", whole: bool) -> "AnyOutcome":
    """List certificates: whose, for where, until when; and codes that were shown."""
    from egovnet.playbooks.verbs.identity import list_certificates

    return list_certificates(workspace, whole=whole)
