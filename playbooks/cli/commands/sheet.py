"""`egovnet sheet`: the hand-over of a site to its own people."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.lazy_choice import LazyChoice
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


def _vendors() -> list[str]:
    from egovnet.templates.customer_routers.examples import vendors

    return list(vendors())


@click.command()
@click.argument("site", shell_complete=names_of("sites"))
@click.option(
    "--router",
    multiple=True,
    type=LazyChoice(_vendors),
    help="Vendor of their router; may be repeated; all of them where it is left out.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for SITE.html, to be printed or sent.",
)
@verb
@without(*SELECTION, *WORK)
def sheet(
    workspace: "Workspace", site: str, router: tuple[str, ...], report: Path | None
) -> "AnyOutcome":
    """Print what the people of SITE need: addresses, VLAN, AS, prefixes, what their router says."""
    from egovnet.playbooks.verbs.sheet import sheet as sheet_playbook

    outcome = sheet_playbook(workspace, site, router)
    if report is None:
        return outcome
    from egovnet.playbooks.cli.report_files import with_files
    from egovnet.playbooks.report.html.sheet_page import sheet_page

    return with_files(outcome, report, {f"{site}.html": sheet_page(outcome.result)})
