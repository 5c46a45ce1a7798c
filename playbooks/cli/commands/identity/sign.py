"""`egovnet identity sign`: a router's request of enrolment answered."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("request", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the answer, which goes to the router.",
)
@click.option(
    "--days",
    type=DecimalRange(1, 3650),
    default=365,
    show_default=True,
    help="How long its certificate is valid.",
)
@verb
@without(*SELECTION, *WORK)
def sign(workspace: "Workspace", request: Path, output: Path, days: int) -> "AnyOutcome":
    """Certify the router that made REQUEST with its code; revoke the one before it."""
    from egovnet.playbooks.verbs.identity import sign_request

    return sign_request(workspace, request, output, days)
