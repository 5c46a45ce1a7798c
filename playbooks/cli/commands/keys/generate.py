"""`egovnet keys generate`: values for keys that have none."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option("--yes", is_flag=True, help="Make and seal them; without it, only say which.")
@verb
@without(*SELECTION, *WORK)
def generate(workspace: "Workspace", *, yes: bool) -> "AnyOutcome":
    """Make a value for each key that the policy asks for and that has none. Changes no device."""
    from egovnet.playbooks.verbs.keys.generate import generate_keys

    return generate_keys(workspace, keep=yes)
