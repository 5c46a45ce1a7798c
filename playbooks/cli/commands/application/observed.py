"""`egovnet application observed`: flows of customers that no register declares."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--draft",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for draft entries of applications.yaml, which a person goes through.",
)
@verb
def observed(workspace: "Workspace", draft: Path | None) -> "AnyOutcome":
    """Read what PEs recorded of observed VPNs: flows that no register declares."""
    from egovnet.playbooks.core.output_file import Holds, check_output, write_output
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.report.files.draft_entries import draft_entries
    from egovnet.playbooks.verbs.observed_flows import observed_flows

    if draft is not None:
        check_output(draft, Holds.DRAFT, what="the draft ")
    outcome = observed_flows(workspace, make_progress())
    if draft is None:
        return outcome
    write_output(draft, draft_entries(outcome.result.drafts), Holds.DRAFT, what="the draft ")
    return replace(outcome, written=(str(draft),))
