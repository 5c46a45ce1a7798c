"""`egovnet identity script`: what root runs on routers."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory to write to: ROUTER.sh for each.",
)
@verb
@without(*WORK)
def script(workspace: "Workspace", output: Path) -> "AnyOutcome":
    """Write what root runs on routers: agent, account, certificates, what is revoked, IKE."""
    from egovnet.playbooks.verbs.identity import write_scripts

    return write_scripts(workspace, output)
