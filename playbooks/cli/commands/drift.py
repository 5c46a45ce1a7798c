"""`egovnet drift`: the running network against the intended one."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import key_option
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.detail_options import OF_FINDINGS, details
from egovnet.playbooks.cli.next_commands import after_drift
from egovnet.playbooks.cli.options import verb
from egovnet.playbooks.cli.words_of_people import WordsOfPeople
from egovnet.playbooks.drift.defaults import READ_TIMEOUT

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--remediate",
    multiple=True,
    metavar="CLASS",
    help="Restore what differs of this class: leak, service or policy; may be repeated.",
)
@click.option(
    "--share",
    type=DecimalRange(0, 100),
    metavar="PERCENT",
    help="Most of the network's routers that a run may change (default: what drift.yaml says).",
)
@click.option(
    "--timeout",
    type=DecimalRange(5, 3600),
    default=READ_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long a device may take to be read before it is given up.",
)
@click.option(
    "--whole",
    is_flag=True,
    help="Let every device send everything, also those that are unchanged since the last run.",
)
@click.option("--ticket", type=WordsOfPeople(), metavar="ID", help="Kept with what is restored.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for drift.html, .json, .xml (JUnit), .md and .prom.",
)
@key_option
@verb
@details(*OF_FINDINGS)
def drift(
    workspace: "Workspace",
    *,
    remediate: tuple[str, ...],
    share: int | None,
    timeout: int,
    whole: bool,
    ticket: str | None,
    report: Path | None,
    key: Path | None,
) -> "AnyOutcome":
    """Compare the running network with the intended one. Changes nothing by itself."""
    from egovnet.playbooks.drift.job import drift as drift_playbook
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.results.outcome import Outcome
    from egovnet.playbooks.results.without_secrets import without_secrets

    workspace.key = key
    result = drift_playbook(
        workspace,
        make_progress(),
        remediate=remediate,
        share=share,
        timeout=timeout,
        whole=whole,
        ticket=ticket,
    )
    result = without_secrets(result)
    notes = result.policy_notes
    paths: tuple[str, ...] = ()
    if report is not None:
        from egovnet.playbooks.cli.report_files import write_files
        from egovnet.playbooks.report.files.drift_files import drift_files

        written = write_files(report, drift_files(result))
        paths = tuple(map(str, written))
    return Outcome("drift", result, result.exit, notes, written=paths, next=after_drift(result))
