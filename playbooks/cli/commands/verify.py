"""`egovnet verify`: control plane and packets, as they are now."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import settle_option
from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import Outcome


@click.command()
@settle_option
@verb
def verify(workspace: "Workspace", settle: int) -> "Outcome":
    """Check control plane and packets: must-reach and must-not-reach."""
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.verify.verify import verify_outcome

    return verify_outcome(workspace, make_progress(), settle)
