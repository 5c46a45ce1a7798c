"""`egovnet report extranet`: its parts, and which of them each access joins."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for extranet.html, to be printed or sent.",
)
@verb
@without(*SELECTION, *WORK)
def extranet(workspace: "Workspace", report: Path | None) -> "AnyOutcome":
    """Say which part of the extranet each VPN is, and what each access joins by its class."""
    from egovnet.playbooks.verbs.extranet_report import report_extranet

    outcome = report_extranet(workspace)
    if report is None:
        return outcome
    from egovnet.playbooks.cli.report_files import with_files
    from egovnet.playbooks.core.provenance import provenance
    from egovnet.playbooks.report.html.extranet_page import extranet_page

    network = workspace.network.backbone.name
    page = extranet_page(outcome.result, network, provenance(workspace))
    return with_files(outcome, report, {"extranet.html": page})
