"""`egovnet rollback`: undo one change of the history."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.cli.change_options import (
    disruptive_option,
    key_option,
    reason_option,
    transaction_options,
    unproved_by_option,
    yes_option,
    zone_change_option,
)
from egovnet.playbooks.cli.complete import changes
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.detail_options import OF_DIFFERENCES, details
from egovnet.playbooks.cli.next_commands import after_rollback
from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("change", type=DecimalRange(1), shell_complete=changes)
@yes_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Plan file to write, to be approved: rollback --yes then does what it says.",
)
@transaction_options
@click.option(
    "--write-inventory",
    is_flag=True,
    help="Also give the inventory's files back as they were, where nothing else is in them.",
)
@zone_change_option
@disruptive_option
@unproved_by_option
@reason_option
@key_option
@verb
@details(*OF_DIFFERENCES)
def rollback(
    workspace: "Workspace",
    change: int,
    *,
    yes: bool,
    options: Options,
    write_inventory: bool,
    zone_change: tuple[str, ...],
    disruptive: bool,
    unproved_by: str | None,
    reason: str | None,
    output: Path | None,
    key: Path | None,
) -> "AnyOutcome":
    """Undo CHANGE, also an older one; refused if later changes stand on it."""
    from egovnet.playbooks.change.proof_gate import override_from
    from egovnet.playbooks.change.words import words_from
    from egovnet.playbooks.core.output_file import Holds, check_output
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.rollback.rollback import rollback as rollback_playbook
    from egovnet.playbooks.verbs.lab import packetless
    from egovnet.playbooks.verbs.lab_connections import lab_senders

    workspace.key = key
    if output is not None:
        check_output(output, Holds.PLAN, what="the plan ")
    outcome = rollback_playbook(
        workspace,
        make_progress(),
        change,
        yes=yes,
        options=options,
        words=words_from(zone_change, disruptive=disruptive),
        override=override_from(unproved_by, reason),
        sources=lab_senders(workspace),
        packetless=packetless(workspace),
        write_inventory=write_inventory,
        output=output,
    )
    return after_rollback(outcome)
