"""`egovnet translation collect`: read what gateways recorded, and keep it."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@verb
def collect(workspace: "Workspace") -> "AnyOutcome":
    """Read what Internet gateways recorded of translated sources, and keep it in files.

    For a timer: oftener than a gateway holds a record, and before a gateway is changed.
    """
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.verbs.translations import collect_translations

    return collect_translations(workspace, make_progress())
