"""`egovnet verify`: control plane and packets, as they are now."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import converge_option
from egovnet.playbooks.cli.detail_options import OF_FINDINGS, details
from egovnet.playbooks.cli.next_commands import after_verify
from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@converge_option
@verb
@details(*OF_FINDINGS)
def verify(workspace: "Workspace", converge: int) -> "AnyOutcome":
    """Check control plane and packets: must-reach and must-not-reach."""
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.verbs.lab import packetless
    from egovnet.playbooks.verbs.lab_connections import lab_senders
    from egovnet.playbooks.verbs.verify import verify as verify_playbook

    sources = lab_senders(workspace)
    found = verify_playbook(workspace, make_progress(), converge, sources, packetless(workspace))
    return replace(found, next=after_verify(found.result))
