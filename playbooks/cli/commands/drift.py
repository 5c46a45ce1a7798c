"""`egovnet drift`: what runs against what is intended."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import verb
from egovnet.playbooks.drift.defaults import READ_TIMEOUT

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import Outcome


@click.command()
@click.option(
    "--remediate",
    multiple=True,
    metavar="CLASS",
    help="Put back what differs of this class: leak, service or policy; may be repeated.",
)
@click.option(
    "--share",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Most of the network's routers that a night may change (default: as drift.yaml says).",
)
@click.option(
    "--timeout",
    type=click.IntRange(5, 3600),
    default=READ_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long a device may take to be read before it is given up.",
)
@click.option(
    "--whole",
    is_flag=True,
    help="Let every device send everything, also those that would say what they said before.",
)
@click.option("--ticket", metavar="ID", help="Kept with what is put back.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for drift.html, .json, .xml (JUnit), .md and .prom.",
)
@verb
def drift(
    workspace: "Workspace",
    *,
    remediate: tuple[str, ...],
    share: int | None,
    timeout: int,
    whole: bool,
    ticket: str | None,
    report: Path | None,
) -> "Outcome":
    """Read the network by night: what runs against what is meant. Changes nothing by itself."""
    from egovnet.playbooks.drift.job import drift as drift_playbook
    from egovnet.playbooks.report.console.progress import make_progress

    return drift_playbook(
        workspace,
        make_progress(),
        remediate=remediate,
        share=share,
        timeout=timeout,
        whole=whole,
        ticket=ticket,
        report=report,
    )
