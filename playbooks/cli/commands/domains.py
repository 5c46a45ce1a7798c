"""`egovnet domains`: DNS zones, forward and reverse, and files for the servers that have them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for zone files and nsd.conf, a folder a VPN; keep it under version control: "
    "serials go on from what is there.",
)
@verb
@without(*SELECTION, *WORK)
def domains(workspace: "Workspace", output: Path | None) -> "AnyOutcome":
    """List the DNS zones that each VPN's name servers have, or write them.

    A zone's serial moves only when what it says does.
    """
    from egovnet.playbooks.verbs.domains import list_domains, write_domains

    return list_domains(workspace) if output is None else write_domains(workspace, output)
