"""`egovnet export`: an inventory's routers as other tools' files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(["nornir", "ansible"]))
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
    """Write the routers as files of other tools: FORMAT is nornir (SimpleInventory) or ansible.

    Platform, tier, region and roles are groups in both. No credentials are written.
    """
    from egovnet.playbooks.verbs.export import export as export_playbook

    return export_playbook(workspace, form, output)
