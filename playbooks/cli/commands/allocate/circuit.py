"""`egovnet allocate circuit`: the link of a circuit that is to come."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("a", metavar="A-ROUTER", shell_complete=names_of("hosts"))
@click.argument("b", metavar="B-ROUTER", shell_complete=names_of("hosts"))
@click.option("--name", default=None, help="Name of the circuit (default: A-ROUTER--B-ROUTER).")
@click.option("--yes", is_flag=True, help="Keep it in plan.lock.yaml; without it, only propose.")
@verb
@without(*SELECTION, *WORK)
def circuit(workspace: "Workspace", a: str, b: str, *, name: str | None, yes: bool) -> "AnyOutcome":
    """Propose the link of a circuit between A-ROUTER and B-ROUTER."""
    from egovnet.playbooks.verbs.allocate import allocate_circuit

    return allocate_circuit(workspace, a, b, name, keep=yes)
