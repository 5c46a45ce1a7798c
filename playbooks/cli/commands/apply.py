"""`egovnet apply`: carry a plan out as one transaction."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.cli.change_options import (
    canary_option,
    converge_option,
    disruptive_option,
    gone_option,
    key_option,
    reason_option,
    steps_option,
    transaction_options,
    unproved_by_option,
    waves_option,
    ways,
    yes_option,
    zone_change_option,
)
from egovnet.playbooks.cli.detail_options import OF_DIFFERENCES, details
from egovnet.playbooks.cli.next_commands import after_apply
from egovnet.playbooks.cli.options import SELECTION, refuse_given, verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@yes_option
@transaction_options
@waves_option
@canary_option
@gone_option
@converge_option
@steps_option
@zone_change_option
@disruptive_option
@unproved_by_option
@reason_option
@key_option
@verb
@details(*OF_DIFFERENCES)
def apply(
    workspace: "Workspace",
    plan_file: Path | None,
    *,
    yes: bool,
    options: Options,
    waves: str,
    canary: str | None,
    gone: tuple[str, ...],
    converge: int,
    steps: bool,
    zone_change: tuple[str, ...],
    disruptive: bool,
    unproved_by: str | None,
    reason: str | None,
    key: Path | None,
) -> "AnyOutcome":
    """Apply a plan file, or plan and apply with --yes. All devices or none."""
    from egovnet.playbooks.change.apply import apply as apply_playbook
    from egovnet.playbooks.change.proof_gate import override_from
    from egovnet.playbooks.change.words import words_from
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.verbs.lab import packetless
    from egovnet.playbooks.verbs.lab_connections import lab_senders
    from egovnet.playbooks.verify.verifying import Verifying

    if plan_file is not None:
        refuse_given(SELECTION, "a plan file has its devices: choose them with egovnet plan")
    workspace.key = key
    outcome = apply_playbook(
        workspace,
        make_progress(),
        plan_file,
        yes=yes,
        options=options,
        waves_by=ways(waves),
        canary=canary,
        verifying=Verifying(converge, lab_senders(workspace), packetless(workspace)),
        steps=steps,
        words=words_from(zone_change, disruptive=disruptive, gone=gone),
        override=override_from(unproved_by, reason),
    )
    return after_apply(outcome, plan_file)
