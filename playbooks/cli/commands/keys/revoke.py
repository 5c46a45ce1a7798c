"""`egovnet keys revoke`: values that somebody else may know are used no more."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.cli.change_options import converge_option, transaction_options
from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import SELECTION, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("names", nargs=-1, required=True, shell_complete=names_of("keys"))
@click.option("--reason", required=True, help="Why, for keys.yaml.")
@click.option("--yes", is_flag=True, help="Do it; without it, only say which.")
@transaction_options
@converge_option
@verb
@without(*SELECTION)
def revoke(
    workspace: "Workspace",
    names: tuple[str, ...],
    *,
    reason: str,
    yes: bool,
    options: Options,
    converge: int,
) -> "AnyOutcome":
    """Bring another value to all ends of the keys that NAMES, or patterns, are of, at once.

    It waits for nothing, and may interrupt: it says whom, and how many of the packets that are sent
    meanwhile are lost. keys rotate loses none.
    """
    from egovnet.playbooks.verbs.keys.generate import rotate_keys

    if not yes:
        return rotate_keys(workspace, names, keep=False)

    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.verbs.keys.revocation import revoke_keys
    from egovnet.playbooks.verbs.lab import packetless
    from egovnet.playbooks.verbs.lab_connections import lab_senders
    from egovnet.playbooks.verify.verifying import Verifying

    verifying = Verifying(converge, lab_senders(workspace), packetless(workspace))
    return revoke_keys(workspace, make_progress(), names, reason, options, verifying=verifying)
