"""`egovnet rollout next`: the next wave of a rollout, as a plan."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import canary_option, key_option, waves_option, ways
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.detail_options import OF_DIFFERENCES, details
from egovnet.playbooks.cli.options import verb
from egovnet.playbooks.results.next_command import NextCommand

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command("next")
@click.option(
    "--sites",
    type=DecimalRange(1, 100_000),
    default=20,
    show_default=True,
    help="The most sites that the wave has.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Plan file to write; the sites' new states are written to the inventory with it.",
)
@waves_option
@canary_option
@key_option
@verb
@details(*OF_DIFFERENCES)
def next(
    workspace: "Workspace",
    *,
    sites: int,
    output: Path | None,
    waves: str,
    canary: str | None,
    key: Path | None,
) -> "AnyOutcome":
    """Propose the next wave: what was begun, then planned sites, overdue ones first. Changes
    nothing on a device."""
    from egovnet.playbooks.change.plan import write_plan
    from egovnet.playbooks.core.output_file import Holds, check_output
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.verbs.rollout.next_wave import rollout_next, write_states

    if output is not None:
        check_output(output, Holds.PLAN, what="the plan ")
    workspace.key = key
    proposal = rollout_next(workspace, make_progress(), sites, waves_by=ways(waves), canary=canary)
    outcome, plan = proposal.outcome, proposal.plan
    if plan is None or not plan.pending:
        return outcome
    if output is None:
        command = NextCommand(("rollout", "next", "-o", "wave.plan"), "writes it")
        return replace(outcome, next=(command,))
    if plan.needs or plan.unreachable:
        return replace(outcome, notes=(*outcome.notes, f"{output} was not written"))
    written = write_states(workspace, proposal)
    write_plan(plan, output)
    return replace(
        outcome, written=(*written, str(output)), next=(NextCommand(("apply", str(output))),)
    )
