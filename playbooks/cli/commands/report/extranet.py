"""`egovnet report extranet`: its parts, and which of them each access joins."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@verb
@without(*SELECTION, *WORK)
def extranet(workspace: "Workspace") -> "AnyOutcome":
    """Say which part of the extranet each VPN is, and what each access joins by its class."""
    from egovnet.playbooks.verbs.extranet_report import report_extranet

    return report_extranet(workspace)
