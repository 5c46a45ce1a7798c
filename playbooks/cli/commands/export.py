"""`egovnet export`: an inventory's routers as other tools' files, and what its policy comes to."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument(
    "form", metavar="FORMAT", type=click.Choice(["nornir", "ansible", "codeowners", "approvals"])
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory to write to.",
)
@verb
@without(*SELECTION, *WORK)
def export(workspace: "Workspace", form: str, output: Path) -> "AnyOutcome":
    """Write files of other tools: the routers (FORMAT nornir or ansible), or of the policy who
    reviews which file (codeowners), and all that people signed (approvals).

    Platform, tier, region and roles are groups in the first two. No credentials are written.
    """
    from egovnet.playbooks.verbs.export import export as export_playbook

    return export_playbook(workspace, form, output)
