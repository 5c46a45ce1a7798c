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
@waves_option
@canary_option
@verb
def plan(
    workspace: "Workspace", output: Path | None, waves: str, canary: str | None
) -> "AnyOutcome":
    """Diff the inventory against the devices, and prove what would be. Changes nothing."""
    from egovnet.playbooks.change.apply import shown
    from egovnet.playbooks.change.plan import make_plan, write_plan
    from egovnet.playbooks.report.console.progress import make_progress

    progress = make_progress()
    made = make_plan(workspace, progress, waves_by=ways(waves), canary=canary)
    lock_written = workspace.on_disk.keep_allocation()
    if output is not None:
        write_plan(made, output)
    return shown(workspace, progress, made, lock_written=lock_written)
