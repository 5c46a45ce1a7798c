"""`egovnet keys rotate`: other values for keys in use."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("names", nargs=-1, required=True, shell_complete=names_of("keys"))
@click.option("--yes", is_flag=True, help="Make and seal them; without it, only say which.")
@verb
@without(*SELECTION, *WORK)
def rotate(workspace: "Workspace", names: tuple[str, ...], *, yes: bool) -> "AnyOutcome":
    """Make another value for each key that NAMES, or patterns such as 'isis/*', are of. Changes no
    device: plan and apply do."""
    from egovnet.playbooks.verbs.keys.generate import rotate_keys

    return rotate_keys(workspace, names, keep=yes)
