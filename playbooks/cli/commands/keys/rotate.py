"""`egovnet keys rotate`: other values for keys in use."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.cli.change_options import (
    converge_option,
    disruptive_option,
    transaction_options,
)
from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.lazy_choice import LazyChoice
from egovnet.playbooks.cli.options import SELECTION, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


def _scopes() -> list[str]:
    from egovnet.playbooks.verbs.keys.rotation import SCOPES

    return list(SCOPES)


@click.command()
@click.argument("names", nargs=-1, shell_complete=names_of("keys"))
@click.option(
    "--scope",
    type=LazyChoice(_scopes),
    help="All keys of a protocol.",
)
@click.option("--yes", is_flag=True, help="Make and seal them; without it, only say which.")
@click.option(
    "--apply",
    "push",
    is_flag=True,
    help="Make them and bring them to the routers; without a name, those that are made already.",
)
@transaction_options
@converge_option
@disruptive_option
@verb
@without(*SELECTION)
def rotate(
    workspace: "Workspace",
    names: tuple[str, ...],
    *,
    scope: str | None,
    yes: bool,
    push: bool,
    options: Options,
    converge: int,
    disruptive: bool,
) -> "AnyOutcome":
    """Make another value for each key that NAMES, or patterns such as 'isis/*', are of.

    With --apply they are brought to the routers in turn, so that no packet is lost: keys of IS-IS
    at all ends at once, one reflector after the other, circuits while traffic avoids them. Without
    it no device changes: plan --steps and apply do the same.
    """
    from egovnet.playbooks.core.selection import UsageError
    from egovnet.playbooks.verbs.keys.generate import rotate_keys
    from egovnet.playbooks.verbs.keys.rotation import apply_rotation, patterns_of

    patterns = patterns_of(workspace, names, scope)
    if not push:
        if not patterns:
            raise UsageError("name the keys, or a --scope; see: egovnet keys list")
        return rotate_keys(workspace, patterns, keep=yes)

    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.verbs.lab import packetless
    from egovnet.playbooks.verbs.lab_connections import lab_senders
    from egovnet.playbooks.verify.verifying import Verifying

    verifying = Verifying(converge, lab_senders(workspace), packetless(workspace))
    progress = make_progress()
    return apply_rotation(workspace, progress, patterns, options, verifying, disruptive=disruptive)
