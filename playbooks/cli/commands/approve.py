"""`egovnet approve`: sign a plan, so that it may be applied."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import key_option
from egovnet.playbooks.cli.detail_options import OF_FINDINGS, details
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without
from egovnet.playbooks.results.next_command import NextCommand

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@key_option
@click.option(
    "--unproved",
    metavar="REASON",
    help="Agree also that it is pushed with --unproved-by, though it is not proved, and why.",
)
@verb
@without(*SELECTION, *WORK)
@details(*OF_FINDINGS)
def approve(
    workspace: "Workspace", plan_file: Path, *, key: Path | None, unproved: str | None
) -> "AnyOutcome":
    """Sign PLAN's hash with your SSH key; the approval stands in the journal."""
    from dataclasses import replace

    from egovnet.playbooks.verbs.approve import approve as approve_playbook

    workspace.key = key
    outcome = approve_playbook(workspace, plan_file, unproved)
    if not outcome.result.standing.covered:
        return outcome
    return replace(outcome, next=(NextCommand(("apply", str(plan_file)), "it is covered"),))
