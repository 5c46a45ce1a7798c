"""`egovnet recover`: finish what a dead controller left."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import yes_option
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import SELECTION, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("change", required=False, type=DecimalRange(1))
@yes_option
@click.option(
    "--lock",
    is_flag=True,
    help="Write the lost plan.lock.yaml that the network runs by, as the journal knows it.",
)
@verb
@without(*SELECTION)
def recover(workspace: "Workspace", change: int | None, *, yes: bool, lock: bool) -> "AnyOutcome":
    """Finish what a dead controller left: the whole change forward, or the whole change back."""
    from egovnet.playbooks.change.recover import recover as recover_playbook
    from egovnet.playbooks.report.console.progress import make_progress

    if lock:
        from egovnet.playbooks.core.lost_lock import restore_lock
        from egovnet.playbooks.core.selection import UsageError
        from egovnet.playbooks.results.outcome import Outcome
        from egovnet.playbooks.results.recovery import RecoveryResult

        if change is not None or yes:
            raise UsageError("--lock writes the lock file only: leave out CHANGE and --yes")
        return Outcome("recover", RecoveryResult(lock=restore_lock(workspace)))
    return recover_playbook(workspace, make_progress(), change, yes=yes)
