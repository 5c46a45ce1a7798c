"""`egovnet recover`: finish what a dead controller left."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import yes_option
from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("change", required=False, type=int)
@yes_option
@verb
def recover(workspace: "Workspace", change: int | None, *, yes: bool) -> "AnyOutcome":
    """Finish what a dead controller left: the whole change forward, or the whole change back."""
    from egovnet.playbooks.change.recover import recover as recover_playbook
    from egovnet.playbooks.report.console.progress import make_progress

    return recover_playbook(workspace, make_progress(), change, yes=yes)
