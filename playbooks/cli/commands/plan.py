"""`egovnet plan`: the inventory against the devices. Changes nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import canary_option, waves_option, ways
from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Plan file to write.")
@click.option("--keep", is_flag=True, help="Write the numbers that it proposes to plan.lock.yaml.")
@waves_option
@canary_option
@verb
def plan(
    workspace: "Workspace", *, output: Path | None, keep: bool, waves: str, canary: str | None
) -> "AnyOutcome":
    """Diff the inventory against the devices, and prove what would be. Changes nothing."""
    from egovnet.playbooks.change.apply import shown
    from egovnet.playbooks.change.plan import make_plan, write_plan
    from egovnet.playbooks.core.output_file import check_output
    from egovnet.playbooks.report.console.progress import make_progress

    if output is not None:
        check_output(output, what="the plan ")
    progress = make_progress()
    made = make_plan(workspace, progress, waves_by=ways(waves), canary=canary)
    lock_written = keep and workspace.on_disk.keep_allocation()
    if output is not None:
        write_plan(made, output)
    proposed = workspace.on_disk.has_new_numbers
    return shown(workspace, progress, made, lock_written=lock_written, lock_proposed=proposed)
