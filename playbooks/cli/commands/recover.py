"""`egovnet recover`: finish what a dead controller left, now or whenever one dies."""

from typing import TYPE_CHECKING, NoReturn

import click

from egovnet.playbooks.cli.change_options import yes_option
from egovnet.playbooks.cli.complete import changes
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.detail_options import OF_FINDINGS, details
from egovnet.playbooks.cli.options import SELECTION, verb, without
from egovnet.playbooks.cli.verb_end import VerbEnd
from egovnet.playbooks.results.outcome import Exit

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("change", required=False, type=DecimalRange(1), shell_complete=changes)
@yes_option
@click.option(
    "--lock",
    is_flag=True,
    help="Write the lost plan.lock.yaml that the network runs by, as the journal knows it.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Go on until it is ended, and finish every change whose controller is gone: a service. "
    "No --yes is needed.",
)
@click.option(
    "--every",
    type=DecimalRange(1, 3600),
    default=None,
    metavar="SECONDS",
    help="With --watch: between two looks at the journal.  [default: 5]",
)
@verb
@details(*OF_FINDINGS)
@without(*SELECTION)
def recover(
    workspace: "Workspace",
    change: int | None,
    *,
    yes: bool,
    lock: bool,
    watch: bool,
    every: int | None,
) -> "AnyOutcome":
    """Finish what a dead controller left: the whole change forward, or the whole change back."""
    from egovnet.playbooks.change.recover import recover as recover_playbook
    from egovnet.playbooks.core.selection import UsageError
    from egovnet.playbooks.report.console.progress import make_progress

    if watch:
        if change is not None or lock:
            raise UsageError("--watch is for every change: leave out CHANGE and --lock")
        _watch(workspace, every)
    if every is not None:
        raise UsageError("--every: has a meaning with --watch only; leave it out")
    if lock:
        from egovnet.playbooks.core.lost_lock import restore_lock
        from egovnet.playbooks.results.outcome import Outcome
        from egovnet.playbooks.results.recovery import RecoveryResult

        if change is not None or yes:
            raise UsageError("--lock writes the lock file only: leave out CHANGE and --yes")
        return Outcome("recover", RecoveryResult(lock=restore_lock(workspace)))
    return recover_playbook(workspace, make_progress(), change, yes=yes)


def _watch(workspace: "Workspace", every: int | None) -> NoReturn:
    """Watch until a signal comes. What there is to print is printed as it comes."""
    from functools import partial

    from egovnet.playbooks.change.watch import DEFAULT_EVERY, watch
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.report.console.watch import print_event

    as_json = bool(click.get_current_context().params["as_json"])
    tell = partial(print_event, as_json=as_json)
    watch(workspace, make_progress(), tell, every=every or DEFAULT_EVERY)
    raise VerbEnd(Exit.DONE, acted=True)
