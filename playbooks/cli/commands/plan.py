"""`egovnet plan`: the inventory against the devices. Changes nothing."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import (
    canary_option,
    disruptive_option,
    gone_option,
    key_option,
    report_option,
    steps_option,
    waves_option,
    ways,
    zone_change_option,
)
from egovnet.playbooks.cli.detail_options import OF_DIFFERENCES, details
from egovnet.playbooks.cli.next_commands import after_plan
from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Plan file to write.")
@click.option("--keep", is_flag=True, help="Write the numbers that it proposes to plan.lock.yaml.")
@report_option
@waves_option
@canary_option
@steps_option
@zone_change_option
@disruptive_option
@gone_option
@key_option
@verb
@details(*OF_DIFFERENCES)
def plan(
    workspace: "Workspace",
    *,
    output: Path | None,
    keep: bool,
    report: Path | None,
    waves: str,
    canary: str | None,
    steps: bool,
    zone_change: tuple[str, ...],
    disruptive: bool,
    gone: tuple[str, ...],
    key: Path | None,
) -> "AnyOutcome":
    """Diff the inventory against the devices, and prove what would be. Changes nothing."""
    from egovnet.playbooks.change.apply import IN_STEPS, planned, shown
    from egovnet.playbooks.change.approval_gate import asked_by_policy
    from egovnet.playbooks.change.plan import write_plan
    from egovnet.playbooks.change.words import words_from
    from egovnet.playbooks.cli.report_files import write_change_report
    from egovnet.playbooks.core.output_file import Holds, check_output
    from egovnet.playbooks.core.provenance import provenance
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.results.change_report import ChangeReport

    if output is not None:
        check_output(output, Holds.PLAN, what="the plan ")
    workspace.key = key
    progress = make_progress()
    words = words_from(zone_change, disruptive=disruptive, gone=gone)
    made = planned(
        workspace, progress, waves_by=ways(waves), canary=canary, words=words, steps=steps
    )
    made, asked = asked_by_policy(workspace, made)
    lock_written = keep and workspace.on_disk.keep_allocation()
    written: tuple[str, ...] = () if output is None or made.needs else (str(output),)
    if output is not None and written:
        write_plan(made, output)
    proposed = workspace.on_disk.has_new_numbers
    outcome = shown(workspace, progress, made, lock_written=lock_written, lock_proposed=proposed)
    notes = (*outcome.notes, *(one.note for one in asked))
    if output is not None and not written:
        notes = (*notes, f"{output} was not written")
    following = after_plan(
        outcome.result,
        written[0] if written else None,
        in_steps=IN_STEPS in notes,
        rules={one.rule for one in asked},
    )
    if report is not None:
        texts = {name: entry.intended for name, entry in made.devices.items()}
        paper = ChangeReport(outcome.result, provenance(workspace, texts), made.author)
        written += write_change_report(report, paper)
    return replace(outcome, notes=notes, written=written, next=following)
