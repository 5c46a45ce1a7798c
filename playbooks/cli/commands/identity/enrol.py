"""`egovnet identity enrol`: a one-time code for a router."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("router", shell_complete=names_of("hosts"))
@click.option(
    "--minutes",
    type=DecimalRange(5, 7 * 24 * 60),
    default=60,
    show_default=True,
    help="How long the code holds.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the program that root runs on the router.",
)
@verb
@without(*SELECTION, *WORK)
def enrol(workspace: "Workspace", router: str, minutes: int, output: Path | None) -> "AnyOutcome":
    """Show a code by which the machine of ROUTER may be enrolled, once.

    It is typed at the router's console (docs/how-to/enrol-a-router.md).
    """
    from egovnet.playbooks.verbs.identity import show_code

    return show_code(workspace, router, minutes, output)
