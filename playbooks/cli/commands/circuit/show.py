"""`egovnet circuit show`: one legacy circuit."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("name", shell_complete=names_of("legacy-circuits"))
@verb
@without(*SELECTION, *WORK)
def show(workspace: "Workspace", name: str) -> "AnyOutcome":
    """Show the legacy circuit NAME: owner, ends, capacity, approval, days."""
    from egovnet.playbooks.verbs.legacy_circuits import show_legacy_circuit

    return show_legacy_circuit(workspace, name)
