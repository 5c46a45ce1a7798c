"""`egovnet lab exec`: a command in a node."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.lab_options import backend_option
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.lab import Executed
    from egovnet.playbooks.results.outcome import Outcome


@click.command(context_settings={"ignore_unknown_options": True})
@backend_option
@click.argument("node", shell_complete=names_of("hosts"))
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@verb
@without(*SELECTION, *WORK)
def exec(
    workspace: "Workspace", backend: str, node: str, command: tuple[str, ...]
) -> "Outcome[Executed]":
    """Run COMMAND in any node of the lab."""
    from egovnet.playbooks.verbs.lab import execute

    return execute(workspace, backend, node, command)
